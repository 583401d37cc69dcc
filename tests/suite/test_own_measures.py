"""Measures of a suite's own: gates, agreements and baselines take them as they take the task's."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust import run
from albert_robust.errors import InputError
from albert_robust.gate.doubts import doubts
from albert_robust.results.records import CellRecord
from albert_robust.results.run import Run
from albert_robust.suite.load import load_suite

Write = Callable[..., Path]
SUITE = """\
task: text-generation
model: {python: "the_model:predict"}
measures:
  polite: {python: "mine:polite", of: source}
  as_long: {python: "mine:as_long"}
  same_start: {python: "mine:same_start", of: outputs}
datasets: {prompts: {path: d.jsonl, language: en}}
checks:
  - {expect: reference, gates: ["polite >= 0.5", "as long >= 0.5"]}
  - {expect: invariance, perturbations: [case.upper], agreement: same start, gates: ["consistency >= 0.5", "polite drop <= 0.5"]}
"""
MODEL = """\
def predict(batch):
    return [f"please {one['prompt']}" for one in batch]
"""
MINE = """\
def polite(pairs):
    return ["please" in pair["output"] and pair["reference"].lower() in pair["output"].lower() for pair in pairs]

def as_long(pairs):
    return [float(len(pair["output"]) == len(pair["reference"])) for pair in pairs]

def same_start(pairs):
    return [pair["output"][:6] == pair["reference"][:6] for pair in pairs]
