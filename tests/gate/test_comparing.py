"""Cells beside their baseline: what regressed, what is the same, what cannot be known, and what cannot be compared."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from gate_lines import line

from albert_robust.gate.comparing import Thresholds, absent, compare_all, differences, fails, settled, standings
from albert_robust.gate.lines import Line, line_of
from albert_robust.results.outcome import Outcome
from albert_robust.results.records import CellRecord, ComparisonRecord, Counts, Verdict
from albert_robust.results.tally import Tally, tallied
from albert_robust.suite.expectations import EXPECTATIONS

HERE = ("s", "d/typos.swap@2[en]")
WHOLE = [1.0] * 200


def beside(now: Sequence[float | None], before: Sequence[float | None], **thresholds: Any) -> ComparisonRecord:
    """One cell beside its baseline, alone in its family."""
    return compare_all({HERE: line(now)}, {HERE: line(before)}, {"s": replace(Thresholds(), **thresholds)})[HERE]


def lost(count: int) -> list[float | None]:
    return [*[0.0] * count, *[1.0] * (200 - count)]


@pytest.mark.parametrize(
    ("now", "before", "verdict"),
    [
        (lost(10), WHOLE, "regressed"),
        (WHOLE, lost(10), "improved"),
        (WHOLE, WHOLE, "same"),
        (lost(2), WHOLE, "same"),
        (WHOLE[:50], lost(4)[:50], "undecided"),
        (WHOLE[:20], WHOLE[:20], "undecided"),
        (lost(4)[:40], WHOLE[:40], "undecided"),
    ],
    ids=["ten lost", "ten won", "no change", "two lost", "four won", "few examples", "few lost of few"],
)
def test_a_cell_stands_where_its_examples_show_it(
    now: list[float | None], before: list[float | None], verdict: str
) -> None:
    assert beside(now, before).verdict == verdict


def test_a_regression_says_how_much_how_sure_and_where() -> None:
    found = beside(lost(10), WHOLE)
    assert found.reason == (
        "regressed: consistency 0.950, was 1.000; drop 0.050 [0.030, 0.082], adjusted p = 0.00098 (McNemar, holm, of 1); "
        "worse: r000, r001, r002, r003, r004 and 5 more"
    )
    assert (found.before, found.after, found.chance, found.test) == (1.0, 0.95, 1 / 1024, "McNemar")


def test_all_examples_that_became_worse_are_kept_the_most_so_first_and_then_as_people_count() -> None:
    values = {f"row {place}": (1.0, 1.0) for place in range(30)}
    values |= dict.fromkeys(("row 20", "row 9", "row 10", "row 1", "row 2", "row 3", "row 21"), (1.0, 0.0))
    values |= {"row 4": (0.0, 0.0), "row 5": (0.0, 1.0)}
    now, before = (replace(line([]), values={name: both[side] for name, both in values.items()}) for side in (1, 0))
    found = compare_all({HERE: now}, {HERE: before}, {"s": Thresholds()})[HERE]
    assert found.worse == ("row 1", "row 2", "row 3", "row 9", "row 10", "row 20", "row 21")
    assert (found.known, found.change) == (1, "new")


def test_an_example_that_was_short_before_is_worse_and_not_new() -> None:
    found = beside([0.2] * 12, [0.5] * 12)
    assert (found.change, len(found.worse), found.known) == ("worse", 12, 0)


def test_numbers_are_tested_by_flipping_signs_and_the_worst_are_named_first() -> None:
    before = [0.5] * 12
    found = beside([0.4] * 11 + [0.1], before)
    assert (found.verdict, found.test, found.chance, found.worse[0]) == ("regressed", "sign flip", 1 / 4096, "r011")


def test_a_drop_below_the_floor_is_no_regression_however_certain() -> None:
    now, before = [0.5] * 12, [0.508] * 12
    assert beside(now, before).verdict != "regressed"
    assert beside(now, before, floor=0.005).verdict == "regressed"


def test_what_did_not_change_at_all_is_told_though_few_examples_prove_little() -> None:
    same, other = beside(WHOLE[:20], WHOLE[:20]), beside(lost(4)[:40], WHOLE[:40])
    assert same.reason.endswith(": no example changed, but 20 examples do not rule out a drop of 0.05")
    assert "no example changed" not in other.reason
    assert ": no example changed, but 1 example does not rule out" in beside(WHOLE[:1], WHOLE[:1]).reason
    assert standings([same, other, same, None]) == "3 undecided (in 2 of them no example changed)"
    assert standings([same]) == "1 undecided (no example changed)"
    assert standings([other]) == "1 undecided"


def test_how_near_is_the_same_is_for_the_suite_to_say() -> None:
    assert [beside(WHOLE, WHOLE, tolerance=bound).verdict for bound in (0.01, 0.02)] == ["undecided", "same"]


def test_a_gain_that_is_not_shown_makes_no_sameness_of_cells() -> None:
    found = beside(WHOLE[:50], lost(4)[:50])
    assert found.reason == (
        "undecided: consistency 1.000, was 0.920; drop -0.080 [-0.167, -0.025]: no drop of 0.05; a gain is not shown, "
        "adjusted p = 0.062"
    )
    assert (found.chance, beside(lost(4)[:50], WHOLE[:50]).chance) == (1 / 16, 1 / 16)


def measured_by(main: Sequence[float | None], quality: Sequence[float | None]) -> Line:
    """A line by consistency, and beside it one by accuracy."""
    return line(main, others=(line(quality, measure="accuracy", definition=""),))


@pytest.mark.parametrize(
    ("now", "before", "verdict", "measure"),
    [
        (measured_by(WHOLE, lost(10)), measured_by(WHOLE, WHOLE), "regressed", "accuracy"),
        (measured_by(WHOLE, WHOLE), measured_by(WHOLE, lost(10)), "improved", "accuracy"),
        (measured_by(lost(10), WHOLE), measured_by(WHOLE, lost(10)), "regressed", "consistency"),
        (measured_by(WHOLE, lost(10)), measured_by(lost(10), WHOLE), "regressed", "accuracy"),
        (measured_by(WHOLE, lost(2)), measured_by(WHOLE, WHOLE), "same", "consistency"),
        (measured_by(WHOLE, lost(10)), line(WHOLE), "same", "consistency"),
    ],
    ids=["worse", "better", "better and worse", "worse and better", "alike", "not in the baseline"],
)
def test_a_cell_stands_by_the_gated_measure_that_tells_most(
    now: Line, before: Line, verdict: str, measure: str
) -> None:
    found = compare_all({HERE: now}, {HERE: before}, {"s": Thresholds()})[HERE]
    assert (found.verdict, found.measure) == (verdict, measure)


def test_all_measures_of_all_cells_are_one_family() -> None:
    found = compare_all({HERE: measured_by(WHOLE, lost(10))}, {HERE: measured_by(WHOLE, WHOLE)}, {"s": Thresholds()})
    assert found[HERE].adjusted == 2 / 1024


def test_two_sides_double_the_p_value_and_widen_the_bounds() -> None:
    one, two = beside(lost(5), WHOLE), beside(lost(5), WHOLE, sides=2)
    assert (one.verdict, one.adjusted, one.test) == ("regressed", 1 / 32, "McNemar")
    assert (two.verdict, two.adjusted, two.test) == ("undecided", 1 / 16, "McNemar, two-sided")
    assert one.drop is not None
    assert two.drop is not None
    assert (two.drop.low < one.drop.low, one.drop.high < two.drop.high) == (True, True)


def many(count: int) -> dict[tuple[str, str], Line]:
    return {("s", f"c{number}"): line(WHOLE, cell=f"c{number}") for number in range(count)}


def test_among_many_cells_a_chance_finding_is_none() -> None:
    """Six of six changed for the worse: p = 1/64, of two cells 1/32, and of four 1/16."""
    before = many(4)
    now = before | {("s", "c0"): line(lost(6), cell="c0")}

    def first(count: int, correction: str = "holm") -> str:
        some = {place: now[place] for place in list(now)[:count]}
        return compare_all(some, before, {"s": Thresholds()}, correction)["s", "c0"].verdict

    assert [first(count) for count in (1, 2, 4)] == ["regressed", "regressed", "undecided"]


def test_the_other_correction_finds_more_among_many_regressions() -> None:
    before = many(4)
    now = {place: line(lost(6), cell=place[1]) for place in before}
    for correction, verdict in (("holm", "undecided"), ("benjamini-hochberg", "regressed")):
        found = compare_all(now, before, {"s": Thresholds()}, correction)
        assert {one.verdict for one in found.values()} == {verdict}


def test_cells_that_cannot_be_compared_are_no_part_of_the_family() -> None:
    before = many(8)
    now = {place: line(WHOLE, cell=place[1], variants="other") for place in before} | {("s", "c0"): line(lost(6))}
    assert compare_all(now, before, {"s": Thresholds()})["s", "c0"].adjusted == 1 / 64


def test_a_cell_without_a_line_is_new_and_fails_nothing() -> None:
    found = compare_all({HERE: line(WHOLE)}, {}, {"s": Thresholds()})[HERE]
    assert (found.verdict, fails(found, False)) == ("new", False)
    assert "--robust-baseline-update=new" in found.reason


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        (line(WHOLE[:199]), "other examples: 0 more, 1 fewer"),
        (line(WHOLE, inputs="x"), "the dataset's texts or references have changed"),
        (line(WHOLE, variants="x"), "other variants of the same examples: the perturbation, its settings or its seed"),
        (line(WHOLE, variants="x", seed=7), r"other variants of the same examples (seed 7, then 0)"),
        (line(WHOLE, definition="labs"), "measured by consistency (labs), then by consistency (equality)"),
        (line(WHOLE, measure="accuracy"), "measured by accuracy (equality), then by consistency (equality)"),
        (line([None, *WHOLE[1:]]), "other examples have a number"),
    ],
)
def test_what_differs_is_said(changed: Line, what: str) -> None:
    assert differences(changed, line(WHOLE))[0].startswith(what)
    found = compare_all({HERE: changed}, {HERE: line(WHOLE)}, {"s": Thresholds()})[HERE]
    assert (found.verdict, fails(found, False), fails(found, True)) == ("incomparable", True, False)
    assert "--robust-baseline-update" in found.reason


def test_examples_with_an_error_on_either_side_are_left_out_and_counted() -> None:
    now, before = line([None, *lost(11)[1:]], errors={"r000"}), line([1.0, None, *WHOLE[2:]], errors={"r001"})
    found = compare_all({HERE: now}, {HERE: before}, {"s": Thresholds()})[HERE]
    assert found.verdict == "regressed"
    assert found.drop is not None
    assert (found.drop.clusters, found.before, found.worse[0]) == (198, 1.0, "r002")
    assert found.reason.endswith("and 4 more; 2 examples not compared: errors")


def test_an_untested_example_is_no_error() -> None:
    untested, broken = line([None, *WHOLE[1:]]), line([None, *WHOLE[1:]], errors={"r000"})
    assert differences(untested, line(WHOLE)) == ["other examples have a number"]
    assert differences(broken, line(WHOLE)) == differences(broken, untested) == []


def test_where_errors_leave_no_example_nothing_is_compared() -> None:
    one, other = line([None, 1.0], errors={"r000"}), line([1.0, None], errors={"r001"})
    assert differences(one, other) == ["each example that has a number is an error in one of the two"]


def test_another_seed_that_gives_the_same_variants_changes_nothing() -> None:
    assert differences(line(WHOLE, seed=7), line(WHOLE)) == []


def test_a_cell_that_lost_its_numbers_is_not_passed_over() -> None:
    assert compare_all({HERE: None}, {HERE: line(WHOLE)}, {"s": Thresholds()})[HERE].verdict == "incomparable"
    assert compare_all({HERE: None}, {}, {"s": Thresholds()}) == {}


COUNTS = Counts(4, 0, 0, 0, 0, 4, 0)
RECORD = CellRecord("s", HERE[1], "t", "invariance", "d", "typos.swap@2", "", "en", "passed", "", (), {}, COUNTS)


@pytest.mark.parametrize(
    ("verdict", "then"),
    [
        ("passed", "failed"),
        ("inconclusive", "failed"),
        ("known failure", "failed"),
        ("failed", "failed"),
        ("error", "error"),
    ],
)
def test_a_regression_fails_a_cell_whatever_its_gates_say(verdict: Verdict, then: str) -> None:
    found = settled(replace(RECORD, verdict=verdict, reason="why"), beside(lost(10), WHOLE))
    assert (found.verdict, found.reason.startswith("regressed: ")) == (then, then != "error")


def test_a_regression_only_warns_where_the_check_does() -> None:
    assert settled(RECORD, beside(lost(10), WHOLE), warns=True).verdict == "warned"


def test_the_p_value_of_an_improved_cell_is_that_of_becoming_better() -> None:
    found = beside(WHOLE, lost(10))
    assert (found.verdict, found.chance, found.adjusted) == ("improved", 1 / 1024, 1 / 1024)


@pytest.mark.parametrize("now", [WHOLE, lost(1)[:20] + [1.0] * 180])
def test_what_is_no_regression_leaves_the_verdict(now: list[float | None]) -> None:
    assert settled(RECORD, beside(now, WHOLE)).verdict == "passed"
    assert settled(RECORD, None) == RECORD


def test_a_missing_cell_has_a_record_that_fails_or_warns() -> None:
    strict, lenient = (absent("s", "t", "named/d/typos.swap@2+case.lower[en]", mild) for mild in (False, True))
    assert (strict.verdict, lenient.verdict) == ("failed", "not applicable")
    assert (strict.dataset, strict.perturbation, strict.language) == ("d", "typos.swap@2 | case.lower", "en")
    assert absent("s", "t", "d/reference[en]").expectation == "reference"
    assert absent("s", "t", "whatever somebody wrote").verdict == "failed"


def test_comparisons_are_counted_the_worst_first() -> None:
    found = [beside(WHOLE, WHOLE), None, beside(lost(10), WHOLE), beside(WHOLE, WHOLE)]
    assert standings(found) == "1 regressed, 2 same"
    assert standings([None]) == ""


CASE = Outcome("s", "c", "b", "en", 0, "tested", {"text": "x"}, {"text": "y"}, references=("good",), agreement=1.0)


def made(cases: Sequence[Outcome], **settings: Any) -> Line:
    found = line_from(replace(RECORD, **settings), cases)
    assert found is not None
    return found


def line_from(record: CellRecord, cases: Sequence[Outcome]) -> Line | None:
    compared = replace(record, definitions={EXPECTATIONS[record.expectation].measure or "accuracy": ""})
    return line_of(compared, tallied(cases, {("s", "c"): Tally(record.expectation)})["s", "c"], 0)


def test_a_line_has_the_mean_of_each_example_in_order_of_ids() -> None:
    cases = [
        CASE,
        replace(CASE, replicate=1, agreement=0.0),
        replace(CASE, example="a"),
        replace(CASE, example="c", status="unchanged"),
    ]
    assert list(made(cases).values.items()) == [("a", 1.0), ("b", 0.5), ("c", None)]


def test_more_is_better_in_every_line() -> None:
    answered = replace(CASE, agreement=0.0, quality_before={"accuracy": 1.0})
    assert [made([answered], expectation=name).values["b"] for name in ("invariance", "direction", "reference")] == [
        0,
        1,
        1,
    ]


def test_an_example_with_an_error_among_its_variants_has_no_number_in_a_line() -> None:
    cases = [CASE, replace(CASE, replicate=1, status="error", agreement=None), replace(CASE, example="a")]
    assert (dict(made(cases).values), set(made(cases).errors)) == ({"a": 1.0, "b": None}, {"b"})
    assert line_from(RECORD, cases[:2]) is None


def test_a_line_does_not_depend_on_the_order_of_cases() -> None:
    cases = [CASE, replace(CASE, example="a", variant={"text": "z"})]
    assert made(cases) == made(cases[::-1])


@pytest.mark.parametrize(
    ("change", "invariance", "reference"),
    [
        ({"original": {"text": "q"}}, "inputs", "inputs"),
        ({"variant": {"text": "q"}}, "variants", ""),
        ({"references": ("bad",)}, "", "inputs"),
        ({"after": "bad", "before": "x"}, "", ""),
    ],
    ids=["text", "variant", "reference", "output"],
)
def test_fingerprints_are_of_what_the_measure_rests_on(
    change: dict[str, object], invariance: str, reference: str
) -> None:
    answered = replace(CASE, quality_before={"accuracy": 1.0})
    for expectation, touched in (("invariance", invariance), ("reference", reference)):
        one = made([answered], expectation=expectation)
        other = made([replace(answered, **change)], expectation=expectation)  # type: ignore[arg-type]  # settings of a case
        assert [name for name in ("inputs", "variants") if getattr(one, name) != getattr(other, name)] == [
            touched
        ] * bool(touched)


def test_errors_and_cells_without_numbers_have_no_line() -> None:
    assert line_from(replace(RECORD, verdict="error"), [CASE]) is None
    assert line_from(replace(RECORD, expectation="reference"), [CASE]) is None
    assert line_from(RECORD, [replace(CASE, status="unchanged")]) is None


def test_a_cell_stands_by_its_first_measure_that_has_numbers() -> None:
    record = replace(RECORD, expectation="reference", definitions={"labs": "encoder", "accuracy": "", "token f1": ""})
    cases = [replace(CASE, quality_before={"token f1": 0.5, "accuracy": 1.0})]
    found = line_of(record, tallied(cases, {("s", "c"): Tally("reference")})["s", "c"], 0)
    assert found is not None
    assert (found.measure, found.definition) == ("accuracy", "")
    assert [other.measure for other in found.others] == ["token f1"]
