"""`worst_of:` searches many variants of an example for the one that the model bears least."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from counted import MOODY, asked, outcomes_of, planned, ran, records_of

from albert_robust.asking.budget import Budget
from albert_robust.asking.workspace import Workspace
from albert_robust.errors import InputError
from albert_robust.exchange import questions
from albert_robust.gate.lines import definitions, line_of
from albert_robust.results.outcome import Outcome
from albert_robust.running.forecast import forecast
from albert_robust.suite.load import load_suite

SEARCH = "- {{expect: invariance, perturbations: [{}], worst_of: {}, gates: [consistency >= 0.1]}}"
DELETE = SEARCH.format("own.delete", 24)
PACK = '''
from albert_robust import perturbation

@perturbation("own.delete", preserves="meaning", severities=1)
def delete(text, rng, severity):
    """Leave out one letter."""
    word = rng.choice([word for word in text.words() if word.end - word.start > 1])
    return text.replace(word.start, word.start + 1, "", "delete")

@perturbation("own.loud", preserves="meaning", severities=1)
def loud(text, rng, severity):
    """Always the same."""
    return text.rewrite(str(text).upper())

@perturbation("own.seldom", preserves="meaning", severities=1)
def seldom(text, rng, severity):
    """Mostly nothing."""
    return text.replace(0, 1, "*", "star") if rng.random() < 0.2 else text

@perturbation("own.breaks", preserves="meaning", severities=1)
def breaks(text, rng, severity):
    """Sometimes a mistake."""
    if rng.random() < 0.2:
        raise ValueError("no way")
    return text.replace(0, 1, rng.choice("abc"), "letter")
'''
TEXT = "one two three four"
SHAKEN = """
def answer(text):
    left = sum(word in text.split() for word in "one two three four".split())
    p = (left + 1) / 5
    return {"label": "yes" if p > 0.5 else "no", "scores": {"yes": p, "no": 1 - p}}
"""
LABELS_ALONE = """
def answer(text):
    return "yes" if sum(word in text.split() for word in "one two three four".split()) > 1 else "no"
