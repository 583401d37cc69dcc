"""Where choices are put in another order, an answer by letter stands for the choice, whatever its letter is now."""

from pathlib import Path

import pytest
from counted import outcomes_of, planned, ran

from albert_robust.results.outcome import Outcome

CHECK = "- {{expect: invariance, perturbations: [{}], worst_of: {}, gates: [consistency >= 0.1]}}"
QUESTION = "Where is the Louvre?\nA. in Paris\nB. in London\nC. in Rome\nD. in Vienna\nAnswer:"
KNOWS = """
def answer(text):
    letter = next(line.strip("()")[0].upper() for line in text.splitlines() if line.lower().endswith("in paris"))
    return {"label": letter, "scores": {letter: 0.7, "ABCD"[letter == "A"]: 0.3}}
"""
ALIKE = """
from albert_robust import perturbation

@perturbation("own.alike", preserves="meaning", severities=1)
def alike(text, rng, severity):
    return text.rewrite("A. x\\nB. x\\nC. x\\nD. x")

@perturbation("own.german", preserves="meaning", severities=1)
def german(text, rng, severity):
    return text.rewrite("Wo?\\nA. in Paris\\nB. in London\\nC. in Rom\\nD. in Wien", language="de")
"""
FIRST = "\ndef answer(text):\n    return 'A'\n"


def found(folder: Path, answer: str, perturbation: str = "layout.options", worst_of: int = 1) -> Outcome:
    cells = planned(folder, CHECK.format(perturbation, worst_of), answer=answer, rows=[QUESTION])
    (case,) = outcomes_of(ran(cells, folder))[cells[0].key]
    return case


@pytest.mark.parametrize(
    "perturbation", ["layout.options", "layout.options | layout.lists", "layout.options | case.lower"]
)
def test_a_model_that_knows_the_answer_is_consistent(tmp_path: Path, perturbation: str) -> None:
    case = found(
        tmp_path,
        KNOWS.replace("line.endswith", "line.lower().endswith")
        .replace("Paris", "paris")
        .replace("line[0]", "line.strip('()')[0].upper()"),
        perturbation,
    )
    assert case.agreement == 1


def test_a_model_that_always_takes_the_first_is_not(tmp_path: Path) -> None:
    case = found(tmp_path, FIRST, worst_of=8)
    assert (case.before, case.said_after, case.agreement) == ("A", "A", 0)
    assert case.after in {"B", "C", "D"}


def test_probabilities_are_of_the_choices_too(tmp_path: Path) -> None:
    case = found(tmp_path, KNOWS)
    assert (case.before, case.after, case.agreement) == ("A", "A", 1)
    assert case.scores_after["A"] == case.scores_before["A"] == 0.7
    assert case.said_after in {"B", "C", "D"}


def test_quality_is_of_the_choice_too(tmp_path: Path) -> None:
    cells = planned(tmp_path, CHECK.format("layout.options", 1), answer=KNOWS, rows=[QUESTION])
    rows = (tmp_path / "d.jsonl").read_text(encoding="utf-8")
    (tmp_path / "d.jsonl").write_text(rows.replace('"calm"', '"A"'), encoding="utf-8")
    (case,) = outcomes_of(ran(cells, tmp_path))[cells[0].key]
    assert case.said_after != "A"
    assert case.quality_after["accuracy"] == 1


@pytest.mark.parametrize("other", ["own.alike", "own.german"])
def test_choices_that_become_alike_or_are_translated_are_rejected(tmp_path: Path, other: str) -> None:
    (tmp_path / "perturbations").mkdir()
    (tmp_path / "perturbations" / "own.py").write_text(ALIKE)
    case = found(tmp_path, FIRST, f"layout.options | {other}")
    assert (case.status, case.message) == ("rejected", "its choices cannot be told apart")


def test_an_order_that_was_drawn_already_is_drawn_anew(tmp_path: Path) -> None:
    check = CHECK.format("layout.options", 1).replace("{expect", "{variants: 5, expect")
    rows = [f"{number}?\nA. in Paris\nB. in London\nC. in Rome" for number in range(40)]
    cells = planned(tmp_path, check, answer=KNOWS, rows=rows)
    found = outcomes_of(ran(cells, tmp_path))[cells[0].key]
    orders = {(case.example, case.variant["text"]) for case in found if case.status == "tested"}
    assert len(orders) == sum(case.status == "tested" for case in found)
    assert len(orders) > 0.85 * 40 * 5  # all orders but their own; 0.67 where each is drawn once
