"""`--robust-max-calls` and `--robust-max-seconds`: a run asks no more, and what it did not ask passes nothing."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from door_suites import LOGGING, asked, kept_run, python, rows, run, verdicts, write_suite

from albert_robust.gate.family import compare_runs
from albert_robust.report.render import render_markdown
from albert_robust.results.folder import open_run

SWAP, UPPER, DELETE = (f"data/{name}[en]" for name in ("typos.swap@2", "case.upper", "typos.delete@2"))
CALLS, SECONDS, PRICE = "--robust-max-calls", "--robust-max-seconds", "--robust-max-price"
THREE = "typos.swap, case.upper, typos.delete"
NOT_ASKED = "12 of 12 cases were not asked: the budget had no room"
BASELINE = "suite.baseline.jsonl"
UPDATE = "--robust-baseline-update"


def write_priced(folder: Path) -> None:
    """Write a suite whose model states what an input costs."""
    path = write_suite(folder, THREE, model=LOGGING)
    path.write_text(path.read_text().replace('version: "1"', 'version: "1", price: 0.25'))


def test_a_price_bounds_what_is_asked(pytester: pytest.Pytester) -> None:
    write_priced(pytester.path)
    run(pytester, f"{PRICE}=6.00").stdout.fnmatch_lines(["*2 not tested, 1 passed;*24 inputs predicted*, price 6.00"])
    run(pytester, f"{PRICE}=6.00").stdout.fnmatch_lines(["3 cells: 3 passed;*24 inputs predicted*, price 6.00"])


def test_an_endpoint_has_to_say_what_it_costs(pytester: pytest.Pytester) -> None:
    path = write_suite(pytester.path)
    line = next(one for one in path.read_text().splitlines() if one.startswith("model:"))
    asked_by = "endpoint: http://localhost:1/v1/chat/completions, model: it, prompt: '{text}', labels: [calm, loud]"
    path.write_text(path.read_text().replace(line, f"model: {{{asked_by}}}"))
    result = run(pytester, f"{PRICE}=1")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    told = "*suite.robust.yaml:2:*: the run may cost so much at most, and the endpoint has no `price:`"
    result.stdout.fnmatch_lines([told, "*add `price: {input: 0.15, output: 0.6}`, what a million tokens cost"])


def test_cells_without_room_are_not_tested_and_the_others_have_their_verdicts(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, THREE, model=LOGGING)
    result = run(pytester, f"{CALLS}=24", "-rs")
    assert (result.ret, result.parseoutcomes()) == (pytest.ExitCode.TESTS_FAILED, {"passed": 1, "not": 2})
    assert verdicts(pytester.path) == {SWAP: "passed", UPPER: "not tested", DELETE: "not tested"}
    assert len(asked(pytester.path)) == 24
    result.stdout.fnmatch_lines(
        [
            "suite.robust.yaml .oo *",
            f"not tested   suite::data/case.upper[[]en]  {NOT_ASKED}",
            f"not tested   suite::data/typos.delete@2[[]en]  {NOT_ASKED}",
            "3 cells: 2 not tested, 1 passed; 12 cases tested; 24 inputs predicted, 0 from the cache",
            "2 cells not tested: the budget ran out, so the run fails.*",
        ]
    )


def test_the_next_run_goes_on_where_this_one_stopped(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, THREE, model=LOGGING)
    for count in (1, 2, 3):
        run(pytester, f"{CALLS}={24 if count == 1 else 12}")
        assert list(verdicts(pytester.path).values()).count("not tested") == 3 - count
    assert len(asked(pytester.path)) == len(set(asked(pytester.path))) == 48


@pytest.mark.parametrize("choice", ["pass", "fail", "warn"])
def test_what_was_not_tested_is_never_a_pass(pytester: pytest.Pytester, choice: str) -> None:
    write_suite(pytester.path, THREE, model=LOGGING, extra=f"on_inconclusive: {choice}\n")
    result = run(pytester, f"{CALLS}=24", "-v")
    result.stdout.fnmatch_lines([f"*{UPPER.replace('[', '[[]')} NOT TESTED*"])
    assert result.parseoutcomes() == {"passed": 1, "not": 2}
    assert result.ret == (pytest.ExitCode.OK if choice == "pass" else pytest.ExitCode.TESTS_FAILED)
    assert open_run(pytester.path / "robustness-report").exit_code == result.ret


def test_a_run_that_may_ask_nothing_has_failed(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, model=LOGGING)
    result = run(pytester, f"{CALLS}=0")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    again = "2 cells not tested: the budget ran out, so the run fails. Run again to continue*"
    result.stdout.fnmatch_lines(["nothing was tested, so the run fails", again])
    assert open_run(pytester.path / "robustness-report").exit_code == result.ret
    assert asked(pytester.path) == []


def test_a_time_that_is_over_leaves_the_rest_untested(pytester: pytest.Pytester) -> None:
    slow_once = LOGGING.replace(
        "    with", "    first = not pathlib.Path(__file__).with_name('asked.jsonl').exists()\n    with"
    )
    slow_once = slow_once.replace("    return", "    time.sleep(2.5 * first)\n    return")
    path = write_suite(pytester.path, model=f"import time\n{slow_once}")
    path.write_text(path.read_text().replace('version: "1"', 'version: "1", batch: 4'))
    run(pytester, f"{SECONDS}=2")
    assert set(verdicts(pytester.path).values()) == {"not tested"}
    assert len(asked(pytester.path)) == 4
    run(pytester, f"{SECONDS}=600")
    assert "not tested" not in verdicts(pytester.path).values()


@pytest.mark.parametrize("name", ["calls", "seconds", "price"])
def test_each_limit_has_an_ini_twin_and_the_command_line_comes_first(pytester: pytest.Pytester, name: str) -> None:
    pytester.makeini(f"[pytest]\nrobust_max_{name} = 0\n")
    write_priced(pytester.path)
    run(pytester)
    assert set(verdicts(pytester.path).values()) == {"not tested"}
    run(pytester, f"--robust-max-{name}=1000")
    assert "not tested" not in verdicts(pytester.path).values()


@pytest.mark.parametrize(
    "argument", [f"{CALLS}=-1", f"{CALLS}=many", f"{CALLS}=1.5", f"{SECONDS}=-1", f"{SECONDS}=nan", f"{PRICE}=free"]
)
def test_a_limit_that_is_none_is_one_clear_line(pytester: pytest.Pytester, argument: str) -> None:
    write_suite(pytester.path)
    result = run(pytester, argument)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines([f"{CALLS} is a number of inputs, {SECONDS} one of seconds, {PRICE} a price"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_all_workers_together_have_one_budget(pytester: pytest.Pytester) -> None:
    room = 30
    write_suite(pytester.path, THREE, model=LOGGING)
    done = python(pytester.path, "-m", "pytest", "-n", "2", f"{CALLS}={room}")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "2 cells not tested: the budget ran out, so the run fails." in done.stdout
    workers = kept_run(pytester.path)
    assert len(asked(pytester.path)) == len(set(asked(pytester.path))) == room
    write_suite(pytester.path / "one", THREE, model=LOGGING)
    run(pytester, "--rootdir=one", "one", f"{CALLS}={room}")
    assert workers["cells"] == kept_run(pytester.path / "one")["cells"]


def test_a_comparison_with_a_cell_that_was_not_tested_is_not_tested(pytester: pytest.Pytester) -> None:
    german = rows(language="de", text="Das Wetter in Ort {} war schön")
    gate = "language gap <= 0.9"
    write_suite(pytester.path, "case.upper", gate=gate, languages="en, de", examples=[*rows(), *german], model=LOGGING)
    run(pytester, f"{CALLS}=24")
    assert verdicts(pytester.path) == {
        "data/case.upper[en]": "measured",
        "data/case.upper[de]": "not tested",
        "data/case.upper/language-gap": "not tested",
    }


def test_the_report_says_that_it_is_undecided_and_why(pytester: pytest.Pytester) -> None:
    write_suite(pytester.path, THREE, model=LOGGING)
    run(pytester, f"{CALLS}=24", "--junitxml=junit.xml")
    why = "2 of 3 cells that apply were not tested: the budget of this run had no room; none failed."
    html = (pytester.path / "robustness-report" / "index.html").read_text(encoding="utf-8")
    markdown = render_markdown(open_run(pytester.path / "robustness-report"))
    for text in (html, markdown):
        assert why in text
        assert NOT_ASKED in text
    cases = {case.attrib["name"]: case for case in ElementTree.parse(pytester.path / "junit.xml").iter("testcase")}
    assert cases[UPPER].find("skipped") is not None
    found = {one.attrib["name"]: one.attrib["value"] for one in cases[UPPER].iter("property")}
    assert (found["verdict"], found["not_asked"], found["tested"]) == ("not tested", "12", "0")


def test_github_is_warned_of_cells_that_were_not_tested(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_OUTPUT", str(pytester.path / "output"))
    write_suite(pytester.path, THREE, model=LOGGING)
    lines = run(pytester, f"{CALLS}=24").outlines
    told = [line for line in lines if line.startswith("::")]
    assert len(told) == 2
    assert told[0].startswith(
        "::warning file=suite.robust.yaml,line=6,title=not tested suite%3A%3Adata/case.upper[en]::"
    )
    assert (pytester.path / "output").read_text().startswith("verdict=inconclusive\npassed=1\nfailed=0\n")


@pytest.fixture
def baseline(pytester: pytest.Pytester) -> pytest.Pytester:
    """A folder with a baseline of three cells, and a model of another version now."""
    path = write_suite(pytester.path, THREE, gate="consistency >= 0.1", model=LOGGING, examples=rows(80))
    run(pytester, UPDATE)
    path.write_text(path.read_text().replace('version: "1"', 'version: "2"'))
    return pytester


def lines(folder: Path) -> dict[str, str]:
    """The lines of cells in the baseline."""
    found = [json.loads(text) for text in (folder / BASELINE).read_text().splitlines()]
    return {row["cell"]: row for row in found if "cell" in row}


def test_beside_a_baseline_cells_that_were_not_tested_are_neither_missing_nor_incomparable(
    baseline: pytest.Pytester,
) -> None:
    result = run(baseline, f"{CALLS}=160")
    assert (result.ret, result.parseoutcomes()) == (pytest.ExitCode.TESTS_FAILED, {"passed": 2, "not": 2})
    found = {cell["cell"]: (cell["comparison"] or {}).get("verdict") for cell in kept_run(baseline.path)["cells"]}
    assert found == {SWAP: "same", UPPER: None, DELETE: None}


@pytest.mark.parametrize("update", [UPDATE, f"{UPDATE}=new"])
def test_an_update_keeps_the_lines_of_cells_that_were_not_tested(baseline: pytest.Pytester, update: str) -> None:
    before = lines(baseline.path)
    result = run(baseline, update, f"{CALLS}=100")
    assert lines(baseline.path) == before
    result.stdout.fnmatch_lines([f"baseline: {BASELINE}: 3 lines, 3 passed over because they were not tested"])


def test_a_later_run_that_was_not_asked_whole_lacks_nothing(baseline: pytest.Pytester) -> None:
    (baseline.path / "robustness-report").rename(baseline.path / "earlier")
    run(baseline, f"{CALLS}=160")
    earlier, later = (open_run(baseline.path / name) for name in ("earlier", "robustness-report"))
    assert {cell: found.verdict for (_, cell), found in compare_runs(earlier, later, 0.01, 0.05).items()} == {
        SWAP: "same"
    }
    assert {cell: found.verdict for (_, cell), found in compare_runs(later, earlier, 0.01, 0.05).items()} == {
        SWAP: "same", UPPER: "new", DELETE: "new",
    }  # fmt: skip
