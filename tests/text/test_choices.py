"""The choices of a question: which they are, and which letter a choice had before their order changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.text.choices import CIRCLED, choices, named_before
from albert_robust.text.marked import LETTERS
from albert_robust.text.orders import came_from

CONTENT = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)


def asked(contents: list[str], letters: str = "ABCDEFGH") -> str:
    lines = [f"{letter}. {content}" for letter, content in zip(letters, contents, strict=False)]
    return "\n".join(["Which one?", *lines, "Answer:"])


@given(st.lists(CONTENT, min_size=2, max_size=8, unique=True), st.randoms())
def test_every_choice_is_found_again_in_any_order(contents: list[str], rng: object) -> None:
    other = sorted(contents, key=lambda _: rng.random())  # type: ignore[attr-defined]  # a random.Random
    came = came_from("choices", asked(contents), asked(other))
    letters = "ABCDEFGH"
    assert {letters.index(new): letters.index(old) for new, old in came.items()} == {
        place: contents.index(content) for place, content in enumerate(other)
    }


@pytest.mark.parametrize("letters", [*LETTERS, CIRCLED])
def test_letters_of_many_scripts_are_known_in_their_order(letters: str) -> None:
    contents = ["red", "blue", "green"]
    assert [one.mark for one in choices(asked(contents, letters))] == list(letters[:3])
    assert choices(asked(contents, letters[::-1])) == []


def test_a_list_may_be_as_long_as_the_alphabet() -> None:
    assert "".join(one.mark for one in choices(asked(["x"] * 26, LETTERS[0]))) == LETTERS[0]


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        ("(A) red\n(B) blue", ["red", "blue"]),
        ("a) red\n\n  b) blue  \r\n", ["red", "blue"]),
        ("A、红\nB、蓝", ["红", "蓝"]),
        ("- A) red\n- B) blue", ["red", "blue"]),
        ("**A.** red\n**B.** blue", ["red", "blue"]),
        ("A．红\nB．蓝", ["红", "蓝"]),
        ("（A）赤\n（B）青", ["赤", "青"]),
        ("A. 4\nB. 5\nAnswer: A\n\nA. 6\nB. 7", ["6", "7"]),
        ("A. red\nC. blue", []),
        ("A. red\nand\nB. blue", []),
        ("A. red", []),
        ("A.\u0301red\nB. blue", []),  # the dot has an accent
        ("1. red\n2. blue", []),
        ("A red\nB blue", []),
        ("", []),
    ],
)
def test_choices_stand_a_line_each_one_after_the_other(text: str, contents: list[str]) -> None:
    assert [one.content for one in choices(text)] == contents
    assert [text[one.start : one.end] for one in choices(text)] == contents


def test_a_choice_with_a_slip_is_still_the_same() -> None:
    assert came_from("choices", asked(["Paris", "London"]), asked(["Lodnon", "Paris"])) == {"A": "B", "B": "A"}


def test_of_choices_that_are_too_much_alike_nothing_is_said() -> None:
    assert came_from("choices", asked(["red", "blue"]), asked(["red", "red"])) == {}
    assert came_from("choices", asked(["red", "blue"]), "no choices") == {}
    assert came_from("choices", "no choices", asked(["red", "blue"])) == {}


@pytest.mark.parametrize(
    ("answer", "before"),
    [
        ("A", "C"),
        (" (A)", " (C)"),
        ("**A.** Paris", "**C.** Paris"),
        ("A) Paris", "C) Paris"),
        ("A: Paris", "C: Paris"),
        ("D", "D"),
        ("A dog", "A dog"),
        ("Anna", "Anna"),
        ("b)", "a)"),
        ("A\n\nIt is in Paris.", "C\n\nIt is in Paris."),
        ("A, because it is", "C, because it is"),
        ("Answer: **A**", "Answer: **C**"),
        ("答案：A。", "答案：C。"),
        ("（A）赤", "（C）赤"),
        ("A; C", "B; C"),
        ('["A", "B"]', '["A", "C"]'),
        ("The answer is A.", "The answer is C."),
        ("A is right: option B is wrong.", "C is right: option A is wrong."),
        (r"Not (B). So $\boxed{A}$", r"Not (A). So $\boxed{C}$"),
        ("Late. <answer>A</answer>", "Late. <answer>C</answer>"),
        ('So {"answer": "A"}', 'So {"answer": "C"}'),
        ("Let f(A) be late.", "Let f(A) be late."),
        ("It is late. So the answer is (a)", "It is late. So the answer is (c)"),
        ("", ""),
    ],
)
def test_an_answer_by_letter_gets_the_letter_that_its_choice_had(answer: str, before: str) -> None:
    assert named_before(answer, {"A": "C", "B": "A", "C": "B"}) == before
