"""What is doubtful about data is told beside the verdicts: labels that may be one, texts that are empty, rows left out."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from albert_robust import run
from albert_robust.errors import InputError
from albert_robust.gate.doubts import doubts
from albert_robust.show import describe_run

Rows = list[dict[str, Any]]
INVARIANT = {"expect": "invariance", "perturbations": ["typos.swap"]}
BECOMES = {"expect": "direction", "perturbations": ["semantics.negate"], "becomes": "neg"}


def rows(labels: Sequence[str]) -> Rows:
    """Thirty rows; the labels in turn."""
    return [
        {"text": f"The room number {place} was good.", "label": labels[place % len(labels)], "language": "en"}
        for place in range(30)
    ]


def told(
    data: Rows, *checks: dict[str, Any], said: Callable[[str], Any] | None = None, task: str = "text-classification"
) -> tuple[str, ...]:
    """What is told of a run of checks."""
    suite = {
        "task": task,
        "model": lambda batch: [said(one["text"]) if said else "pos" for one in batch],
        "datasets": {"d": {"rows": data, "languages": ["en"]}},
        "checks": [*(checks or (INVARIANT,))],
    }
    found = run(suite)
    return doubts(found.suites[0], found)


def either(one: str, other: str) -> Callable[[str], str]:
    """Return a model that says one label to what `rows` has at even places, and the other to the rest."""
    return lambda text: one if any(digit in text for digit in "02468") else other


def test_honest_data_raise_no_doubt() -> None:
    assert told(rows(["pos"])) == ()
    data = [*rows(["pos", "neg"])[:29], {"text": "Well.", "label": "neutral", "language": "en"}]
    assert told(data, said=either("pos", "neg")) == ()


def test_labels_that_differ_in_case_alone_are_told() -> None:
    (what,) = told(rows(["pos", "Pos"]), said=either("pos", "Pos"))
    assert what.startswith("The labels 'Pos' (15) and 'pos' (15) of 'd' differ in case or blanks alone")


def test_a_label_of_one_row_that_no_answer_has_may_be_misspelt() -> None:
    data = [*rows(["positive", "negative"]), {"text": "Fine.", "label": "positiv", "language": "en"}]
    (what,) = told(data, said=either("positive", "negative"))
    assert what == "'positiv' is the label of 1 row of 'd' and of no answer: did you mean 'positive'?"
    assert told(data, said=either("positive", "positiv")) == ()


def test_empty_texts_are_told() -> None:
    (what,) = told([*rows(["pos"]), {"text": " ", "label": "pos", "language": "en"}])
    assert what.startswith("1 text of 'd' is empty: ")


def test_rows_in_a_language_by_its_name_are_a_slip_and_all_that_are_left_out_are_counted() -> None:
    data = rows(["pos"])
    data[0]["language"], data[1]["language"] = "english", "de"
    found = run(
        {
            "task": "text-classification",
            "model": lambda batch: ["pos" for _ in batch],
            "datasets": {"d": {"rows": data, "languages": ["en"]}},
            "checks": [INVARIANT],
        }
    )
    lines = describe_run(found, shown=0)
    assert any("1 row of 'd' left out: in 'english', which is no BCP 47 tag. Write 'en' there." in one for one in lines)
    assert "left out     suite: 2 rows of 'd' in other languages: de (1), english (1)" in lines


def test_a_label_that_the_data_spell_otherwise_is_an_error_before_the_model_is_asked() -> None:
    asked: list[str] = []
    with pytest.raises(InputError, match=r"no row of 'd' is 'neg'\n  did you mean 'negative'\?"):
        told(rows(["negative", "positive"]), BECOMES, said=asked.append)
    assert asked == []


def test_a_label_of_another_row_or_of_none_like_it_is_no_error() -> None:
    for labels in (["neg", "pos"], ["pos", "mixed"]):
        assert told(rows(labels), BECOMES, said=either("pos", "neg")) == ()


def test_a_label_that_is_met_nowhere_is_doubtful() -> None:
    (what,) = told(rows(["neg", "pos"]), BECOMES | {"becomes": "spam"}, said=either("pos", "neg"))
    assert what.startswith("`becomes: spam` is met by no answer, and no row has that label either.")
    assert what.endswith("known: neg, pos.")


def test_answers_without_one_expected_label_are_told_where_there_are_several_too() -> None:
    data = [{"text": one["text"], "labels": ["anger", "fear"], "language": "en"} for one in rows([""])]
    found = told(data, said=lambda text: ["LABEL_0"], task="multi-label-classification")
    assert found[0].startswith(
        "No original got its expected label. The model says 'LABEL_0', the data say 'anger', 'fear'"
    )