"""
ROWS = [{"id": number + 1, "prompt": f"Write about day {number}.", "answer": "x" * 25} for number in range(40)]


@pytest.fixture
def suite(write: Write) -> Callable[..., Path]:
    """Return a function that writes the suite with some strings replaced."""

    def written(*replacements: tuple[str, str], mine: str = MINE) -> Path:
        text = SUITE
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        rows = "".join(json.dumps(row) + "\n" for row in ROWS)
        return write(d_dot_jsonl=rows, the_model_dot_py=MODEL, mine_dot_py=mine, s_dot_robust_dot_yaml=text)

    return written


def cells(found: Run) -> dict[str, CellRecord]:
    return {cell.cell: cell for cell in found.cells}


def test_gates_name_them_and_agreements_are_theirs(suite: Callable[..., Path], tmp_path: Path) -> None:
    found = cells(run(suite(), workspace=tmp_path / "work"))
    reference, invariance = found["prompts/reference[en]"], found["prompts/case.upper[en]"]
    assert {name: reference.measures[name].value for name in ("polite", "as long")} == {
        "polite": 1.0,
        "as long": 0.25,
    }
    assert (invariance.verdict, invariance.measures["consistency"].value) == ("passed", 1.0)
    assert invariance.measures["polite drop"].value == 0.0


def test_a_measure_that_changes_makes_another_definition(suite: Callable[..., Path], tmp_path: Path) -> None:
    before = cells(run(suite(), workspace=tmp_path / "work"))
    after = cells(run(suite(mine=MINE + "\n# more\n"), workspace=tmp_path / "work"))
    same = cells(run(suite(), workspace=tmp_path / "work"))
    place = "prompts/case.upper[en]"
    assert before[place].definitions == same[place].definitions
    for name, told in before[place].definitions.items():
        assert told != after[place].definitions[name]
    assert before[place].definitions["consistency"].startswith("same start, same start by python:mine:same_start@")


@pytest.mark.parametrize(
    ("replacement", "message"),
    [
        (("polite:", "labs:"), r"yaml:4:3: there is a measure 'labs' already\n  give it another name"),
        (("polite:", "own_language_gap:"), "there is a measure 'own language gap' already"),
        (("polite:", "polite tone:"), r"yaml:4:3: 'polite tone' is no name that a gate can say\n  write small letters"),
        (("of: source", "of: sauce"), "'sauce': there is no such choice\n  did you mean 'source'"),
        (("mine:polite", "mine.polite"), "mine.polite"),
        (
            ('"polite >= 0.5"', '"polite <= 0.5"'),
            "more is better, .*\n  return 1 - it where less is better, and write `polite >= 0.5`",
        ),
        (('"polite >= 0.5"', '"polit >= 0.5"'), "unknown measure 'polit' .*\n  did you mean 'polite'"),
        (
            ('"mine:polite"', '"mine:polite", version: "1"'),
            "4:3: only a judge has 'version'\n  write `judge: {version: ...}`",
        ),
        (
            ('{python: "mine:polite", of: source}', "{of: source}"),
            "the measure does not say how\n  write one of `python:`, `judge:`, `matches:`",
        ),
        (("agreement: same start", "agreement: polite"), "unknown agreement 'polite'"),
    ],
    ids=[
        "taken",
        "an ending",
        "a blank",
        "of what",
        "no function",
        "less is better",
        "misspelt",
        "of a judge",
        "neither",
        "no agreement",
    ],
)
def test_what_is_wrong_with_one_is_told_at_its_place(
    suite: Callable[..., Path], replacement: tuple[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load_suite(suite(replacement))


def test_a_label_is_about_no_text(suite: Callable[..., Path]) -> None:
    path = suite(
        ("text-generation", "text-classification"), ("prompts: {path", "prompts: {columns: {text: prompt}, path")
    )
    with pytest.raises(InputError, match="an output of text-classification is about no text of its own"):
        load_suite(path)


@pytest.mark.parametrize(
    ("body", "message"),
    [("return [1.0]", "returned 1 outputs for 40 inputs"), ("return 1.0", "returned float for 40 inputs")],
)
def test_a_function_that_returns_no_list_of_numbers_ends_its_suite_at_its_place(
    suite: Callable[..., Path], tmp_path: Path, body: str, message: str
) -> None:
    mine = f"def polite(pairs):\n    {body}\n" + MINE.replace("def polite", "def other")
    with pytest.raises(InputError, match=rf"yaml:4:3: the measure polite {message}"):
        run(suite(mine=mine), workspace=tmp_path / "work")


def test_a_function_that_is_not_there_ends_its_suite_at_its_place(suite: Callable[..., Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="yaml:4:3: the measure polite: mine has no function 'polite'"):
        run(suite(mine=MINE.replace("def polite", "def other")), workspace=tmp_path / "work")


@pytest.mark.parametrize(
    ("one", "message"),
    [
        ("1.5", "returned 1.5, and scores are from 0 to 1"),
        ("'yes'", "returned 'yes', expected a number from 0 to 1 or {'score': number from 0 to 1}"),
        ("pair['gold']", "raises KeyError: 'gold' (mine.py:2)"),
    ],
)
def test_what_goes_wrong_with_a_pair_is_an_error_of_its_case_alone(
    suite: Callable[..., Path], tmp_path: Path, one: str, message: str
) -> None:
    mine = f"def polite(pairs):\n    return [{one} if '7' in pair['reference'] else 1.0 for pair in pairs]\n"
    mine += MINE.replace("def polite", "def other")
    found = cells(run(suite(mine=mine), workspace=tmp_path / "work"))["prompts/reference[en]"]
    assert (found.verdict, found.counts.error, found.counts.tested) == ("error", 4, 36)  # days 7, 17, 27 and 37
    assert found.reason.endswith(f"example 8: the measure polite {message}")


def test_a_few_such_errors_leave_a_verdict_that_they_do_not_help(suite: Callable[..., Path], tmp_path: Path) -> None:
    mine = MINE.replace('return ["please" in', "return [1 / ('7' not in pair['reference']) and \"please\" in")
    few = suite(("measures:", "max_errors: 0.1\nmeasures:"), mine=mine)
    found = cells(run(few, workspace=tmp_path / "work"))["prompts/reference[en]"]
    assert (found.gates[0].verdict, found.counts.error) == ("passed", 4)
    few.write_text(few.read_text().replace("polite >= 0.5", "polite >= 0.9"))
    undecided = cells(run(few, workspace=tmp_path / "work"))["prompts/reference[en]"].gates[0]
    assert undecided.verdict == "inconclusive"
    assert undecided.estimate.value == 1.0


def test_what_cannot_be_measured_is_left_out(suite: Callable[..., Path], tmp_path: Path) -> None:
    mine = MINE.replace("def polite(pairs):\n", "def polite(pairs):\n    return [float('nan') for pair in pairs]\n")
    found = cells(run(suite(mine=mine), workspace=tmp_path / "work"))
    assert found["prompts/reference[en]"].verdict == "failed"
    assert not found["prompts/reference[en]"].measures["polite"].measured


def test_a_measure_sees_the_inputs_of_the_example(suite: Callable[..., Path], tmp_path: Path) -> None:
    seen = 'pair["inputs"]["prompt"].lower() in pair["output"].lower()'
    mine = MINE.replace('pair["reference"].lower() in pair["output"].lower()', seen)
    mine = mine.replace(
        '[pair["output"][:6] ==', '[pair["inputs"]["prompt"][:5] == \'Write\' and pair["output"][:6] =='
    )
    found = cells(run(suite(mine=mine), workspace=tmp_path / "work"))
    assert mine != MINE
    assert found["prompts/reference[en]"].measures["polite"].value == 1.0
    assert found["prompts/case.upper[en]"].measures["consistency"].value == 1.0


def test_what_a_gate_had_to_do_without_is_told(suite: Callable[..., Path], tmp_path: Path) -> None:
    mine = MINE.replace(
        'return ["please" in', "return [float('nan') if 'day 1' in pair['reference'] else \"please\" in"
    )
    mine = mine.replace(
        'return [pair["output"][:6]', "return [float('nan') if '1' in pair['output'] else pair[\"output\"][:6]"
    )
    found = run(suite(mine=mine), workspace=tmp_path / "work")
    assert cells(found)["prompts/case.upper[en]"].measures["consistency"].value == 1.0
    (told,) = (one for one in doubts(found.suites[0], found) if "polite" in one and "drop" not in one)
    assert told == "'polite' could not be measured of 11 tested cases in 1 cell: its gates are judged by the others."


def test_a_drop_is_of_the_cases_that_are_measured_before_and_after(suite: Callable[..., Path], tmp_path: Path) -> None:
    # Of the originals 11 cannot be measured, and of the variants all can.
    mine = MINE.replace('return ["please" in', "return [float('nan') if 'day 1' in pair['output'] else \"please\" in")
    found = run(suite(mine=mine), workspace=tmp_path / "work")
    measures = cells(found)["prompts/case.upper[en]"].measures
    assert (measures["polite"].clusters, measures["polite drop"].clusters) == (40, 29)
    assert measures["polite drop"].value == 0.0
    (told,) = (one for one in doubts(found.suites[0], found) if "polite drop" in one)
    assert (
        told == "'polite drop' could not be measured of 11 tested cases in 1 cell: its gates are judged by the others."
    )


def test_answers_that_cannot_be_compared_are_told_and_a_search_goes_on(
    suite: Callable[..., Path], tmp_path: Path
) -> None:
    # The answers to 11 of the prompts cannot be compared, whatever their variants are.
    mine = MINE.replace(
        'return [pair["output"][:6]', "return [float('nan') if 'day 1' in pair['reference'] else pair[\"output\"][:6]"
    )
    found = run(suite(mine=mine), workspace=tmp_path / "work")
    (told,) = (one for one in doubts(found.suites[0], found) if "consistency" in one)
    assert (
        told == "'consistency' could not be measured of 11 tested cases in 1 cell: its gates are judged by the others."
    )
    searched = cells(run(suite(("case.upper]", "typos.swap@1], worst_of: 4"), mine=mine), workspace=tmp_path / "work"))
    assert searched["prompts/typos.swap@1[en]"].measures["consistency"].clusters == 29
