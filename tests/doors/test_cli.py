"""The command line: what a command prints, its exit codes 0, 1 and 2, and that help is light."""

import csv
import io
import json
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import IO

import numpy as np
import pytest
from door_suites import LOUD, kept_run, loaded_by, rows, run, verdicts, write_suite
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # the package has no types
from safetensors.numpy import save_file
from yaml import safe_load

from albert_robust import __version__
from albert_robust.cli import main, parser
from albert_robust.results.folder import open_run
from albert_robust.task_names import TASK_NAMES

NAMES = [
    "init",
    "list",
    "perturb",
    "augment",
    "reword",
    "doctor",
    "score",
    "report",
    "merge",
    "compare",
    "inputs",
    "outputs",
    "cache",
    "finetune",
    "pretrain",
    "calibrate",
    "tune",
    "export",
    "schema",
]
Captured = pytest.CaptureFixture[str]


def typed(monkeypatch: pytest.MonkeyPatch, text: str | bytes) -> None:
    """Let a command read a text from standard input."""
    content = text if isinstance(text, bytes) else text.encode()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))


def printed(capsys: Captured, *arguments: str) -> str:
    """What a command prints that ends well."""
    assert main(arguments) == 0
    out, error = capsys.readouterr()
    assert error == ""
    return out


def refused(capsys: Captured, *arguments: str) -> list[str]:
    """The lines that a command prints which refuses its input."""
    assert main(arguments) == 2
    out, error = capsys.readouterr()
    assert out == ""
    return error.splitlines()


@pytest.mark.parametrize("name", NAMES)
def test_every_command_has_a_help_that_ends_with_an_example(capsys: Captured, name: str) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([name, "--help"])
    assert ended.value.code == 0
    example = capsys.readouterr().out.rstrip().rpartition("example:\n  ")[2]
    assert re.match(rf"(echo .* \| )?albert-robust {name}\b", example)


def test_all_commands_are_known_here() -> None:
    (known,) = [action.choices for action in parser()._actions if action.dest == "command"]
    assert known is not None
    assert sorted(known) == sorted(NAMES)


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    calls = "\n".join(f"call(['{name}', '--help'])" for name in NAMES)
    statement = f"""
from albert_robust.cli import main
def call(arguments):
    try: main(arguments)
    except SystemExit as ended: assert ended.code == 0
call(['--help'])
call(['--version'])
{calls}"""
    loaded, out = loaded_by(tmp_path, statement)
    assert loaded == set()
    assert f"albert-robust {__version__}" in out


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["list"], ["perturb", "typos.swap"]])
def test_a_command_that_is_none_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


def test_list_shows_every_perturbation_with_its_contract_and_languages(capsys: Captured) -> None:
    found = json.loads(printed(capsys, "list", "perturbations", "--json"))
    assert {"typos.swap", "case.upper", "semantics.negate"} <= {one["name"] for one in found}
    assert all(one["contract"].split()[0] in {"preserves", "alters"} and one["summary"] for one in found)
    cased = next(one for one in found if one["name"] == "case.upper")
    assert (cased["languages"], cased["scripts"]) == ("any", ["Armenian", "Cyrillic", "Greek", "Latin"])
    lines = printed(capsys, "list", "perturbations").splitlines()
    assert [line.split()[0] for line in lines[::2]] == [one["name"] for one in found]


def test_list_shows_what_every_task_reads_and_how_its_outputs_are_measured(capsys: Captured) -> None:
    found = {one["name"]: one for one in json.loads(printed(capsys, "list", "tasks", "--json"))}
    assert [*found] == [*TASK_NAMES]
    assert found["question-answering"] == {
        "name": "question-answering",
        "fields": ["context", "question"],
        "perturbed": ["question"],
        "reference": "answers",
        "agreements": ["token f1", "exact match", "labs"],
        "qualities": ["exact match", "token f1", "labs", "labs recall", "resists", "refuses", "answers"],
        "models": ["transformers", "finetuned", "endpoint", "python"],
    }
    assert found["translation"]["qualities"] == ["labs", "labs source", "chrf", "bleu"]
    lines = printed(capsys, "list", "tasks").splitlines()
    assert [line.split()[0] for line in lines[::4]] == [*TASK_NAMES]
    assert "    qualities  accuracy, labs, resists, macro f1, kappa" in lines


