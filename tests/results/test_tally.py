"""A tally is what its outcomes come to, in whatever order examples come, and holds hardly any of them."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.asking.ask import read_output
from albert_robust.results import tally as module
from albert_robust.results.evidence import WORST, fault
from albert_robust.results.fingerprint import Fingerprint, digest
from albert_robust.results.outcome import Outcome
from albert_robust.results.tally import Tally, tallied
from albert_robust.tasks import TASKS

OUTCOME = Outcome("s", "c", "1", "en", 0, "tested", {"text": "a"})
STATUSES = ["tested", "tested", "tested", "error", "unchanged", "rejected", "not asked"]
SHARES = st.sampled_from([0.0, 0.25, 0.5, 1.0])  # sums of them are exact in any order


@st.composite
def cases(draw: st.DrawFn) -> list[Outcome]:
    """The cases of a cell, example by example; those of an example share its text and references."""
    found = []
    for number in range(draw(st.integers(0, 12))):
        text, references = draw(st.text(max_size=3)), (draw(st.sampled_from("ab")),)
        for replicate in range(draw(st.integers(1, 3))):
            one = replace(OUTCOME, example=str(number), replicate=replicate, references=references)
            one.original, one.status = {"text": text}, draw(st.sampled_from(STATUSES))
            if one.status == "tested":
                one.variant, one.agreement = {"text": draw(st.text(max_size=3))}, draw(SHARES)
                one.quality_before, one.quality_after = {"accuracy": draw(SHARES)}, {"accuracy": draw(SHARES)}
            found.append(one)
    return found


def counted(outcomes: Iterable[Outcome], expectation: str = "invariance") -> Tally:
    tally = Tally(expectation)
    for outcome in outcomes:
        tally.add([outcome])
    return tally


def facts(tally: Tally) -> dict[str, Any]:
    """What must not depend on the order of cases."""
    prints = [str(one) for one in (tally.sample.inputs, tally.sample.references, tally.sample.variants)]
    means = tally.numbers.agreement.by_example(tally.examples)
    return {"prints": prints, "counts": tally.counts, "against": tally.evidence.against, "means": means}


@given(cases(), st.data())
def test_any_order_of_cases_comes_to_the_same(outcomes: list[Outcome], data: st.DataObject) -> None:
    assert facts(counted(data.draw(st.permutations(outcomes)))) == facts(counted(outcomes))


def test_what_a_model_is_told_is_no_part_of_an_example_or_a_variant_unless_it_is_perturbed() -> None:
    def prints(**variant: str) -> tuple[str, str]:
        sample = counted(
            [replace(OUTCOME, original={"text": "a", "system": told}, variant={"text": "a", **variant})]
        ).sample
        return str(sample.inputs), str(sample.variants)

    told = "Be brief."
    brief, perturbed = prints(text="b", system=told), prints(system="B rief.")
    told = "Be kind."
    assert prints(text="b", system=told) == brief
    assert prints(system="B ekind.") != perturbed


@given(cases())
def test_every_case_is_counted_in_one_column(outcomes: list[Outcome]) -> None:
    found = counted(outcomes).counts
    columns = (found.not_applicable, found.unchanged, found.rejected, found.error, found.tested, found.not_asked)
    assert sum(columns) == found.selected == len(outcomes)
    assert found.flipped == sum(one.agreement is not None and one.agreement < 1 for one in outcomes)


@given(cases(), st.sampled_from(["invariance", "direction", "reference"]))
def test_the_worst_are_the_first_ten_of_a_stable_sort_of_all_cases(outcomes: list[Outcome], expectation: str) -> None:
    def badness(one: Outcome) -> float:
        if one.agreement is None:
            return 0
        stayed = one.quality_before["accuracy"] if expectation == "reference" else one.agreement
        return stayed if expectation == "direction" else 1 - stayed

    ranked = [one for one in sorted(outcomes, key=badness, reverse=True) if badness(one) > 0]
    tally = counted(outcomes, expectation)
    assert list(map(id, tally.evidence.worst)) == list(map(id, ranked[:WORST]))
    assert list(map(id, tally.evidence.errors)) == [id(one) for one in outcomes if one.status == "error"][:WORST]


def test_where_a_gate_is_on_a_quality_the_worst_are_those_that_lost_it() -> None:
    reworded = replace(
        OUTCOME, example="reworded", agreement=0.2, quality_before={"contains": 1}, quality_after={"contains": 1}
    )
    lost = replace(reworded, example="lost", agreement=0.6, quality_after={"contains": 0})
    won = replace(reworded, example="won", agreement=0.1, quality_before={"contains": 0})
    for gated, worst in ((["contains drop"], "lost"), (["contains"], "lost"), (["consistency"], "won")):
        tally = Tally("invariance", gated=gated)
        tally.add([reworded, won, lost])
        assert tally.evidence.worst[0].example == worst


def means(values: Sequence[float], owners: Sequence[str]) -> list[float]:
    """The mean of the values of each owner, in order of first appearance."""
    groups: dict[str, list[float]] = {}
    for value, owner in zip(values, owners, strict=True):
        groups.setdefault(owner, []).append(value)
    return [sum(group) / len(group) for group in groups.values()]


@given(cases())
def test_means_over_examples_are_those_of_clusters(outcomes: list[Outcome]) -> None:
    tested = [one for one in outcomes if one.status == "tested"]
    owners = [one.example for one in tested]
    agreements = [one.agreement or 0.0 for one in tested]
    tally = counted(outcomes)
    assert tally.numbers.agreement.means().tolist() == means(agreements, owners)
    assert list(tally.numbers.agreement.by_example(tally.examples).values()) == tally.numbers.agreement.means().tolist()
    turned = means([1 - value for value in agreements], owners)
    assert tally.numbers.agreement.complement().means().tolist() == turned
    agreed = means([float(value >= 0.5) for value in agreements], owners)
    assert tally.numbers.agreement.at_least(0.5).means().tolist() == agreed
    for name in ("before", "after"):
        values = [getattr(one, f"quality_{name}")["accuracy"] for one in tested]
        found = getattr(tally.numbers, name)
        assert (found["accuracy"].means().tolist() if found else []) == means(values, owners)


@given(cases())
def test_a_check_is_compared_by_agreement_by_disagreement_or_by_a_quality_of_its_answers(
    outcomes: list[Outcome],
) -> None:
    tally, reference = counted(outcomes), counted(outcomes, "reference")
    tested = [one for one in outcomes if one.status == "tested"]
    agreements = [one.agreement or 0.0 for one in tested]
    assert tally.series("consistency").values.tolist() == agreements
    assert tally.series("sensitivity").values.tolist() == [1 - value for value in agreements]
    assert tally.series("accuracy").values.tolist() == [one.quality_after["accuracy"] for one in tested]
    assert reference.series("accuracy").values.tolist() == [one.quality_before["accuracy"] for one in tested]
    assert not len(tally.series("chrf"))


@given(st.lists(st.lists(st.text(max_size=3), max_size=3)), st.data())
def test_a_fingerprint_is_of_rows_in_any_order_and_of_each_of_them(rows: list[list[str]], data: st.DataObject) -> None:
    def printed(some: Iterable[list[str]]) -> str:
        found = Fingerprint()
        for row in some:
            found.add([digest(tuple(row))])
        return str(found)

    assert printed(data.draw(st.permutations(rows))) == printed(rows)
    assert printed([*rows, ["one more"]]) != printed(rows)
    assert printed([["a", "bc"]]) != printed([["ab", "c"]])


def made(count: int) -> Iterator[Outcome]:
    """Cases of which most speak against the model."""
    for number in range(count):
        if number % 3:
            yield replace(OUTCOME, example=str(number), agreement=0.5)
        else:
            yield replace(OUTCOME, example=str(number), status="error")


def test_of_many_outcomes_ten_are_held_and_ten_errors() -> None:
    def there() -> int:
        gc.collect()
        return sum(type(one) is Outcome for one in gc.get_objects())

    before = there()
    tally = counted(made(3000))
    assert (len(tally.evidence.worst), len(tally.evidence.errors), there() - before) == (WORST, WORST, 2 * WORST)
    assert tally.counts.selected == 3000


def test_what_was_spared_is_selected_and_nothing_else() -> None:
    tally = counted([OUTCOME])
    tally.spare(5)
    assert (tally.counts.selected, tally.counts.tested, tally.counts.spared) == (6, 1, 5)


def test_how_far_a_model_agrees_with_itself_is_a_mean_over_examples() -> None:
    tally = counted([OUTCOME, replace(OUTCOME, example="2")])
    for example, agreement in (("2", 0.5), ("1", 1.0), ("2", 0.0)):
        tally.repeated(example, agreement)
    assert tally.numbers.noise.means() == pytest.approx(np.array([1.0, 0.25]))


def test_outcomes_of_a_run_are_tallied_by_cell_and_those_of_others_are_passed_over() -> None:
    run = [OUTCOME, replace(OUTCOME, cell="other"), replace(OUTCOME, cell="no record")]
    begun = {("s", "c"): Tally("invariance"), ("s", "other"): Tally("direction"), ("s", "empty"): Tally("invariance")}
    found = tallied(run, begun)
    assert {name: tally.counts.selected for (_, name), tally in found.items()} == {"c": 1, "other": 1, "empty": 0}
    assert found["s", "other"] is begun["s", "other"]


@given(st.lists(cases(), max_size=4), st.integers(1, 5))
def test_outcomes_come_to_the_same_however_many_are_counted_at_once(groups: list[list[Outcome]], size: int) -> None:
    run = [
        replace(one, cell=str(number % 2), example=f"{number} {one.example}")
        for number, group in enumerate(groups)
        for one in group
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BATCH", size)
        found = tallied(run, {("s", name): Tally("invariance") for name in "01"})
    for name in "01":
        assert facts(found["s", name]) == facts(counted(one for one in run if one.cell == name))


def test_cases_with_an_output_that_is_no_label_are_counted_where_labels_are_named() -> None:
    outputs = [("good", "good"), ("good", "I cannot say."), ("Hm.", "Hm."), ("bad", None)]
    named, unnamed = Tally("invariance", labels=["good", "bad"]), Tally("invariance")
    for before, after in outputs:
        for tally in (named, unnamed):
            tally.add([replace(OUTCOME, before=before, after=after)])
    assert (named.counts.no_label, named.counts.tested, named.accounting.stray) == (2, 4, "I cannot say.")
    assert (unnamed.counts.no_label, unnamed.accounting.stray) == (0, "")


def test_what_an_answer_became_is_counted_and_of_a_reference_what_it_should_have_been() -> None:
    def case(number: int, before: str, after: str) -> Outcome:
        one = replace(OUTCOME, example=str(number), references=("a",))
        one.before, one.after, one.agreement = before, after, float(before == after)
        return one

    found = [case(0, "a", "b"), case(1, "a", "b"), case(2, "a", "a"), case(3, "b", "a"), case(4, "b" * 200, "a")]
    assert counted(found).evidence.moves == {("a", "b"): 2, ("b", "a"): 1}
    assert counted(found, "reference").evidence.moves == {("a", "b"): 1}
    assert counted(found, "direction").evidence.moves == {}


@pytest.mark.parametrize(
    ("answers", "text", "kind"),
    [
        (([[0, 99, "PER"]], [[3, 77, "LOC"]]), "Anna slept.", "an entity ends behind its text"),
        (([[4, 0, "PER"]], [[9, 8, "LOC"]]), "Anna slept.", "an entity ends before it begins"),
        (
            ([{"label": "PER"}], [{"label": "LOC"}]),
            "Anna slept.",
            "an entity says neither its `start` and `end` nor its `text`",
        ),
        (([7], [8]), "Anna slept.", "no entity"),
    ],
)
def test_entities_that_are_wrong_in_the_same_way_are_one_kind_of_fault(
    answers: tuple[list[Any], list[Any]], text: str, kind: str
) -> None:
    found = {fault(str(read_output(TASKS["token-classification"], answer, {"text": text}))) for answer in answers}
    assert found == {kind}
