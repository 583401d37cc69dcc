"""What the bridge to nlpaug promises, with augmenters of our own and with real ones."""

import random
from collections.abc import Callable
from random import Random
from typing import Any

import numpy
import pytest

from albert_robust import Text
from albert_robust.laws import replayed
from albert_robust.perturbing import Perturbation, open_packs
from albert_robust.perturbing.nlpaug import augment


class Gives:
    """An augmenter that gives what a function makes of the text."""

    def __init__(self, answer: Callable[[str], Any]) -> None:
        self.answer = answer

    def augment(self, data: str) -> Any:
        return self.answer(data)


def bridged(text: Text, answer: Callable[[str], Any], seed: int = 0) -> Text:
    return augment(text, Random(seed), lambda: Gives(answer))


@pytest.fixture(scope="module")
def reserved() -> Perturbation:
    pytest.importorskip("nlpaug", reason="the extra nlpaug is not installed")
    return open_packs().get("paraphrase.reserved")


@pytest.fixture(scope="module")
def keyboard() -> Callable[[], Any]:
    char = pytest.importorskip("nlpaug.augmenter.char", reason="the extra nlpaug is not installed")
    return lambda: char.KeyboardAug(aug_word_p=0.5)


@pytest.mark.parametrize("result", ["good day", ["good day"], ["good day", "fine day"]])
def test_a_string_and_the_first_of_a_list_are_read_alike(result: str | list[str]) -> None:
    assert str(bridged(Text.of("nice day"), lambda _: result)) == "good day"


@pytest.mark.parametrize("result", [[], "", "  ", None])
def test_a_text_stays_as_it_is_when_the_augmenter_gives_nothing(result: object) -> None:
    text = Text.of("nice day")
    assert bridged(text, lambda _: result) == text


@pytest.mark.parametrize("blank", ["", " ", "\n\t"])
def test_a_blank_text_never_reaches_the_augmenter(blank: str) -> None:
    def fail(_: str) -> str:
        raise AssertionError("called")

    assert str(bridged(Text.of(blank), fail)) == blank


def test_the_global_random_and_numpy_states_are_as_before() -> None:
    random.seed(7)
    numpy.random.seed(7)
    expected = random.random(), numpy.random.random()
    random.seed(7)
    numpy.random.seed(7)
    bridged(Text.of("nice day"), lambda text: f"{text}{random.random()}{numpy.random.random()}")
    assert (random.random(), numpy.random.random()) == expected


def test_the_global_states_are_as_before_when_the_augmenter_raises() -> None:
    random.seed(7)
    before = random.getstate()

    def fail(_: str) -> str:
        random.random()
        raise ValueError("no model")

    with pytest.raises(ValueError, match="no model"):
        bridged(Text.of("nice day"), fail)
    assert random.getstate() == before


def test_the_same_seed_gives_the_same_text_whatever_was_drawn_before() -> None:
    def noisy(text: str) -> str:
        return f"{text} {random.random()} {numpy.random.random()}"

    first = bridged(Text.of("nice day"), noisy, seed=3)
    random.random()
    numpy.random.random()
    assert bridged(Text.of("nice day"), noisy, seed=3) == first
    assert bridged(Text.of("nice day"), noisy, seed=4) != first


def test_a_protected_span_stays_though_the_augmenter_changes_it() -> None:
    text = Text.of("Anna likes tea", protect=["Anna"])
    assert str(bridged(text, lambda _: "Otto likes coffee")) == "Anna likes coffee"


def test_keyboard_slips_of_nlpaug_are_edits_that_replay(keyboard: Callable[[], Any]) -> None:
    text = Text.of("The weather in the mountains was wonderful yesterday")
    variant = augment(text, Random(1), keyboard)
    assert variant.changed
    assert str(variant) == replayed(str(text), variant.edits)


def test_keyboard_slips_of_nlpaug_follow_the_seed(keyboard: Callable[[], Any]) -> None:
    text = Text.of("The weather in the mountains was wonderful yesterday")
    variants = [str(augment(text, Random(seed), keyboard)) for seed in (1, 1, 2)]
    assert variants[0] == variants[1] != variants[2]


@pytest.mark.parametrize(
    ("language", "before", "kept"),
    [
        ("en", "I don't think it's  quickly done, isn't it?", "don't"),
        ("en", "Unfortunately it's state-of-the-art: 3.5 / 4 !", "it's state-of-the-art: 3.5 / 4 !"),
        ("fr", "Aujourd'hui, l'été est magnifique !", "Aujourd'hui, l'été est"),
        ("hi", "हिन्दी फिल्म बहुत अच्छी है।", "हिन्दी"),
        ("zh", "我不觉得今天的 OK，但是很便宜。", "我不觉得"),
        ("ar", "السيارة الجميلةُ معطلة.", "الجميلةُ"),
    ],
)
def test_reserved_words_leave_the_rest_of_a_text_intact(
    reserved: Perturbation, language: str, before: str, kept: str
) -> None:
    variant = reserved(Text.of(before, language), Random(0), 5)
    assert variant.changed
    assert kept in str(variant)
    assert before[-1] == str(variant)[-1]


def test_reserved_phrases_that_are_not_chosen_leave_no_mark_of_nlpaug(reserved: Perturbation) -> None:
    text = Text.of("It was very good, very nice, very bad, very happy and due to the weather very clean.", "en")
    variants = [str(reserved(text, Random(seed), 1)) for seed in range(5)]
    assert str(text) not in variants
    assert not any("nnnnn" in variant for variant in variants)


def test_reserved_phrases_are_not_found_inside_words(reserved: Perturbation) -> None:
    assert str(reserved(Text.of("every good day", "en"), Random(0), 5)) == "every good day"


def test_outer_blanks_survive_reserved_words(reserved: Perturbation) -> None:
    assert str(reserved(Text.of("  two bicycles \n", "en"), Random(0), 5)) == "  two bikes \n"
