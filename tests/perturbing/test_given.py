"""A file of variants beside suites is a perturbation."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from albert_robust import Text
from albert_robust.errors import InputError, Mistake
from albert_robust.perturbing import Registry, open_packs

Given = Callable[..., Registry]
GOOD = {"text": "It is good.", "variant": "I like it.", "language": "en"}


@pytest.fixture
def given(tmp_path: Path) -> Given:
    """Return a function from lines, and a file's name, to all perturbations."""

    def opened(*rows: object, name: str = "own.variants.jsonl") -> Registry:
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        (tmp_path / name).write_text("\n".join(lines), encoding="utf-8")
        return open_packs([tmp_path])

    return opened


def made(registry: Registry, text: Text, seed: int = 0, name: str = "given.own") -> str:
    return str(registry.get(name)(text, Random(seed)))


def test_a_variant_stands_in_place_of_its_text_and_of_no_other(given: Given) -> None:
    registry = given(GOOD)
    assert made(registry, Text.of("It is good.", "en-GB")) == "I like it."
    assert made(registry, Text.of("It is good!", "en")) == "It is good!"
    assert made(registry, Text.of("It is good.", "de")) == "It is good."
    assert not registry.get("given.own").applies("de")


def test_one_of_several_is_drawn_and_a_language_may_be_left_out(given: Given) -> None:
    registry = given({"text": "OK", "variant": "Fine"}, {"text": "OK", "variant": "Sure"}, "")
    assert {made(registry, Text.of("OK", "it"), seed) for seed in range(20)} == {"Fine", "Sure"}


def test_blanks_around_a_text_make_no_other(given: Given) -> None:
    assert made(given(GOOD), Text.of("It is good.\n", "en")) == "I like it.\n"


def test_what_lacks_a_protected_string_is_not_put_in(given: Given) -> None:
    registry = given({"text": "Ask Anna now", "variant": "Ask her now"})
    assert made(registry, Text.of("Ask Anna now", "en", protect=["Anna"])) == "Ask Anna now"


def test_contrasts_alter_what_is_meant(given: Given) -> None:
    found = given(GOOD | {"variant": "It is bad."}, name="own.contrasts.jsonl").get("given.own")
    assert (found.preserves, found.alters) == (None, "meaning")


def test_they_are_found_in_another_process_too(given: Given) -> None:
    registry = given(GOOD)
    again = pickle.loads(pickle.dumps(registry))  # noqa: S301  # as processes send it to each other
    assert made(again, Text.of("It is good.", "en")) == "I like it."
    assert again.fingerprint == registry.fingerprint


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "a"}', '{"text": "a", "variant": 1}', GOOD | {"language": "?"}])
def test_a_line_that_is_no_variant_is_told_with_its_place(given: Given, line: object) -> None:
    with pytest.raises(InputError, match=r"own.variants.jsonl:2:1: no variant of a text\n  write `{"):
        given(GOOD, line)


def test_a_file_that_is_not_there_is_named() -> None:
    told = (
        r"unknown perturbation 'given.own'\n  no own.variants.jsonl is in a folder .* by FILE --out perturbations/own"
    )
    with pytest.raises(Mistake, match=told.replace("by", "--by")):
        open_packs().get("given.own")


def test_a_file_that_is_awaited_has_no_variants() -> None:
    registry = open_packs(awaits_variants=True)
    assert made(registry, Text.of("It is good.", "en")) == "It is good."
    assert registry.get("given.own").preserves == "meaning"


def test_a_file_s_name_is_the_perturbation_s(given: Given) -> None:
    with pytest.raises(InputError, match="'my own' names no perturbation"):
        given(GOOD, name="my own.variants.jsonl")
