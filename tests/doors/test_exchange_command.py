"""Inputs out, outputs in: a model runs wherever it may, and the gate runs without it."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from door_suites import LOUD, kept_run, loaded_by, run, verdicts, write_suite
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from albert_robust.asking.workspace import Workspace
from albert_robust.cli import main
from albert_robust.errors import Complaint, InputError
from albert_robust.exchange import questions, take_in
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite
from albert_robust.tasks.text_classification import label

ELSEWHERE = 'model: {elsewhere: far-away, version: "1"'
SUITE = "suite.robust.yaml"
Captured = pytest.CaptureFixture[str]
Line = dict[str, Any]


def write(folder: Path, more: str = "", perturbations: str = "typos.swap, case.upper", **settings: Any) -> Path:
    """A suite whose model runs elsewhere."""
    path = write_suite(folder, perturbations, **settings)
    path.write_text(path.read_text().replace('model: {python: "model:predict", version: "1"', f"{ELSEWHERE}{more}"))
    return path


@pytest.fixture
def here(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a suite, in which commands are typed."""
    monkeypatch.chdir(pytester.path)
    write(pytester.path)
    return pytester.path


def written(capsys: Captured, *arguments: str) -> list[Line]:
    """The lines that `albert-robust inputs` prints."""
    capsys.readouterr()
    assert main(["inputs", SUITE, *arguments]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def answered(
    lines: Sequence[Line], answer: Callable[[str], Any] = lambda text: "loud" if text.isupper() else "calm"
) -> list[Line]:
    return [{"key": line["key"], "output": answer(line["inputs"]["text"])} for line in lines]


def taken(capsys: Captured, lines: Sequence[Any], *arguments: str) -> tuple[int, list[str]]:
    """What `albert-robust outputs` answers to lines of a file."""
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    Path("answers.jsonl").write_text(text, encoding="utf-8")
    capsys.readouterr()
    code = main(["outputs", SUITE, "--from", "answers.jsonl", *arguments])
    out, error = capsys.readouterr()
    return code, (out + error).splitlines()


def test_a_model_that_runs_elsewhere_is_judged_as_one_that_runs_here(
    pytester: pytest.Pytester, here: Path, capsys: Captured
) -> None:
    asked = written(capsys)
    assert len({line["key"] for line in asked}) == len(asked) == 36
    assert taken(capsys, answered(asked)) == (
        0,
        ["took in 36 outputs; 0 inputs have none yet (workspace: .albert_robust)"],
    )
    run(pytester).stdout.fnmatch_lines(["*; 24 cases tested; 0 inputs predicted, 36 from the cache"])
    elsewhere = kept_run(here)
    write_suite(here, model=LOUD)
    run(pytester)
    near = kept_run(here)
    assert elsewhere["cells"] == near["cells"]
    assert verdicts(here) == {"data/typos.swap@2[en]": "passed", "data/case.upper[en]": "failed"}


def test_the_model_may_be_a_program_of_its_own_and_answer_in_a_table(here: Path, capsys: Captured) -> None:
    asked = written(capsys)
    with Path("answers.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, ["key", "output"])
        table.writeheader()
        table.writerows(answered(asked))
    assert main(["outputs", SUITE, "--from", "answers.csv"]) == 0
    assert capsys.readouterr().out == "took in 36 outputs; 0 inputs have none yet (workspace: .albert_robust)\n"
    assert written(capsys) == []


def test_a_line_says_what_is_asked_and_how_many_there_are_goes_to_standard_error(here: Path, capsys: Captured) -> None:
    assert main(["inputs", SUITE]) == 0
    out, error = capsys.readouterr()
    first = json.loads(out.splitlines()[0])
    assert first == {
        "key": first["key"],
        "suite": "suite",
        "task": "text-classification",
        "inputs": {"text": "the weather in town 0 was lovely"},
    }
    assert error == "36 inputs, 0 of them answered (workspace: .albert_robust)\n"


def test_what_was_answered_is_not_written_again_unless_all_is_asked_for(here: Path, capsys: Captured) -> None:
    asked = written(capsys)
    assert taken(capsys, answered(asked[:10]))[1] == [
        "took in 10 outputs; 26 inputs have none yet (workspace: .albert_robust)"
    ]
    assert written(capsys) == asked[10:]
    assert written(capsys, "--all") == asked
    assert taken(capsys, answered(asked[10:]))[1] == [
        "took in 26 outputs; 0 inputs have none yet (workspace: .albert_robust)"
    ]


def test_a_later_answer_takes_the_place_of_an_earlier_one(
    pytester: pytest.Pytester, here: Path, capsys: Captured
) -> None:
    asked = written(capsys)
    taken(capsys, answered(asked))
    taken(capsys, answered(asked, lambda text: "calm"))
    run(pytester).assert_outcomes(passed=2)


@pytest.mark.parametrize("change", [('version: "1"', 'version: "2"'), ("far-away", "other")], ids=["version", "name"])
def test_another_version_or_model_has_answers_of_its_own(here: Path, capsys: Captured, change: tuple[str, str]) -> None:
    first = written(capsys)
    taken(capsys, answered(first))
    path = here / SUITE
    path.write_text(path.read_text().replace(*change))
    again = written(capsys)
    assert [line["inputs"] for line in again] == [line["inputs"] for line in first]
    assert not {line["key"] for line in again} & {line["key"] for line in first}


def test_a_seed_of_its_own_gives_the_inputs_that_pytest_asks_for_with_it(
    pytester: pytest.Pytester, here: Path, capsys: Captured
) -> None:
    assert taken(capsys, answered(written(capsys, "--seed", "7")), "--seed", "7")[0] == 0
    run(pytester, "--robust-seed=7").stdout.fnmatch_lines(["*; 0 inputs predicted, 36 from the cache"])


def test_an_input_without_an_output_is_one_clear_line_and_no_verdict(
    pytester: pytest.Pytester, here: Path, capsys: Captured
) -> None:
    taken(capsys, answered(written(capsys)[:-2]))
    result = run(pytester)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        [
            f"{SUITE}:2:1: the model 'far-away' runs elsewhere, and 2 inputs or more have no output yet:"
            " `albert-robust inputs` writes them, `albert-robust outputs` takes what it answers"
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")


def test_originals_are_asked_as_often_as_the_suite_says(
    pytester: pytest.Pytester, here: Path, capsys: Captured
) -> None:
    write(here, ", replicates: 3", "case.upper")
    asked = written(capsys)
    assert len({line["key"] for line in asked}) == len(asked) == 24 + 2 * 12
    assert [line.get("replicate", 0) for line in asked] == [0] * 24 + [1] * 12 + [2] * 12
    turns = [{"key": line["key"], "output": f"label {line.get('replicate', 0) // 2}"} for line in asked]
    assert taken(capsys, turns)[1] == ["took in 48 outputs; 0 inputs have none yet (workspace: .albert_robust)"]
    run(pytester).stdout.fnmatch_lines(["*; 0 inputs predicted, 48 from the cache"])
    noise = kept_run(here)["cells"][0]["measures"]["self-consistency"]
    assert noise["value"] == pytest.approx(1 / 3, abs=1e-6)  # of three answers two agree: one pair of three


def test_labels_may_come_with_scores_or_as_scores_alone(
    pytester: pytest.Pytester, here: Path, capsys: Captured
) -> None:
    asked = written(capsys)
    lines = [
        {"key": line["key"], "output": ["loud", None][place % 2], "scores": {"loud": 0.75, "calm": 0.25}}
        for place, line in enumerate(asked)
    ]
    assert taken(capsys, lines)[0] == 0
    run(pytester, "-k", "upper").assert_outcomes(passed=1)
    (cell,) = kept_run(here)["cells"]
    assert cell["measures"]["consistency"]["value"] == 1


@pytest.mark.parametrize("form", ["beside the label", "in the output"])
def test_labels_that_parquet_fills_in_have_no_scores(here: Path, capsys: Captured, form: str) -> None:
    asked = written(capsys)
    rows: list[Line] = []
    for place, line in enumerate(asked):
        label = ["loud", "calm"][place % 2]
        scores = {"scores": {label: 0.75}}
        found = {"output": label, **scores} if form == "beside the label" else {"output": {"label": label, **scores}}
        rows.append({"key": line["key"], **found})
    parquet.write_table(pyarrow.Table.from_pylist(rows), "answers.parquet")
    assert main(["outputs", SUITE, "--from", "answers.parquet"]) == 0
    assert capsys.readouterr().out.startswith("took in 36 outputs; 0 inputs have none yet")


def test_what_a_mark_skips_is_asked_of_nobody(pytester: pytest.Pytester, here: Path, capsys: Captured) -> None:
    write(here, extra="marks:\n  - {cells: '*upper*', skip: 'capitals are fine'}\n")
    asked = written(capsys)
    assert len(asked) == 24
    assert not any(line["inputs"]["text"].isupper() for line in asked)
    taken(capsys, answered(asked))
    run(pytester).assert_outcomes(passed=1, skipped=1)


def test_two_suites_are_written_and_taken_in_together(here: Path, capsys: Captured) -> None:
    write(here, perturbations="case.lower, typos.delete", name="other")
    capsys.readouterr()
    assert main(["inputs", SUITE, "other.robust.yaml"]) == 0
    asked = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["suite"] for line in asked} == {"suite", "other"}
    assert len({line["key"] for line in asked}) == len(asked) == 48  # originals are those of one model: once
    Path("answers.jsonl").write_text("\n".join(map(json.dumps, answered(asked))))
    assert main(["outputs", SUITE, "other.robust.yaml", "--from", "answers.jsonl"]) == 0
    assert capsys.readouterr().out == "took in 48 outputs; 0 inputs have none yet (workspace: .albert_robust)\n"


MISTAKES: dict[str, tuple[Any, str]] = {
    "unknown key": ({"key": "nobody's", "output": "calm"}, 'unknown key "nobody\'s": the suite, its data, its seed'),
    "long key": ({"key": "k" * 9999, "output": "calm"}, f"unknown key '{'k' * 39}: the suite"),
    "no key": ({"output": "calm"}, "a line without a key or an output"),
    "a number for a key": ({"key": 7, "output": "calm"}, "a line without a key or an output"),
    "no output": ({"key": "KEY"}, "a line without a key or an output"),
    "an output that is none": (
        {"key": "KEY", "output": 3.5},
        "the model returned 3.5, expected a string or {'label': string}",
    ),
    "an error of a server": ({"key": "KEY", "output": {"error": "x"}}, "the model returned {'error': 'x'}, expected"),
    "a probability that is none": (
        {"key": "KEY", "output": "calm", "scores": {"calm": 2}},
        "the probability of 'calm' is 2.0, expected a number in [0, 1]",
    ),
    "scores that are none": (
        {"key": "KEY", "output": "calm", "scores": "high"},
        "the scores are 'high', expected a probability a label",
    ),
    "no JSON": ("{", "broken JSON: Expecting property name enclosed in double quotes"),
    "a list": ("[1]", "a JSON list"),
}


@pytest.mark.parametrize(("line", "message"), list(MISTAKES.values()), ids=list(MISTAKES))
def test_a_line_that_cannot_be_used_is_told_with_its_place_and_nothing_is_kept(
    here: Path, capsys: Captured, line: Any, message: str
) -> None:
    good = answered(written(capsys))
    if isinstance(line, dict) and line.get("key") == "KEY":
        line = line | {"key": good[-1]["key"]}
    code, told = taken(capsys, [*good[:-1], line])
    assert (code, len(told)) == (2, 2)
    assert told[0].startswith("answers.jsonl:36:")
    assert message in told[0]
    assert len(told[0]) < 400
    assert len(written(capsys)) == 36


def test_every_line_that_cannot_be_used_is_told(here: Path, capsys: Captured) -> None:
    good = answered(written(capsys))
    code, told = taken(capsys, [good[0], {"key": "a", "output": "b"}, good[1], good[0], {"key": good[2]["key"]}])
    assert code == 2
    assert [line for line in told if not line.startswith("  ")] == [
        "answers.jsonl:2:1: unknown key 'a': the suite, its data, its seed or its model's version are others now",
        f"answers.jsonl:4:1: the key '{good[0]['key']}' is here twice",
        "answers.jsonl:5:1: a line without a key or an output",
    ]
    assert told[1] == "  write the inputs anew: albert-robust inputs"


def test_a_file_that_is_not_there_is_one_clear_line(here: Path, capsys: Captured) -> None:
    assert main(["outputs", SUITE, "--from", "gone.jsonl"]) == 2
    assert capsys.readouterr().err.splitlines()[0] == "gone.jsonl:1:1: the file is missing"


def test_a_file_without_outputs_is_a_mistake_while_inputs_wait_for_some(here: Path, capsys: Captured) -> None:
    asked = written(capsys)
    told = "answers.jsonl:1:1: no outputs in it, and 36 inputs have none yet"
    assert taken(capsys, []) == (2, [told, '  write {"key": "...", "output": ...}'])
    taken(capsys, answered(asked))
    assert taken(capsys, []) == (0, ["took in 0 outputs; 0 inputs have none yet (workspace: .albert_robust)"])


def test_outputs_that_cannot_be_kept_are_not_taken_in(here: Path, capsys: Captured) -> None:
    asked = written(capsys)
    Path("taken").touch()
    with pytest.warns(UserWarning, match="kept in memory alone"):
        told = taken(capsys, answered(asked), "--workspace", "taken")
    assert told == (
        2,
        [
            "taken: cannot be written: no output was taken in",
            "  make room there, or name another folder: --workspace DIR",
        ],
    )


def test_outputs_are_taken_in_where_pytest_looks_for_them(
    pytester: pytest.Pytester, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini("[pytest]\nrobust_workspace = kept/answers\nrobust_seed = 7\n")
    write(pytester.path / "suites")
    monkeypatch.chdir(pytester.path / "suites")
    assert taken(capsys, answered(written(capsys)))[0] == 0
    monkeypatch.chdir(pytester.path)
    run(pytester).stdout.fnmatch_lines(["*; 0 inputs predicted, 36 from the cache"])
    assert [path.parent for path in pytester.path.rglob("cache.sqlite")] == [pytester.path / "kept" / "answers"]


def test_the_workspace_and_the_seed_that_are_named_come_before_those_of_the_ini_file(
    pytester: pytest.Pytester, here: Path, capsys: Captured
) -> None:
    here_alone = written(capsys, "--seed", "3")
    pytester.makeini("[pytest]\nrobust_workspace = kept\nrobust_seed = 7\n")
    assert written(capsys) != here_alone == written(capsys, "--seed", "3")
    told = taken(capsys, answered(here_alone), "--seed", "3", "--workspace", "mine")
    assert told == (0, ["took in 36 outputs; 0 inputs have none yet (workspace: mine)"])


@pytest.mark.parametrize(
    ("ini", "what"),
    [("[pytest]\nrobust_seed = x\n", "--robust-seed: 'x' is no whole number"), ("[pytest\n", "pytest.ini:1: ")],
    ids=["setting", "file"],
)
def test_an_ini_file_that_pytest_refuses_is_one_clear_line(here: Path, capsys: Captured, ini: str, what: str) -> None:
    (here / "pytest.ini").write_text(ini)
    assert main(["inputs", SUITE]) == 2
    out, error = capsys.readouterr()
    assert (out, what in error, len(error.splitlines())) == ("", True, 1)


def test_a_model_without_an_identity_cannot_be_asked_elsewhere(here: Path, capsys: Captured) -> None:
    path = write_suite(here)
    path.write_text(path.read_text().replace(', version: "1"', ""))
    for arguments in (["inputs", SUITE], ["outputs", SUITE, "--from", SUITE]):
        assert main(arguments) == 2
        what = f'{SUITE}: its model has no identity: add `version: "1"` to `model:`\n'
        assert capsys.readouterr().err == what


def test_of_several_models_the_one_without_an_identity_is_named(here: Path, capsys: Captured) -> None:
    path = write_suite(here)
    several = 'models: {far: {elsewhere: far, version: "1"}, near: {python: "model:predict"}}'
    path.write_text(path.read_text().replace('model: {python: "model:predict", version: "1"}', several))
    assert main(["inputs", SUITE]) == 2
    assert f"{SUITE}: its model 'near' has no identity: add `version: \"1\"` to `near:`\n" in capsys.readouterr().err


def test_a_model_that_cannot_be_loaded_is_told_at_its_place(here: Path, capsys: Captured) -> None:
    path = write_suite(here)
    path.write_text(path.read_text().replace('{python: "model:predict", version: "1"}', "{finetuned: data.jsonl}"))
    (here / "data.safetensors").write_bytes(b"no weights")
    assert main(["inputs", SUITE]) == 2
    assert capsys.readouterr().err.startswith("data.safetensors:1:1: damaged: ")


def test_neither_command_loads_torch_or_the_model(here: Path) -> None:
    (here / "model.py").write_text("raise RuntimeError('loaded')\n")
    statement = f"from albert_robust.cli import main\nassert main(['inputs', '{SUITE}']) == 0"
    loaded, out = loaded_by(here, statement)
    assert not loaded & {"torch", "transformers"}
    assert len(out.strip().splitlines()) == 36


TEXT = st.text(st.characters())  # half characters too
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any], Workspace, list[str]]:
    """A suite's folder, its cells, their workspace and the keys of what they ask."""
    folder = tmp_path_factory.mktemp("known")
    cells = list(plan(load_suite(write(folder))).cells)
    workspace = Workspace(folder / ".albert_robust", "run")
    return folder, cells, workspace, [question.key for question in questions(cells, workspace)]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_line_is_taken_in_or_told_with_its_place(
    known: tuple[Path, list[Any], Workspace, list[str]], data: st.DataObject
) -> None:
    folder, cells, workspace, keys = known
    row = {"key": data.draw(st.sampled_from(keys) | JSON), "output": data.draw(TEXT | JSON)}
    if data.draw(st.booleans()):
        row["scores"] = data.draw(st.dictionaries(st.sampled_from("ab"), st.floats(0, 1)) | JSON)
    (folder / "a.jsonl").write_text(json.dumps(row), encoding="utf-8")
    count, complaints = tried(folder / "a.jsonl", cells, workspace)
    assert (count, len(complaints)) in {(1, 0), (0, 1)}
    for told in complaints:
        assert told.place.line == 1
        assert all(line.isprintable() for line in str(told).splitlines())
    if count:
        assert row["key"] in keys
        assert isinstance(row["output"], dict) or label(row["output"]) is not None or row.get("scores")


def tried(path: Path, cells: list[Any], workspace: Workspace) -> tuple[int, list[Complaint]]:
    """How many outputs of a file were taken in, or why none were."""
    try:
        return take_in(path, cells, workspace), []
    except InputError as error:
        return 0, error.complaints
