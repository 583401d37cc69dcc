"""Cells of one check judged together: gaps between languages and datasets, and curves over severities."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from counted import tally_of

from albert_robust.gate import judge_across
from albert_robust.results.outcome import Outcome
from albert_robust.results.records import CellRecord
from albert_robust.running.cell import Cell, Comparison
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite

SUITE = """
task: text-classification
model: {python: "m:f"}
datasets:
  one: {path: d.jsonl, languages: [en, de, fr]}
  two: {path: d.jsonl, languages: [en, de, fr]}
checks:
  - expect: invariance
    perturbations: [typos.swap]
    severities: [1, 3, 5]
    gates: [consistency >= 0.5, language gap <= 0.2, dataset gap <= 0.2, severity area >= 0.7, severity worst case >= 0.7]
  - expect: reference
    gates: [language gap <= 0.2]
"""
Values = Sequence[float | None]  # of examples; None where nothing was tested


@pytest.fixture
def items(write: Callable[..., Path]) -> Callable[..., dict[str, Comparison]]:
    """Return a function that gives a suite's comparisons by id, some strings of the suite replaced."""

    def made(*replacements: tuple[str, str], today: date | None = None) -> dict[str, Comparison]:
        text = SUITE
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        path = write(d_dot_jsonl='{"text": "a", "language": "en"}', s_dot_robust_dot_yaml=text)
        return {item.id: item for item in plan(load_suite(path, today=today)).comparisons}

    return made


def cases(cell: Cell, values: Values) -> list[Outcome]:
    """Return an outcome an example: its agreement, or its quality in a reference check."""
    return [
        replace(
            Outcome("s", cell.id, str(number), cell.language, 0, "unchanged", {"text": "a"}),
            status="unchanged" if value is None else "tested",
            agreement=value,
            quality_before={} if value is None else {"accuracy": value},
            before="x",
            after="x",
        )
        for number, value in enumerate(values)
    ]


def verdict(item: Comparison, values: Mapping[str, Values]) -> CellRecord:
    """Return the verdict where members have these values, by what sets them apart."""
    return judged(item, {cell.id: cases(cell, values[cell.along(item.measure.axis)]) for cell in item.members})


def judged(item: Comparison, outcomes: Mapping[str, list[Outcome]]) -> CellRecord:
    return judge_across(item, {cell.id: tally_of(cell, outcomes[cell.id]) for cell in item.members})


GAP = "one/typos.swap@1/language-gap"
AREA = "one/typos.swap/severity-area[en]"
GOOD, HALF, BAD = [1.0] * 40, [1.0] * 20 + [0.0] * 20, [0.0] * 40


def test_each_dataset_and_perturbation_has_a_gap_between_its_languages(
    items: Callable[..., dict[str, Comparison]],
) -> None:
    found = items()
    assert [[cell.id for cell in found[GAP].members]] == [[f"one/typos.swap@1[{tag}]" for tag in ("en", "de", "fr")]]
    assert len([name for name in found if name.endswith("/language-gap")]) == 6
    assert "one/reference/accuracy-language-gap" in found


def test_each_language_has_a_gap_between_datasets_and_a_curve(items: Callable[..., dict[str, Comparison]]) -> None:
    found = items()
    assert [cell.id for cell in found["typos.swap@3/dataset-gap[de]"].members] == [
        "one/typos.swap@3[de]",
        "two/typos.swap@3[de]",
    ]
    assert [cell.severity for cell in found[AREA].members] == [1, 3, 5]
    assert len(found) == 6 + 9 + 6 + 6 + 2


def test_a_gap_is_met_missed_or_undecided_and_names_its_ends(items: Callable[..., dict[str, Comparison]]) -> None:
    gap = items()[GAP]
    failed = verdict(gap, {"en": GOOD, "de": BAD, "fr": HALF})
    assert (failed.verdict, failed.note) == ("failed", "consistency: best en 1.00, worst de 0.00, of 3")
    assert failed.reason.startswith("language gap 1.00 [0.8")
    assert verdict(gap, {"en": GOOD, "de": GOOD, "fr": GOOD}).verdict == "passed"
    assert verdict(gap, {"en": GOOD, "de": GOOD, "fr": GOOD[:30] + BAD[:10]}).verdict == "inconclusive"