def test_list_shows_the_perturbations_of_the_folder_at_hand(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "perturbations").mkdir()
    (tmp_path / "perturbations" / "own.py").write_text(OWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert "own.shout" in printed(capsys, "list", "perturbations")


OWN = '''
"""Shouting."""
from random import Random
from albert_robust import Example, Text, perturbation

@perturbation("own.shout", preserves="meaning", severities=1, examples=[Example("a", "a!")])
def shout(text: Text, rng: Random, severity: int) -> Text:
    """Add an exclamation mark."""
    return text.replace(len(text), len(text), "!", "shout")
'''


def test_perturb_prints_a_variant_a_line_and_repeats_itself(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    out = []
    for seed in ("0", "0", "1"):
        typed(monkeypatch, "the weather was lovely\n\n今天天气很好\n")
        out.append(printed(capsys, "perturb", "typos.swap", "--language", "en", "--seed", seed).split("\n"))
    assert out[0] == out[1] != out[2]
    assert [sorted(line) for line in out[0]] == [
        sorted(line) for line in ["the weather was lovely", "", "今天天气很好", ""]
    ]


def test_perturb_reads_lines_as_score_does(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, b"\xef\xbb\xbfit is\r\n\r\nso\xc2\x85or so\r\n")
    assert printed(capsys, "perturb", "case.upper", "--language", "en") == "IT IS\n\nSO\x85OR SO\n"
    typed(monkeypatch, b"tea\ncaf\xe9\n")
    told = refused(capsys, "perturb", "case.upper", "--language", "en")
    assert told == ["standard input:2:1: not UTF-8 text", "  save it as UTF-8"]


def test_perturb_prints_a_variant_with_a_line_break_on_one_line(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(monkeypatch, "Das Wetter ist schön.\n")
    lines = printed(capsys, "perturb", "characters.blanks@5", "--language", "de", "--n", "20").split("\n")[:-1]
    assert len(lines) == 20
    assert any("\u2424" in line for line in lines)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("text.nothing", "AttributeError: 'Text' object has no attribute 'nothing'"),
        ("exit(0)", "SystemExit: 0"),
    ],
)
def test_a_perturbation_of_a_users_own_that_raises_is_told_with_its_line(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, expected: str
) -> None:
    (tmp_path / "perturbations").mkdir()
    broken = OWN.replace("return text", f"return text if str(text) == 'a!' else {line}; text")
    (tmp_path / "perturbations" / "own.py").write_text(broken.replace('Example("a", "a!")', ""), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    (told,) = refused(capsys, "perturb", "own.shout", "b", "--language", "en")
    assert told == f"own.shout raises {expected} (own.py:9)"


@pytest.mark.parametrize("place", [2, 3, 4])
def test_perturb_takes_texts_as_arguments_too_before_options_and_after_them(capsys: Captured, place: int) -> None:
    words = ["perturb", "case.upper", "it is so", "or so"]
    assert printed(capsys, *words[:place], "--language", "en", *words[place:]) == "IT IS SO\nOR SO\n"


def test_perturb_prints_edits_as_json(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "it is so\n")
    one, two = printed(capsys, "perturb", "case.upper", "--language", "en", "--n", "2", "--json").splitlines()
    assert json.loads(one) == json.loads(two)
    found = json.loads(one)
    assert (found["text"], found["source"], found["status"]) == ("IT IS SO", "it is so", "tested")
    assert [edit["replacement"] for edit in found["edits"]] == ["IT", "IS", "SO"]


def test_perturb_says_where_it_does_not_apply(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "it is so\nor so\n")
    assert main(["perturb", "typos.keyboard", "--language", "xx", "--n", "2"]) == 0
    out, error = capsys.readouterr()
    assert out == "it is so\nit is so\nor so\nor so\n"
    assert error == "typos.keyboard does not apply to 'xx': nothing was changed\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["typos.swop", "--language", "en"], "unknown perturbation 'typos.swop'"),
        (["typos.*", "--language", "en"], "'typos.\\*' stands for \\d perturbations: name one"),
        (["typos.swap@9", "--language", "en"], "'typos.swap@9': severity 9, expected 1 to 5"),
        (["case.upper@3", "--language", "en"], "case.upper has one severity, and not 3"),
        (["typos.swap", "--language", "!!"], "'!!' is no language tag"),
        (["typos.swap", "--language", "en", "--n", "0"], "n: 0 variants a text, expected at least 1"),
    ],
)
def test_perturb_refuses_what_it_cannot_do(
    capsys: Captured, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    typed(monkeypatch, "the weather was lovely\n")
    lines = refused(capsys, "perturb", *arguments)
    assert re.match(message, lines[0])
    assert len(lines) <= 2


def test_the_schema_is_a_json_schema_that_takes_our_suites_and_no_misspelt_key(capsys: Captured) -> None:
    schema = json.loads(printed(capsys, "schema"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    suites = sorted((Path(__file__).parents[2] / "suites").glob("*.robust.yaml"))
    assert len(suites) >= 3
    for path in suites:
        content = safe_load(path.read_text(encoding="utf-8"))
        assert not list(validator.iter_errors(content))
        assert list(validator.iter_errors(content | {"chekcs": []}))


def test_a_report_is_drawn_from_a_run_folder_alone(capsys: Captured, pytester: pytest.Pytester, tmp_path: Path) -> None:
    write_suite(pytester.path)
    run(pytester)
    capsys.readouterr()
    folder = (pytester.path / "robustness-report").rename(tmp_path / "moved")
    html, markdown, table = tmp_path / "one.html", tmp_path / "one.md", tmp_path / "one.csv"
    files = ["--html", str(html), "--markdown", str(markdown), "--csv", str(table)]
    assert printed(capsys, "report", str(folder), *files) == ""
    with table.open(encoding="utf-8", newline="") as lines:
        rows = {(row["cell"], row["measure"]): row for row in csv.DictReader(lines)}
    upper = rows["data/case.upper[en]", "consistency"]
    assert (upper["verdict"], upper["value"], upper["gate"]) == ("failed", "0.0", "consistency >= 0.7")
    frame = open_run(folder).frame()
    assert len(frame) == len(rows)
    assert list(frame.columns) == list(upper)
    failed = tmp_path / "failed.csv"
    assert printed(capsys, "report", str(folder), "--failures", str(failed)) == ""
    assert "data/case.upper[en]" in failed.read_text(encoding="utf-8-sig")
    assert "data/case.upper[en]" in markdown.read_text(encoding="utf-8")
    assert html.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads(printed(capsys, "report", str(folder), "--json"))
    assert printed(capsys, "report", str(folder)).strip() == str(folder / "index.html")


@pytest.mark.parametrize("option", ["--html", "--markdown", "--csv", "--failures"])
def test_a_report_that_cannot_be_written_is_one_clear_line(
    capsys: Captured, pytester: pytest.Pytester, option: str
) -> None:
    write_suite(pytester.path)
    run(pytester)
    capsys.readouterr()
    assert refused(capsys, "report", "robustness-report", option, "robustness-report") == [
        "robustness-report: cannot be written: Is a directory",
        f"  name another file: {option} FILE",
    ]


def test_a_folder_without_a_run_has_no_report(capsys: Captured, tmp_path: Path) -> None:
    assert "run.json:1:1: no run here" in refused(capsys, "report", str(tmp_path))[0]


def test_the_file_that_a_run_folder_lacks_is_named(capsys: Captured, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    assert "outcomes.parquet:1:1: no run here" in refused(capsys, "report", str(tmp_path))[0]


DATA = (
    "review,sentiment\n" + "".join(f"{row['text']} and quiet,negative\n" for row in rows(39)) + "It is loud.,positive\n"
)
INIT = ["init", "--task", "text-classification", "--data", "reviews.csv", "--language", "en", "--model"]


@pytest.mark.parametrize(
    ("model", "verdict"),
    [(LOUD, "passed"), ("def predict(batch): return [one['text'] for one in batch]", "failed")],
    ids=["steady", "brittle"],
)
def test_init_writes_a_suite_that_pytest_runs(
    capsys: Captured, pytester: pytest.Pytester, model: str, verdict: str
) -> None:
    (pytester.path / "reviews.csv").write_text(DATA)
    (pytester.path / "model.py").write_text(model)
    assert printed(capsys, *INIT, "model:predict").endswith("next: pytest model.robust.yaml\n")
    run(pytester, "model.robust.yaml")
    assert verdicts(pytester.path)["reviews/typos.delete@2[en]"] == verdict
    constant = {cell["verdict"] for cell in kept_run(pytester.path)["cells"] if cell["expectation"] == "direction"}
    assert constant == {"failed" if verdict == "passed" else "passed"}


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("modell:predict", "no module 'modell' beside the suite or installed"),
        ("model:predct", "model has no function 'predct'; did you mean 'predict'?"),
        ("json:loads", ""),
        ("model:predict", ""),
    ],
)
def test_init_says_that_a_function_is_not_there(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reviews.csv").write_text(DATA)
    (tmp_path / "model.py").write_text(f"raise SystemExit\n{LOUD}")
    mend = ": mend `python:` in the suite, or write it before you run pytest"
    said = printed(capsys, *INIT, named).splitlines()
    assert [line.removesuffix(mend) for line in said if line.endswith(mend)] == [told] * bool(told)


def test_init_overwrites_nothing_and_needs_data(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert refused(capsys, *INIT, "model:predict")[0] == "reviews.csv:1:1: the file is missing"
    (tmp_path / "reviews.csv").write_text(DATA)
    (tmp_path / "model.robust.yaml").write_text("mine")
    (tmp_path / "link.robust.yaml").symlink_to("gone.robust.yaml")
    for name in ("model.robust.yaml", "link.robust.yaml"):
        assert refused(capsys, *INIT, "model:predict", "--out", name) == [
            f"{name} exists: choose another --out, or write it anew with --force"
        ]
    assert (tmp_path / "model.robust.yaml").read_text() == "mine"
    assert "ends in .robust.yaml" in refused(capsys, *INIT, "model:predict", "--out", "suite.yaml")[0]


def test_init_says_what_the_data_can_decide_and_what_they_lack(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reviews.csv").write_text("Review Text,Stars\n" + "The film was good.,5\n" * 40)
    said = printed(capsys, *INIT, "film-model", "--column", "text=Review Text").splitlines()
    assert said[1:-1] == [
        "no label in any row, so nothing is told of quality: name its column, `--column label=...`",
        "not read: 'Stars'",
        "no folder 'film-model' here: a hub has it only with `pytest --robust-allow-network`",
        "Only 1 of the 40 examples of 'reviews' are different: each repeat counts as one more, so intervals are too narrow. "
        "Take the repeats out.",
        "with 40 examples `consistency >= 0.80` passes at 0.93 or more, and fails at 0.68 or less: in between it is inconclusive",
    ]


def test_init_takes_a_file_for_each_language_and_says_what_the_smallest_can_decide(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for language, count in (("en", 40), ("de", 30)):
        texts = "".join(f"film {number} was good,good\n" for number in range(count))
        (tmp_path / f"reviews.{language}.csv").write_text(f"text,label\n{texts}")
    data = ["--data", "reviews.{language}.csv", "--language", "en,de"]
    said = printed(capsys, "init", "--task", "text-classification", "--model", "model:predict", *data)
    assert "labels: good (70)\n" in said
    assert "with 30 examples `consistency >= 0.80` passes at" in said


def test_init_says_which_labels_the_data_have_so_that_one_that_is_none_shows(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"Film {one} was good.,{label}" for one, label in enumerate(["good", "bad", "good ", "nan", "x" * 99])]
    (tmp_path / "reviews.csv").write_text("\n".join(["text,label", *rows]))
    assert printed(capsys, *INIT, "model:predict").splitlines()[1:3] == [
        f"labels: good (2), bad (1), nan (1), {'x' * 40}... (1)",
        "no check of quality: fewer than 20 rows have a label, or all have the same",
    ]


def test_init_says_which_rows_are_in_other_languages(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = [f"Film {number} was good.,good,{tag}\n" for number, tag in enumerate(["en", "de", "de", "fr"])]
    (tmp_path / "reviews.csv").write_text("text,label,lang\n" + "".join(rows))
    assert "left out: 3 rows in other languages: de (2), fr (1)\n" in printed(capsys, *INIT, "model:predict")


def test_init_says_what_a_model_is_not_given(capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.jsonl").write_text('{"instruction": "Sum up.", "input": "It rains.", "output": "Rain."}\n')
    init = ["init", "--task", "text-generation", "--data", "d.jsonl", "--language", "en", "--model"]
    for number, model in enumerate(["some-model", "model:predict"]):  # both are given what an instruction is about
        assert "not read" not in printed(capsys, *init, model, "--out", f"{number}.robust.yaml")
    (tmp_path / "d.jsonl").write_text('{"prompt": "Sum up.", "input": "It rains.", "answer": "Rain."}\n')
    assert "not read: 'input'\n" in printed(capsys, *init, "some-model")
    Path("d.jsonl").write_text('{"question": "Q?", "choices": ["x", "y"], "answer": 1}\n', encoding="utf-8")
    said = printed(capsys, *init, "m:p", "--out", "c.robust.yaml")
    assert "not read: 'choices'\nchoices are read with `--task text-classification`" in said


def test_init_takes_no_model_that_can_be_none(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reviews.csv").write_text(DATA)
    assert "--model 'my model': no such folder" in refused(capsys, *INIT, "my model")[0]
    assert not (tmp_path / "model.robust.yaml").exists()


def test_what_init_says_to_type_next_can_be_typed(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "reviews.csv").write_text(DATA)
    said = printed(capsys, *INIT, "model:predict", "--out", "my model.robust.yaml")
    assert said.endswith("next: pytest 'my model.robust.yaml'\n")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            '{"language": "en", "context": "It is late.", "question": "What is it?", "answers": "%s"}',
            "qa.jsonl: no answer stands in its context, letter by letter: there is nothing to learn",
        ),
        (
            '{"language": null, "context": "It is late.", "question": "What is it?", "answers": "%s"}',
            "qa.jsonl: no answer stands in its context, letter by letter: there is nothing to learn",
        ),
        (
            '{"context": "It is late.", "question": "What is it?", "answers": "%s"}',
            "qa.jsonl:1:1: the column 'language'",
        ),
    ],
    ids=["no answer", "no language", "no column of languages"],
)
def test_what_cannot_be_learnt_is_told(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "qa.jsonl").write_text(f"{line % 'Never'}\n{line % 'Early'}\n")
    told = refused(capsys, "finetune", "qa.jsonl", "--task", "question-answering")
    assert told[0].startswith(message)
    assert "suite" not in " ".join(told)


def test_finetune_leaves_weights_alone_that_it_did_not_write(
    capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    save_file({"mine": np.zeros(1)}, "model.safetensors")
    (tmp_path / "model.jsonl").write_text('{"language": "en", "text": "calm", "label": "a"}\n')
    told = refused(capsys, "finetune", "model.jsonl", "--task", "text-classification")
    assert told == ["model.safetensors holds weights that were not made here: move them, or rename model.jsonl"]


def test_an_interrupt_ends_a_command_without_a_traceback(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=SimpleNamespace(read=interrupted)))
    assert main(["perturb", "typos.swap", "--language", "en"]) == 130
    assert capsys.readouterr() == ("", "")


def test_a_command_that_is_terminated_ends_as_one_that_is_interrupted_and_takes_away_what_is_half_written(
    tmp_path: Path,
) -> None:
    script = """
import os, signal, sys
from albert_robust.cli import main
from albert_robust.exporting import export
export.save_checkpoint = lambda *_: os.kill(os.getpid(), signal.SIGTERM)
sys.exit(main(["export", "builtin", "--format", "safetensors", "--out", "encoder"]))
"""
    made = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert (made.returncode, made.stdout, made.stderr) == (143, "", "")
    assert list(tmp_path.iterdir()) == []


def outside(text: str, output: int | IO[bytes], **settings: str) -> tuple[int, bytes, str]:
    """Exit code and output of `perturb` in a process of its own, whose output is buffered as it is by default."""
    command = [sys.executable, "-m", "albert_robust.cli", "perturb", "case.lower", "--language", "de"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"} | settings
    made = subprocess.run(command, input=text.encode(), stdout=output, stderr=subprocess.PIPE, env=environment)
    return made.returncode, made.stdout or b"", made.stderr.decode()


def test_what_is_printed_is_utf8_in_every_locale() -> None:
    assert outside("Ärger 猫", subprocess.PIPE, PYTHONIOENCODING="ascii") == (0, "ärger 猫\n".encode(), "")


@pytest.mark.parametrize("lines", [1, 2_000])
def test_a_reader_that_is_gone_is_no_mistake(lines: int) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "wb") as output:
        assert outside("Eine Zeile\n" * lines, output) == (0, b"", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
@pytest.mark.parametrize("lines", [1, 2_000])
def test_output_that_cannot_be_written_is_one_clear_line(lines: int) -> None:
    with Path("/dev/full").open("wb") as output:
        assert outside("Eine Zeile\n" * lines, output) == (2, b"", "[Errno 28] No space left on device\n")


def test_a_warning_is_what_it_says_without_our_code(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warnings.formatwarning", warnings.formatwarning)
    printed(capsys, "list", "perturbations")
    assert warnings.formatwarning("the cache is full", UserWarning, "cache.py", 7) == "the cache is full\n"
