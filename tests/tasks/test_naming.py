"""Two labels that may be meant as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.tasks.naming import meant_by, same_but_for_form

labels = st.text("abZ _-1", min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("label", "known", "meant"),
    [
        ("negative", ["neg", "pos"], "neg"),
        ("neg", ["negative", "positive"], "negative"),
        ("positiv", ["negative", "positive"], "positive"),
        ("POS", ["neg", "pos"], "pos"),
        ("not entailment", ["entailment", "not_entailment"], "not_entailment"),
        ("class-1", ["class 1", "class 2"], "class 1"),
        # What merely looks alike is another label.
        ("negative", ["positive"], ""),
        ("spam", ["neg", "pos"], ""),
        ("class2", ["class1"], ""),
        ("transfer", ["transfer_in", "transfer_out"], ""),
        ("not", ["noted", "nothing", "noticed"], ""),
        ("1", ["10"], ""),
        ("neutral", ["neutral", "neutrall"], ""),
        ("neutral", [], ""),
    ],
)
def test_a_label_is_meant_as_one_that_it_is_short_for_or_misspelt_beside(
    label: str, known: list[str], meant: str
) -> None:
    assert meant_by(label, known) == meant


@given(labels, labels)
def test_being_alike_in_form_is_mutual_and_no_label_is_alike_to_itself(one: str, other: str) -> None:
    assert same_but_for_form(one, other) == same_but_for_form(other, one)
    assert not same_but_for_form(one, one)


@given(labels, st.lists(labels))
def test_what_is_meant_is_a_known_label_and_another_one(label: str, known: list[str]) -> None:
    meant = meant_by(label, known)
    assert meant in {"", *known} - {label}