def test_an_undecided_gap_says_how_many_examples_would_decide(items: Callable[..., dict[str, Comparison]]) -> None:
    gap, few = items()[GAP], [1.0] * 38 + [0.0] * 2
    reason = verdict(gap, {"en": GOOD, "de": GOOD[:30] + BAD[:10], "fr": few}).reason
    found = re.search(r": 40 examples do not decide it, about ([\d,]+) would; ", reason)
    assert found is not None
    times = -(-int(found[1].replace(",", "")) // 40)
    more = {"en": GOOD * times, "de": (GOOD[:30] + BAD[:10]) * times, "fr": few * times}
    assert verdict(gap, more).verdict == "failed"


def test_rows_of_one_id_are_translations_and_ids_of_two_datasets_are_not(
    items: Callable[..., dict[str, Comparison]],
) -> None:
    found = items()
    languages = verdict(found[GAP], {"en": HALF, "de": HALF, "fr": HALF}).measures["language gap"]
    datasets = verdict(found["typos.swap@1/dataset-gap[en]"], {"one": HALF, "two": HALF}).measures["dataset gap"]
    assert (languages.clusters, datasets.clusters) == (40, 80)
    assert languages.high < datasets.high / 2


def test_a_reference_check_compares_the_quality_of_the_originals(items: Callable[..., dict[str, Comparison]]) -> None:
    record = verdict(items()["two/reference/accuracy-language-gap"], {"en": GOOD, "de": HALF, "fr": GOOD})
    assert (record.verdict, record.note) == ("failed", "accuracy: best fr 1.00, worst de 0.50, of 3")


def test_the_area_is_the_mean_height_of_the_curve(items: Callable[..., dict[str, Comparison]]) -> None:
    # Trapezoids by hand: ((1 + 0.5) / 2 * 2 + (0.5 + 0) / 2 * 2) / 4 = 0.5.
    record = verdict(items()[AREA], {"1": GOOD, "3": HALF, "5": BAD})
    estimate = record.measures["severity area"]
    assert estimate.value == pytest.approx(0.5)
    assert estimate.clusters == 40
    assert [(member.name, member.estimate.value) for member in record.members] == [("1", 1), ("3", 0.5), ("5", 0)]


def test_an_example_that_was_not_tested_at_every_severity_has_no_area(
    items: Callable[..., dict[str, Comparison]],
) -> None:
    record = verdict(items()[AREA], {"1": [None, *GOOD[1:]], "3": GOOD, "5": GOOD})
    assert record.measures["severity area"].clusters == 39
    apart = verdict(items()[AREA], {"1": [None, 1.0], "3": [1.0, None], "5": [1.0, 1.0]})
    assert (apart.verdict, apart.reason.split(";")[0]) == (
        "inconclusive",
        "severity area: nothing was measured, gate >= 0.70",
    )


@pytest.mark.parametrize(
    ("middle", "note"),
    [
        (HALF, "breaks at severity 5: consistency 0.00, below 0.50"),
        (BAD, "breaks at severity 3: consistency 0.00, below 0.50"),
    ],
)
def test_a_curve_breaks_at_the_lowest_severity_below_the_checks_own_gate(
    items: Callable[..., dict[str, Comparison]], middle: Values, note: str
) -> None:
    assert verdict(items()[AREA], {"1": GOOD, "3": middle, "5": BAD}).note == note


def test_without_a_gate_on_consistency_it_breaks_below_the_default_one(
    items: Callable[..., dict[str, Comparison]],
) -> None:
    area = items(("consistency >= 0.5, ", ""))[AREA]
    assert verdict(area, {"1": GOOD, "3": GOOD, "5": HALF}).note == "breaks at severity 5: consistency 0.50, below 0.90"
    near = [1.0] * 859 + [0.0] * 96
    assert verdict(area, {"1": near, "3": near, "5": near}).note == (
        "breaks at severity 1: consistency 0.899, below 0.90"
    )
    assert verdict(area, {"1": GOOD, "3": GOOD, "5": GOOD}).note == (
        "breaks at no severity up to 5: consistency from 0.90"
    )


def test_the_worst_case_over_severities_takes_every_variant(items: Callable[..., dict[str, Comparison]]) -> None:
    worst = items()["one/typos.swap/severity-worst-case[en]"]
    record = verdict(worst, {"1": [1, 1, 0, 1], "3": [1, None, 1, 1], "5": [0, 1, 1, 1]})
    assert (record.measures["severity worst case"].value, record.measures["severity worst case"].clusters) == (0.5, 4)


def test_a_member_without_enough_cases_fails_the_whole(items: Callable[..., dict[str, Comparison]]) -> None:
    record = verdict(items()[GAP], {"en": GOOD, "de": [None] * 40, "fr": GOOD})
    assert (record.verdict, record.reason) == (
        "failed",
        "one/typos.swap@1[de]: 0 of 40 cases could be tested, fewer than 1: 40 unchanged (it finds nothing to change in them)",
    )


def test_a_member_with_an_error_makes_the_whole_an_error(items: Callable[..., dict[str, Comparison]]) -> None:
    gap = items()[GAP]
    outcomes = {cell.id: cases(cell, GOOD) for cell in gap.members}
    outcomes["one/typos.swap@1[fr]"][0] = replace(outcomes["one/typos.swap@1[fr]"][0], status="error")
    record = judged(gap, outcomes)
    assert (record.verdict, record.counts.error, record.counts.selected) == ("error", 1, 120)


def broken(outcomes: list[Outcome], errors: int) -> list[Outcome]:
    """Return the outcomes of a cell, the first of which are errors."""
    return [replace(one, status="error", agreement=None) for one in outcomes[:errors]] + outcomes[errors:]


@pytest.mark.parametrize("where", ["en", "fr"])
def test_errors_that_may_be_count_as_they_would_widen_a_gap_most(
    items: Callable[..., dict[str, Comparison]], where: str
) -> None:
    gap = items(("checks:", "max_errors: 0.1\nchecks:"))[GAP]
    values = {"en": GOOD, "de": GOOD, "fr": GOOD[:38] + BAD[:2]}
    assert verdict(gap, values).verdict == "passed"
    outcomes = {cell.id: cases(cell, values[cell.language]) for cell in gap.members}
    there = f"one/typos.swap@1[{where}]"
    one, three = (judged(gap, outcomes | {there: broken(outcomes[there], count)}) for count in (1, 3))
    assert (one.verdict, one.counts.error) == ("passed", 1)
    assert one.reason.endswith("worst fr 0.95, of 3; 1 of 120 cases are errors, at most 10 % may be")
    assert three.verdict == {"en": "passed", "fr": "inconclusive"}[where]


def test_errors_that_may_be_count_against_a_curve(items: Callable[..., dict[str, Comparison]]) -> None:
    found = items(("checks:", "max_errors: 0.1\nchecks:"))
    for item in (found[AREA], found[AREA.replace("area", "worst-case")]):
        many, few = ({cell.id: cases(cell, GOOD[:count]) for cell in item.members} for count in (40, 12))
        assert [judged(item, some).verdict for some in (many, few)] == ["passed", "passed"]
        many, few = ({place: broken(some, 1) for place, some in each.items()} for each in (many, few))
        assert [judged(item, some).verdict for some in (many, few)] == ["passed", "inconclusive"]


def test_members_of_which_nothing_applies_are_left_out(items: Callable[..., dict[str, Comparison]]) -> None:
    gap = items()[GAP]
    outcomes = {cell.id: cases(cell, GOOD) for cell in gap.members}
    for name in ("one/typos.swap@1[fr]", "one/typos.swap@1[de]"):
        outcomes[name] = [replace(one, status="not applicable") for one in outcomes[name]]
        found = judged(gap, outcomes)
    assert (found.verdict, found.reason) == ("not applicable", "1 of 3 cells apply, and a comparison needs two")
    outcomes["one/typos.swap@1[de]"] = cases(gap.members[1], GOOD)
    assert judged(gap, outcomes).note.endswith("of 2")


def test_a_member_that_a_mark_skips_is_left_out_and_told(items: Callable[..., dict[str, Comparison]]) -> None:
    gap = items(("checks:", 'marks: [{cells: "*[de]", skip: "no data"}]\nchecks:'))[GAP]
    assert [cell.language for cell in gap.members] == ["en", "fr"]
    assert verdict(gap, {"en": GOOD, "fr": GOOD}).note.endswith("of 2; without de, which a mark skips")


def test_where_a_mark_skips_all_but_one_nothing_is_compared(items: Callable[..., dict[str, Comparison]]) -> None:
    marks = "".join(f'{{cells: "*[{tag}]", skip: "no data"}}, ' for tag in ("de", "fr"))
    assert GAP not in items(("checks:", f"marks: [{marks}]\nchecks:"))


KNOWN = 'marks: [{cells: "*/language-gap", xfail: "German is new", until: 2027-03-01}]\nchecks:'


@pytest.mark.parametrize(("day", "expected"), [(1, "known failure"), (2, "failed")])
def test_a_gap_is_a_known_failure_until_its_last_day(
    items: Callable[..., dict[str, Comparison]], day: int, expected: str
) -> None:
    gap = items(("checks:", KNOWN), today=date(2027, 3, day))[GAP]
    record = verdict(gap, {"en": GOOD, "de": BAD, "fr": GOOD})
    assert record.verdict == expected
    told = {
        1: "German is new: language gap",
        2: "known failure until 2027-03-01, which is over (German is new): language",
    }
    assert record.reason.startswith(told[day])


def test_a_check_that_warns_fails_no_comparison(items: Callable[..., dict[str, Comparison]]) -> None:
    gap = items(("severities:", "on_failure: warn\n    severities:"))[GAP]
    assert verdict(gap, {"en": GOOD, "de": BAD, "fr": GOOD}).verdict == "warned"
    assert verdict(gap, {"en": GOOD, "de": [None], "fr": GOOD}).verdict == "failed"
