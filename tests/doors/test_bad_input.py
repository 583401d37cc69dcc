"""A mistake is told in one clear line with its place and how to mend it: exit code 2, no traceback, a report that says no."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from door_suites import kept_run, python, rows, run, verdicts, write_suite


def nothing_was_run(folder: Path) -> bool:
    """Whether a session left a run without cells that says why."""
    run = kept_run(folder)
    return not run["cells"] and list(run["mistakes"]) == ["suite"]


def complaints(pytester: pytest.Pytester) -> list[str]:
    """The lines that pytest prints of a suite that cannot be run."""
    result = run(pytester)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert nothing_was_run(pytester.path)
    lines = result.outlines
    start = next(number for number, line in enumerate(lines) if line.startswith("____"))
    end = next(number for number, line in enumerate(lines) if "= robustness =" in line)
    return lines[start + 1 : end]


@pytest.mark.parametrize(
    ("written", "instead", "expected"),
    [
        ("gates:", "gate:", ["8:5: unknown key 'gate'", "  did you mean 'gates'?"]),
        ("checks:", "chekcs:", ["1:1: the key 'checks' is missing", "  add `checks: *`", "5:1: *", "  did you mean 'checks'?"]),
        ("typos.swap", "typos.swop", ["7:21: unknown perturbation 'typos.swop'", "  did you mean 'typos.swap'? *"]),
        ("typos.swap", "typos.swap@9", ["7:21: 'typos.swap@9': severity 9, expected 1 to 5"]),
        ("[typos.swap]", "3", ["7:5: 3: expected a list", "  write `[[]3]`"]),
        ("data.jsonl", "dota.jsonl", ["4:10: no file 'dota.jsonl' here", "  paths are relative to the suite's file"]),
        ("[en]", "[english!]", ["4:28: 'english!' is no language tag", "  write a BCP 47 tag such as en, zh or pt-BR"]),
        (" >= 0.7", "ly >= 0.7", ["8:13: unknown measure 'consistencyly' for *", "  did you mean 'consistency'?"]),
        (" >= 0.7", " >= 90", ["8:13: the bound 90 lies outside [[]0, 1]", "  measures are shares: write 0.9 *"]),
        ("task: text-classification", "task: &a [b, b]", ["1:7: *: anchors and aliases *", "  write out what it stands for"]),
        ("text-classification", "!!python/object:os.system x", ["1:7: not plain YAML: the tag '*os.system' is not allowed"]),
        ("task: ", "task: " + "[" * 100, ["1:*: not plain YAML: nested deeper than 40"]),
        ("task: ", "task: a\ntask: ", ["2:1: *the key 'task' is here twice*line 1*"]),
        ("task: ", "task: 'a", ["*: not plain YAML: *"]),
        ("task: ", "\0", ["*: not plain YAML: *"]),
    ],
    ids=lambda value: value.replace(" ", "-")[:24].replace("\0", "NUL") if isinstance(value, str) else "",
)  # fmt: skip
def test_a_mistake_in_a_suite_is_told_with_its_line_and_column(
    pytester: pytest.Pytester, written: str, instead: str, expected: Sequence[str]
) -> None:
    path = write_suite(pytester.path, "typos.swap")
    path.write_text(path.read_text().replace(written, instead, 1))
    patterns = [line if line.startswith("  ") else f"suite.robust.yaml:{line}" for line in expected]
    found = complaints(pytester)
    pytest.LineMatcher(found).fnmatch_lines(patterns)
    assert len(found) == len(patterns)


def test_a_suite_with_the_other_ending_of_yaml_is_told_and_not_passed_over(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, "typos.swap").rename(pytester.path / "suite.robust.yml")
    result = run(pytester)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["suite.robust.yml:1:1: a suite's name ends in .robust.yaml", "  rename it"])


def test_all_mistakes_of_a_suite_are_told_at_once_in_the_order_of_its_lines(pytester: pytest.Pytester) -> None:
    path = write_suite(pytester.path, "typos.swop, case.uper", gate="consistency > 1")
    path.write_text(path.read_text().replace("data.jsonl", "dota.jsonl"))
    places = [line.split(": ")[0] for line in complaints(pytester) if not line.startswith(" ")]
    assert places == [f"suite.robust.yaml:{place}" for place in ("4:10", "7:21", "7:33", "8:13")]


def test_a_suite_that_is_no_utf_8_text_is_told(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path).write_bytes(b"task: text\n\xff\xfe\n")
    assert complaints(pytester) == ["suite.robust.yaml:2:1: not UTF-8 text", "  save the file as UTF-8"]


GOOD = json.dumps(dict(rows(1)[0])) + "\n"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("", ["1:1: the dataset is empty", "  a gate cannot pass on nothing: add examples"]),
        (GOOD + "{oops\n", ["2:2: broken JSON: Expecting property name *", "  each line is one JSON object"]),
        (GOOD + "[1]\n", ["2:1: a JSON list", "  each line is one JSON object"]),
        (GOOD.replace("text", "txt"), ["1:1: the column 'text' is missing", "  map it in the suite: *; did you mean 'txt'[?]"]),
        (GOOD + GOOD, ["2:1: the id 'r0' is here twice in language en", "  first in data.jsonl:1: ids are unique *"]),
        (GOOD.replace("en", "de"), ["1:1: no example in language 'en'", "  rows are in: de; mend `languages` or add some"]),
        (GOOD.replace("lovely", "x" * 1_000_000), ["1:1: 'text' holds 1,000,0?? characters, more *", "  cut the text *"]),
        (GOOD.replace("lovely", "\\ud800"), ["1:1: 'text' holds a lone surrogate", "  it is half a character: *"]),
        (GOOD.replace("lovely", "\\u0000"), ["1:1: 'text' holds a NUL character", "  take it out: *"]),
        (GOOD.replace('"the weather in town 0 was lovely"', "[1]"), ["1:1: 'text' holds list, *", "  are they choices? *"]),
    ],
    ids=["empty", "broken JSON", "no object", "no column", "two ids", "no language", "1 MB", "surrogate", "NUL", "list"],
)  # fmt: skip
def test_a_mistake_in_the_data_is_told_with_its_line_before_the_model_is_asked(
    pytester: pytest.Pytester, data: str, expected: Sequence[str]
) -> None:
    write_suite(pytester.path, "typos.swap", model="raise RuntimeError")
    (pytester.path / "data.jsonl").write_text(data)
    found = complaints(pytester)
    pytest.LineMatcher(found).fnmatch_lines([f"data.jsonl:{expected[0]}", *expected[1:]])
    assert len(found) == len(expected)


def test_a_listing_of_cells_reads_no_more_of_the_data_than_its_head(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path)
    (pytester.path / "data.jsonl").write_text(GOOD + "{oops\n")
    assert run(pytester, "--collect-only").ret == pytest.ExitCode.OK
    (pytester.path / "data.jsonl").write_text(GOOD.replace("text", "txt"))
    assert run(pytester, "--collect-only").ret == pytest.ExitCode.INTERRUPTED


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (None, "no module 'model' beside the suite or installed: *"),
        ("other = 1", "model has no function 'predict'"),
        ("import no_such_package", "the module 'model' raises ModuleNotFoundError: No module named 'no_such_package'"),
        ("def predict(batch): return ['calm'] * (len(batch) - 1)", "the model returned 23 outputs for 24 inputs"),
        ("def predict(batch): return None", "the model returned NoneType for 24 inputs"),
        ("def predict(batch): return 'calm'", "the model returned str for 24 inputs"),
    ],
    ids=["no module", "no function", "no package", "too few", "none", "a string"],
)
def test_a_model_that_cannot_be_used_is_told_at_its_place_in_the_suite(
    pytester: pytest.Pytester, model: str | None, expected: str
) -> None:
    write_suite(pytester.path, "typos.swap", model=model or "")
    if model is None:
        (pytester.path / "model.py").unlink()
    pytest.LineMatcher(complaints(pytester)).fnmatch_lines([f"suite.robust.yaml:2:1: {expected}"])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("1 / 0", "the model raises ZeroDivisionError: division by zero (model.py:1)"),
        ("{'label': 'calm', 'scores': {'calm': float('nan')}}", "the probability of 'calm' is nan, expected *"),
        ("{'label': 'calm', 'scores': {'calm': 1.5}}", "the probability of 'calm' is 1.5, expected *"),
        ("None", "the model returned None, expected a string or {'label': string}"),
    ],
    ids=["raises", "NaN", "no probability", "no answer"],
)
def test_a_model_that_fails_for_one_example_is_an_error_of_that_example_alone(
    pytester: pytest.Pytester, answer: str, reason: str
) -> None:
    model = f"def predict(batch): return [{answer} if ' 7 ' in one['text'] else 'calm' for one in batch]"
    write_suite(pytester.path, "typos.swap", model=model)
    result = run(pytester)
    result.stdout.fnmatch_lines(
        [
            "*: 1 of 12 cases are errors (a suite's `max_errors:` allows a few); example r7: the original: "
            + reason.replace("[", "[[]")
        ]
    )
    counts = kept_run(pytester.path)["cells"][0]["counts"]
    assert (counts["error"], counts["tested"], counts["flipped"]) == (1, 11, 0)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


@pytest.mark.parametrize(
    "model",
    ["import pytest\ndef predict(batch): pytest.xfail('known')", "import pytest; pytest.xfail('known')"],
    ids=["when asked", "when imported"],
)
def test_a_model_that_calls_its_own_fault_known_has_failed_and_other_suites_are_judged(
    pytester: pytest.Pytester, model: str
) -> None:
    write_suite(pytester.path / "one", "typos.swap")
    write_suite(pytester.path / "two", "typos.swap", model=model, name="broken")
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*raises XFailed: known (model.py:*)"])


MOODY = """
import pytest

