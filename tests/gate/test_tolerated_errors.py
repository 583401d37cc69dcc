"""A share of a cell's cases may be errors: the others are judged, and no pass is got by an error."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from counted import planned, record_of, tally_of
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.gate import certain, judge
from albert_robust.gate.judge import judged_gates
from albert_robust.results.evidence import fault
from albert_robust.results.failures import ERRORS, failures
from albert_robust.results.outcome import Outcome
from albert_robust.results.records import CellRecord
from albert_robust.results.tally import Tally
from albert_robust.running.cell import Cell

OUTCOME = Outcome("s", "c", "1", "en", 0, "tested", {"text": "a"}, {"text": "b"}, references=("good",))
PERTURBED = {"invariance": "perturbations: [typos.swap]", "direction": "perturbations: [semantics.negate]"}
EITHER_WAY = [
    ("invariance", "consistency >= 0.8"),
    ("invariance", "flip rate <= 0.2"),
    ("invariance", "worst case >= 0.8"),
    ("invariance", "consistency at 1 >= 0.8"),
    ("invariance", "accuracy >= 0.8"),
    ("invariance", "accuracy <= 0.8"),
    ("invariance", "accuracy drop <= 0.2"),
    ("direction", "sensitivity >= 0.8"),
    ("reference", "accuracy >= 0.8"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("suite")


def cell(
    folder: Path, gate: str = "consistency >= 0.9", expect: str = "invariance", most: float = 0.1, extra: str = ""
) -> Cell:
    """Return a cell of which a share may be errors."""
    check = ", ".join(filter(None, [f"expect: {expect}", PERTURBED.get(expect), f"gates: [{gate}]"]))
    return planned(folder, f"- {{{check}{extra}}}", extra=f"max_errors: {most}")[0]


def answered(agreement: float, number: int = 0) -> Outcome:
    return replace(
        OUTCOME,
        example=f"r{number:03}",
        before="good",
        after="good" if agreement else "bad",
        agreement=agreement,
        quality_before={"accuracy": 1.0},
        quality_after={"accuracy": agreement},
    )


def cases(agreements: Sequence[float | None]) -> list[Outcome]:
    """Return an outcome an example: an agreement, or an error."""
    return [
        replace(OUTCOME, example=f"r{number:03}", status="error", message="boom")
        if agreement is None
        else answered(agreement, number)
        for number, agreement in enumerate(agreements)
    ]


def judged(cell: Cell, agreements: Sequence[float | None]) -> CellRecord:
    return record_of(cell, cases(agreements))


@pytest.mark.parametrize(("most", "errors"), [(0.0, 0), (0.01, 1), (0.07, 7), (0.29, 29)])
def test_as_many_errors_as_may_be_are_judged_and_one_more_makes_the_cell_an_error(
    folder: Path, most: float, errors: int
) -> None:
    there = cell(folder, "consistency >= 0.1", most=most)
    assert judged(there, [None] * errors + [1.0] * (100 - errors)).verdict == "passed"
    assert judged(there, [None] * (errors + 1) + [1.0] * (99 - errors)).verdict == "error"


def test_errors_are_counted_apart_and_told(folder: Path) -> None:
    record = judged(cell(folder, most=0.01), [1.0] * 997 + [None] * 3)
    assert (record.verdict, record.counts.error, record.counts.tested) == ("passed", 3, 997)
    assert record.measures["consistency"].clusters == 997
    assert record.reason == (
        "consistency 1.00 [1.00, 1.00], gate >= 0.90; 3 of 1,000 cases are errors, at most 1 % may be; example r997: boom"
    )
    more = judged(cell(folder, most=0.01), [1.0] * 989 + [None] * 11)
    assert (more.verdict, more.reason) == (
        "error",
        "11 of 1,000 cases are errors, at most 1 % may be; example r989: boom",
    )


def test_what_passes_only_without_its_errors_is_undecided(folder: Path) -> None:
    found = judged(cell(folder), [1.0] * 100 + [None] * 8)
    assert judged(cell(folder), [1.0] * 100).verdict == "passed"
    assert (found.verdict, found.gates[0].verdict) == ("inconclusive", "inconclusive")
    assert "consistency 1.00 [0.97, 1.00], gate >= 0.90: 0.93 [0.87, 0.96] with the errors as the worst answers;" in (
        found.reason
    )


def test_errors_fail_no_gate(folder: Path) -> None:
    tested = [1.0] * 80 + [0.0] * 12
    assert judged(cell(folder), tested).verdict == "inconclusive"
    assert judged(cell(folder), [*tested, *[0.0] * 8]).verdict == "failed"
    assert judged(cell(folder), [*tested, *[None] * 8]).verdict == "inconclusive"


def test_a_gate_that_the_tested_cases_miss_fails(folder: Path) -> None:
    record = judged(cell(folder), [1.0] * 60 + [0.0] * 40 + [None] * 5)
    assert (record.verdict, record.reason.startswith("consistency 0.60 [")) == ("failed", True)


@given(st.data(), st.sampled_from(EITHER_WAY), st.integers(1, 10), st.integers(0, 20))
def test_no_answers_in_place_of_errors_would_take_a_pass_back(
    folder: Path, data: st.DataObject, asked: tuple[str, str], errors: int, flips: int
) -> None:
    expect, gate = asked
    there = cell(folder, gate, expect)
    tested = [1.0] * (100 - flips) + [0.0] * flips
    if expect == "direction" or "<= 0.8" in gate:
        tested = [1 - one for one in tested]
    known = cases([*tested, *[None] * errors])
    instead = data.draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=errors, max_size=errors))
    would = [*known[: len(tested)], *(answered(one, len(tested) + place) for place, one in enumerate(instead))]
    if expect == "reference":
        would, known = ([replace(one, quality_before=one.quality_after) for one in some] for some in (would, known))
    if record_of(there, known).verdict == "passed":
        assert record_of(there, would).verdict == "passed"


@pytest.mark.parametrize(("expect", "gate"), EITHER_WAY)
def test_few_errors_leave_a_clear_pass(folder: Path, expect: str, gate: str) -> None:
    there, good = cell(folder, gate, expect), float(expect != "direction" and "<= 0.8" not in gate)
    some = cases([*[good] * 100, None, None])
    if expect == "reference":
        some = [replace(one, quality_before=one.quality_after) for one in some]
    assert record_of(there, some).verdict == "passed"


def test_an_example_with_an_error_among_its_variants_loses_that_part(folder: Path) -> None:
    """Of three variants two held: at worst the third did not."""
    there = cell(folder, "consistency >= 0.7", extra=", variants: 3")
    held = [replace(one, replicate=replicate) for one in cases([1.0] * 60) for replicate in (0, 1)]
    broken = [replace(one, replicate=2) for one in cases([None] * 60)]
    three = [*held, *broken]
    (gate,) = judged_gates(there, tally_of(there, three))
    assert (gate.verdict, gate.estimate.value) == ("inconclusive", 1.0)
    assert ": 0.67 [" in gate.reason


def test_a_measure_of_a_whole_cell_is_passed_only_without_errors(folder: Path) -> None:
    there = cell(folder, "macro f1 >= 0.3", "reference")
    mixed = [replace(one, references=(one.after or "",)) for one in cases([1.0, 0.0] * 50)]
    assert record_of(there, mixed).verdict == "passed"
    broken = replace(mixed[0], example="x", status="error", message="boom")
    found = record_of(there, [*mixed, broken])
    assert (found.verdict, "gate >= 0.30: errors may move it anywhere; 1 of 101 cases" in found.reason) == (
        "inconclusive",
        True,
    )


def test_too_few_tested_cases_fail_whatever_is_tolerated(folder: Path) -> None:
    record = judged(cell(folder, most=0.9, extra=", min_tested: 5"), [1.0] * 4 + [None] * 16)
    assert record.verdict == "failed"
    assert record.reason.startswith(
        "4 of 20 cases could be tested, fewer than 5; 16 of 20 cases are errors, at most 90 %"
    )
    assert judged(cell(folder, most=0.9), [None] * 20).verdict == "error"


def test_a_missed_gate_warns_or_is_known_as_without_errors(folder: Path) -> None:
    missed = [1.0] * 60 + [0.0] * 40 + [None] * 5
    assert judged(cell(folder, extra=", on_failure: warn"), missed).verdict == "warned"
    check = "- {expect: invariance, perturbations: [typos.swap]}"
    known = planned(folder, check, extra="max_errors: 0.1\nmarks: [{cells: '*', xfail: slips}]")[0]
    assert judged(known, missed).verdict == "known failure"
    assert judged(known, [*missed, *[None] * 20]).verdict == "error"


@pytest.mark.parametrize(("undecided", "verdict"), [("pass", "passed"), ("fail", "failed")])
def test_what_errors_leave_undecided_is_what_the_suite_makes_of_that(
    folder: Path, undecided: str, verdict: str
) -> None:
    there = cell(folder, extra=f", on_inconclusive: {undecided}")
    assert judged(there, [1.0] * 100 + [None] * 8).verdict == verdict


def test_what_a_model_does_by_itself_still_decides_nothing(folder: Path) -> None:
    check = "- {expect: invariance, perturbations: [typos.swap]}"
    there = planned(folder, check, model=", replicates: 2", extra="max_errors: 0.1")[0]
    tally = tally_of(there, cases([1.0] * 60 + [0.0] * 40 + [None] * 5))
    for number in range(100):
        tally.repeated(f"r{number:03}", float(number < 60))
    assert "noise decides it" in judge(there, tally).reason


def test_no_cell_stops_early_with_too_many_errors_that_more_cases_may_dilute(folder: Path) -> None:
    check, early = (
        "- {expect: invariance, perturbations: [typos.swap], gates: [consistency >= 0.5]}",
        "early_stop: true",
    )
    there = planned(folder, check, extra=f"{early}\nmax_errors: 0.02")[0]
    few, many = (tally_of(there, cases([1.0] * count + [None])) for count in (60, 40))
    assert (certain(there, few), certain(there, many)) == (True, False)
    assert certain(planned(folder, check, extra=early)[0], many)


def test_the_share_is_of_the_cases_that_were_not_spared(folder: Path) -> None:
    there = cell(folder, "consistency >= 0.1", most=0.02)
    tally = tally_of(there, cases([1.0] * 39 + [None]))
    tally.spare(960)
    record = judge(there, tally)
    assert (record.verdict, record.reason.partition(";")[0]) == (
        "error",
        "1 of 40 cases are errors, at most 2 % may be",
    )


def test_errors_hide_nothing_that_speaks_against_the_model(folder: Path) -> None:
    there = cell(folder)
    for agreements, wanted in (
        ([1.0] * 80 + [0.0] * 12 + [None] * 8, ["tested"] * 7 + ["error"] * ERRORS),  # inconclusive
        ([1.0] * 200 + [None] * 8, ["error"] * ERRORS),  # passed
        ([0.0] * 4 + [None] * 8, ["error"] * 8 + ["tested"] * 2),  # an error
    ):
        tally: Tally = tally_of(there, cases(agreements))
        assert [one.status for one in failures(judge(there, tally), tally)] == wanted


@pytest.mark.parametrize(
    ("message", "name"),
    [
        ("the original: the model raises TimeoutError: none within 3 s, after 2 of 2 retries", "TimeoutError: none within 3 s"),
        ('the variant: the model raises ValueError: the endpoint says 400: {"error": "x"}', "ValueError: the endpoint says 400"),
        ("the variant: the model raises KeyError: 'choices' (my_model.py:7)", "KeyError"),
        ("boom", "boom"),
        ("'quoted'", "'quoted'"),
    ],
)  # fmt: skip
def test_like_errors_have_one_name(message: str, name: str) -> None:
    assert fault(message) == name


def test_errors_of_several_kinds_are_counted_by_kind_the_most_frequent_first(folder: Path) -> None:
    messages = ["the variant: the model raises KeyError: 'a'", *["boom"] * 3, "late", "late", "odd", "other"]
    errors = [replace(OUTCOME, example=f"e{place}", status="error", message=one) for place, one in enumerate(messages)]
    record = record_of(cell(folder, most=0.2), [*errors, *(answered(1.0, number) for number in range(10))])
    assert record.reason == (
        "8 of 18 cases are errors, at most 20 % may be; 3 boom, 2 late, 1 KeyError, 2 others; "
        "example e0: the variant: the model raises KeyError: 'a'"
    )
