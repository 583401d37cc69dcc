"""Layout changes how a prompt is set, and not a word of it."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import Text
from albert_robust.perturbing import open_packs

REGISTRY = open_packs()
LAYOUT = [*(item.name for item in REGISTRY if item.family == "layout"), "punctuation.quotes"]
LINES = st.sampled_from(
    [
        "Question: Where?",
        "**Answer:**",
        "- red",
        "* blue",
        "1. Wash",
        "(2) Dry",
        "B) yes",
        "# Task",
        "",
        "问题：在哪里？",
        'say "yes"',
        "2**3",
    ]
)
PROMPT = "Task: pick one.\n\nOptions:\nA. red\nB. blue\n\nAnswer:"


def made(name: str, prompt: str, seed: int = 0, language: str = "en") -> str:
    return str(REGISTRY.ready(name)(Text.of(prompt, language), Random(seed), 2))


@pytest.mark.parametrize("name", LAYOUT)
@given(lines=st.lists(LINES, max_size=8), seed=st.integers(0, 50))
def test_no_letter_and_no_digit_is_lost_or_moved(name: str, lines: list[str], seed: int) -> None:
    prompt = "\n".join(lines)
    kept, before = (
        [character for character in text.casefold() if character.isalnum()]
        for text in (made(name, prompt, seed), prompt)
    )
    assert kept == before


@given(st.integers(0, 50))
def test_a_prompt_is_set_in_one_way_throughout(seed: int) -> None:
    lines = made("layout.separator", PROMPT, seed).replace(" pick one.", "").split("\n")
    marks = {line.removeprefix(label) for line, label in zip(lines[::2], ("Task", "Options"), strict=False)}
    assert marks == {lines[-1].removeprefix("Answer")} != {":"}


@pytest.mark.parametrize("seed", range(4))
def test_an_option_keeps_the_letter_that_it_is_answered_by(seed: int) -> None:
    lines = made("layout.lists", PROMPT, seed).split("\n")
    assert [line.strip("(").replace(")", ".").replace("..", ".") for line in lines[3:5]] == ["A. red", "B. blue"]
    assert lines[3] != "A. red"


def test_blank_lines_come_back() -> None:
    without = made("layout.blank_lines", PROMPT)
    assert "\n\n" not in without
    assert made("layout.blank_lines", without).replace("\n\n", "\n") == without


@pytest.mark.parametrize(
    ("language", "printed"),
    [("de", "„ja“"), ("pl", "„ja”"), ("fr", "«\u202fja\u202f»"), ("ru", "«ja»"), ("ja", "「ja」"), ("sw", "“ja”")],
)
def test_quotation_marks_are_those_of_the_language(language: str, printed: str) -> None:
    assert made("punctuation.quotes", '"ja"', language=language) == printed


@pytest.mark.parametrize(("prompt", "moved"), [
    ("**Q1:** **a** b\n**A1:** yes\n\n**Q2:** c\n**A2:** yes", "**Q1:** c\n**A1:** yes\n\n**Q2:** **a** b\n**A2:** yes"),
    ("Question 1: a\nAnswer: b\nQuestion 2: c\nd\nAnswer: e", "Question 1: c\nd\nAnswer: e\nQuestion 2: a\nAnswer: b"),
    ("问题1：甲\n答案1：乙\n问题2：丙\n答案2：丁\n问题3：", "问题1：丙\n答案1：丁\n问题2：甲\n答案2：乙\n问题3："),
])  # fmt: skip
def test_solved_examples_leave_their_numbers_where_they_are(prompt: str, moved: str) -> None:
    assert made("layout.examples", prompt) == moved


@pytest.mark.parametrize("prompt", [
    "Q1: a\nA1: b\n\nQ2:",
    "Q1: a\nQ2: b",
    "Step 1: a\nStep 2: b",
    "Q1: a\nA1: b\nQ2: a\nA2: b",
    "In Q1: a rise. In Q2: a fall.",
    "Q1: a\nA1:\nQ2: c\nA2:",
])  # fmt: skip
def test_numbered_questions_that_are_not_solved_stay(prompt: str) -> None:
    assert made("layout.examples", prompt) == prompt