class Moody:
    "Its class is no secret when first asked for, and a known failure from then on."
    asked = []

    @property
    def __class__(self):
        Moody.asked.append(self)
        return Moody if len(Moody.asked) == 1 else pytest.xfail("known")

    def __repr__(self):
        raise SystemExit(0)

def predict(batch): return [Moody()] * len(batch)
"""


def test_what_ends_a_suite_otherwise_is_told_with_its_traceback_and_other_suites_are_judged(
    pytester: pytest.Pytester,
) -> None:
    write_suite(pytester.path / "one", "typos.swap")
    write_suite(pytester.path / "two", "typos.swap, case.upper", model=MOODY, name="broken")
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=2)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*model.py:*", "E   RuntimeError: XFailed: known"])
    result.stdout.no_fnmatch_line("INTERNALERROR*")


def test_a_suite_that_cannot_be_run_leaves_the_verdicts_of_the_others_and_the_exit_code_2(
    pytester: pytest.Pytester,
) -> None:
    write_suite(pytester.path / "one", "typos.swap")
    write_suite(pytester.path / "two", "typos.swap", model="", name="broken")
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert verdicts(pytester.path) == {"data/typos.swap@2[en]": "passed"}


def test_a_mistake_that_a_worker_met_gives_the_exit_code_2_too(tmp_path: Path) -> None:
    write_suite(tmp_path, "typos.swap", model="")
    done = python(tmp_path, "-m", "pytest", "-n", "1")
    assert "suite.robust.yaml:2:1: model has no function 'predict'" in done.stdout
    assert done.returncode == pytest.ExitCode.INTERRUPTED


@pytest.mark.parametrize("break_it", [lambda text: text[:40], lambda text: text.replace('"schema": 2', '"schema": 99')])
def test_a_damaged_run_folder_does_not_stop_the_next_run(
    pytester: pytest.Pytester, break_it: Callable[[str], str]
) -> None:
    write_suite(pytester.path, "typos.swap")
    run(pytester)
    path = pytester.path / "robustness-report" / "run.json"
    whole = path.read_text()
    path.write_text(break_it(whole))
    run(pytester).assert_outcomes(passed=1)
    assert json.loads(path.read_text())["cells"] == json.loads(whole)["cells"]


def test_a_checkpoint_without_weights_is_a_mistake_of_the_suite_and_no_error_of_its_examples(
    pytester: pytest.Pytester,
) -> None:
    (pytester.mkdir("checkpoint") / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")
    write_suite(pytester.path, "typos.swap")
    suite = pytester.path / "suite.robust.yaml"
    lines = suite.read_text(encoding="utf-8").splitlines()
    kept = ["model: {transformers: checkpoint}" if line.startswith("model:") else line for line in lines]
    suite.write_text("\n".join(kept) + "\n", encoding="utf-8")
    result = pytester.runpytest()
    assert result.ret == 2
    result.stdout.fnmatch_lines(["suite.robust.yaml:*: the folder 'checkpoint' holds no safetensors weights*"])
    assert nothing_was_run(pytester.path)


def test_a_quality_gate_on_labels_that_the_model_is_not_to_answer_is_told(pytester: pytest.Pytester) -> None:
    (pytester.path / "d.csv").write_text("text,label\nGood.,positive\nBad.,Negative\n", encoding="utf-8")
    (pytester.path / "s.robust.yaml").write_text(
        "task: text-classification\ndatasets: {d: {path: d.csv, language: en}}\n"
        "model: {endpoint: 'http://h/v1/chat/completions', model: m, prompt: '{text}', labels: [positive, negative]}\n"
        "checks: [{expect: reference, gates: [accuracy >= 0.9]}]\n",
        encoding="utf-8",
    )
    result = pytester.runpytest("s.robust.yaml")
    assert result.ret == 2
    result.stdout.fnmatch_lines(
        ["d.csv:3:1: the label 'Negative' of example 'Bad. #cb092e' is none*", "*did you mean 'negative'[?]"]
    )


def test_a_quality_gate_on_data_without_references_is_told_and_never_passed_over(pytester: pytest.Pytester) -> None:
    (pytester.path / "model.py").write_text("def predict(batch):\n    return ['a' for _ in batch]\n", encoding="utf-8")
    (pytester.path / "d.jsonl").write_text('{"id": "1", "text": "good"}\n', encoding="utf-8")
    (pytester.path / "s.robust.yaml").write_text(
        "task: text-classification\nmodel: {python: model:predict}\ndatasets: {d: {path: d.jsonl, language: en}}\n"
        "checks: [{expect: reference, gates: [accuracy >= 0.9]}]\n",
        encoding="utf-8",
    )
    result = pytester.runpytest("s.robust.yaml")
    assert result.ret == 2
    result.stdout.fnmatch_lines(["d.jsonl:1:1: no row has a reference in the column 'label'"])