"""


@pytest.fixture
def folder(write: Callable[..., Path], tmp_path: Path) -> Path:
    write(perturbations__own_dot_py=PACK)
    return tmp_path


def found(folder: Path, checks: str, answer: str, rows: list[str] | None = None) -> list[Outcome]:
    """The outcomes of a suite with one check."""
    cells = planned(folder, checks, answer=answer, rows=rows or [TEXT])
    return outcomes_of(ran(cells, folder))[cells[0].key]


def test_edits_that_shake_the_model_gather_until_the_answer_changes(folder: Path) -> None:
    (case,) = found(folder, DELETE, SHAKEN)
    assert (case.before, case.after, case.agreement) == ("yes", "no", 0)
    assert len({word for word in TEXT.split() if word not in case.variant["text"].split()}) >= 2
    assert len(case.changes) >= 2
    assert case.replicate == 0


def test_edits_gather_that_move_a_probability_beyond_its_tolerance_either_way(folder: Path) -> None:
    surer = SHAKEN.replace("(left + 1) / 5", "0.95 - left / 10")
    for model, tolerance, moved in ((SHAKEN, 0.35, -0.4), (surer, 0.25, 0.3)):
        check = DELETE.replace("worst_of: 24", f"worst_of: 64, tolerance: {tolerance}")
        (case,) = found(folder, check, model)
        assert case.agreement == 0
        assert case.scores_after["yes"] - case.scores_before["yes"] == pytest.approx(moved)


def test_of_labels_alone_every_variant_is_drawn_from_the_original(folder: Path) -> None:
    (case,) = found(folder, DELETE, LABELS_ALONE)
    assert (case.agreement, len(case.changes)) == (1, 1)
    assert all(len(text) == len(TEXT) - 1 for text in asked(folder) if text != TEXT)


def test_what_breaks_an_answer_ends_the_search(folder: Path) -> None:
    fragile = "\ndef answer(text):\n    return 'yes' if 'one' in text.split() else 'no'\n"
    (case,) = found(folder, SEARCH.format("own.delete", 1000), fragile)
    assert case.agreement == 0
    assert len(asked(folder)) <= 1 + 1 + 8


def test_the_same_variant_is_asked_once(folder: Path) -> None:
    (case,) = found(folder, SEARCH.format("own.loud", 1000), "\ndef answer(text):\n    return 'yes'\n")
    assert (case.status, case.agreement) == ("tested", 1)
    assert sorted(asked(folder)) == [TEXT.upper(), TEXT]


def test_a_first_draw_that_changes_nothing_is_not_the_last(folder: Path) -> None:
    rows = [f"{TEXT} {number}" for number in range(20)]
    cases = found(folder, SEARCH.format("own.seldom", 100), LABELS_ALONE, rows)
    assert [case.status for case in cases] == ["tested"] * 20


def test_where_no_variant_comes_about_nothing_is_asked(folder: Path) -> None:
    search = SEARCH.format("semantics.number", 50).replace("worst_of", "ignores: [number], worst_of")
    (case,) = found(folder, search, LABELS_ALONE)
    assert (case.status, asked(folder)) == ("unchanged", [])


def test_a_second_run_asks_nothing_and_finds_the_same(folder: Path) -> None:
    first = found(folder, DELETE, SHAKEN)
    cells = planned(folder, DELETE, answer=SHAKEN, rows=[TEXT])
    again = ran(cells, folder, run="again")
    assert outcomes_of(again)[cells[0].key] == first
    assert again.cost.predicted == 0


def test_a_search_that_the_budget_cuts_short_is_no_pass(folder: Path) -> None:
    cells = planned(folder, SEARCH.format("own.delete", 24), answer=LABELS_ALONE, rows=[TEXT])
    execution = ran(cells, folder, Budget(inputs=3))
    (case,) = outcomes_of(execution)[cells[0].key]
    assert case.status == "not asked"
    assert records_of(execution, cells)[cells[0].id].verdict == "not tested"


def test_a_variant_without_an_answer_is_an_error_where_none_breaks(folder: Path) -> None:
    model = "\ndef answer(text):\n    if 'ne' in text.split():\n        raise ValueError('no')\n    return 'yes'\n"
    (case,) = found(folder, DELETE, model)
    assert case.status == "error"
    assert case.variant["text"].startswith("ne ")


def test_a_model_that_answers_no_variant_of_a_round_is_asked_no_more(folder: Path) -> None:
    model = f"\ndef answer(text):\n    if text != {TEXT!r}:\n        raise ValueError('no')\n    return 'yes'\n"
    (case,) = found(folder, SEARCH.format("own.delete", 1000), model)
    assert case.status == "error"
    assert len(set(asked(folder))) <= 1 + 1 + 8


def test_without_an_answer_to_the_original_nobody_knows_what_its_variants_lead_to(folder: Path) -> None:
    search = SEARCH.format("own.seldom, own.loud", 100)  # the second one's first variants ask about all originals
    rows = [f"{TEXT} {number}" for number in range(20)]
    silent = found(folder, search, "\ndef answer(text):\n    raise ValueError('no')\n", rows)
    assert {case.message for case in silent} == {"the original: the model raises ValueError: no (model.py:12)"}
    cells = planned(folder, search, rows=rows)
    unasked = outcomes_of(ran(cells, folder, Budget(inputs=0), run="another"))[cells[0].key]
    assert {case.status for case in unasked} == {"not asked"}


def test_a_perturbation_that_raises_is_an_error_where_no_variant_breaks(folder: Path) -> None:
    (case,) = found(folder, SEARCH.format("own.breaks", 50), "\ndef answer(text):\n    return 'yes'\n")
    assert case.message == "own.breaks raises ValueError: no way (own.py:24)"


def test_a_model_that_breaks_by_itself_is_not_blamed_for_what_a_search_finds(folder: Path) -> None:
    rows = [f"{TEXT} {number}" for number in range(60)]
    search = SEARCH.format("own.delete", 24).replace(
        "0.1", "0.4"
    )  # each two answers agree in half of the examples, five in few
    cells = planned(folder, search, answer=MOODY, model=", replicates: 5", rows=rows)
    (record,) = records_of(ran(cells, folder), cells).values()
    assert (record.verdict, "noise decides it" in record.reason) == ("inconclusive", True)


def test_variants_that_strayed_are_not_asked(folder: Path) -> None:
    near = SEARCH.format("own.delete", 8).replace("worst_of", "meaning: 0.99, worst_of")
    (case,) = found(folder, near, SHAKEN)
    assert case.status == "rejected"
    assert asked(folder) == []


def test_it_is_of_invariance_and_leaves_one_variant(folder: Path) -> None:
    with pytest.raises(InputError, match=r"`worst_of` leaves one variant of an example\n.*take out `variants`"):
        planned(folder, DELETE.replace("worst_of", "variants: 2, worst_of"))
    with pytest.raises(InputError, match="searches for what breaks an answer that should stay"):
        planned(folder, "- {expect: direction, perturbations: [semantics.negate], worst_of: 2}")


def test_a_model_that_runs_elsewhere_cannot_be_asked_on(folder: Path) -> None:
    cells = planned(folder, DELETE, rows=[TEXT])
    with pytest.raises(InputError, match="no file can hold it"):
        list(questions(cells, Workspace(folder / ".albert_robust", "run")))
    path = folder / "s.robust.yaml"
    path.write_text(path.read_text().replace('python: "model:predict"', "elsewhere: mine"))
    with pytest.raises(InputError, match="a model elsewhere cannot be asked on"):
        load_suite(path)


def test_a_plan_counts_all_that_may_be_asked(folder: Path) -> None:
    workspace = Workspace(folder / ".albert_robust", "run")
    made = forecast(planned(folder, DELETE, rows=[TEXT, TEXT + " five"]), workspace)
    assert (made.cases, made.unique, made.missing, made.at_most) == (2, 2 + 2 * 24, 2 + 2 * 24, True)


def test_and_the_originals_that_no_first_variant_asks_about(folder: Path) -> None:
    rows = [f"{TEXT} {number}" for number in range(20)]
    cells = planned(folder, SEARCH.format("own.seldom", 100), rows=rows)
    made = forecast(cells, Workspace(folder / ".albert_robust", "run"))
    assert 0 < made.cases < 20
    assert made.missing == made.cases * (1 + 100) + (20 - made.cases) * (1 + 99)


def test_beside_a_baseline_the_search_must_be_the_same_and_its_variants_need_not(folder: Path) -> None:
    lines: list[tuple[str, str]] = []
    for checks, model in ((DELETE, SHAKEN), (DELETE, LABELS_ALONE), (SEARCH.format("own.delete", 9), SHAKEN)):
        cells = planned(folder, checks, answer=model, rows=[TEXT])
        execution = ran(cells, folder, run=f"run {len(lines)}")
        (record,) = records_of(execution, cells).values()
        defined = definitions(cells[0], execution.suites["s"].scorer)
        line = line_of(replace(record, definitions=defined), execution.tallies[cells[0].key], 0)
        assert line is not None
        lines.append((line.variants, line.definition))
    assert lines[0] == lines[1] == ("seed 0", "equality, the worst of 24 by own.delete 1")
    assert lines[2] == ("seed 0", "equality, the worst of 9 by own.delete 1")


def test_it_is_said_what_a_verdict_is_of(folder: Path) -> None:
    cells = planned(folder, DELETE, answer=SHAKEN, rows=[TEXT])
    (record,) = records_of(ran(cells, folder), cells).values()
    assert record.contract == "preserves meaning, the worst of 24"
