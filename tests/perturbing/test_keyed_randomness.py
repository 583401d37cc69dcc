"""A variant depends on its key alone."""

import hashlib
import os
import subprocess
import sys
from collections import Counter
from copy import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import Text, perturb
from albert_robust.perturbing import KeyedRandom, open_packs, parse_spec, vary, vary_fields

REGISTRY = open_packs()
SPEC = parse_spec("typos.swap@5 | typos.delete@5")
LINE = "The quick brown fox jumps over the lazy dog while seven wizards watch."
PROGRAM = f"""
from albert_robust.perturbing import open_packs, parse_spec, vary, vary_fields
from albert_robust.text import Text
print(vary(open_packs(), parse_spec({str(SPEC)!r}), Text.of({LINE!r}, "en"), seed=0, example="a"))
"""


def variant(**key: int | str) -> str:
    options = {"seed": 0, "example": "a", "field": "text", "replicate": 0} | key
    return str(vary(REGISTRY, SPEC, Text.of(LINE, "en"), **options))  # type: ignore[arg-type]  # the keys above


def test_the_same_key_gives_the_same_variant() -> None:
    assert variant() == variant() != LINE


@pytest.mark.parametrize("other", [{"seed": 1}, {"example": "b"}, {"field": "question"}, {"replicate": 1}])
def test_another_key_gives_another_variant(other: dict[str, int | str]) -> None:
    assert variant(**other) != variant()


@given(st.integers(), st.text(max_size=5), st.text(max_size=5))
def test_keys_that_read_alike_when_joined_are_two_keys(seed: int, left: str, right: str) -> None:
    together, apart = KeyedRandom(seed, left + right, "").random(), KeyedRandom(seed, left, right).random()
    assert (together == apart) == (right == "")


def test_the_words_are_those_of_a_hash_of_the_key_as_json_and_of_a_counter() -> None:
    source, key = KeyedRandom("ü", 1), '["ü",1]'
    blocks = [hashlib.blake2b(f"{key}{place}".encode()).digest() for place in range(2)]
    words = [int.from_bytes(block[at : at + 8], "big") for block in blocks for at in reversed(range(0, 64, 8))]
    assert [source.getrandbits(64) for _ in words] == words


@given(st.integers(0, 700))
def test_bits_are_the_first_of_as_many_words_as_it_takes(size: int) -> None:
    source, words = KeyedRandom(0), -(-size // 64)
    whole = KeyedRandom(0).getrandbits(64 * words)
    assert source.getrandbits(size) == whole >> (64 * words - size)


def test_what_was_drawn_before_a_source_begins_anew_leaves_no_trace() -> None:
    source = KeyedRandom(1)
    source.gauss()
    source.getrandbits(3)
    assert source.begin(2).gauss() == KeyedRandom(2).gauss()


def test_numbers_are_even() -> None:
    source = KeyedRandom(0)
    counts = Counter(source.randrange(6) for _ in range(6000))
    assert all(900 < counts[face] < 1100 for face in range(6))
    assert 0.48 < sum(source.random() for _ in range(6000)) / 6000 < 0.52


def test_a_copy_goes_on_where_its_source_is() -> None:
    source = KeyedRandom(0)
    source.getrandbits(5)
    twin = copy(source)
    assert [twin.random() for _ in range(9)] == [source.random() for _ in range(9)]


def test_seed_0_is_a_seed() -> None:
    assert KeyedRandom(0).random() == KeyedRandom(0).random() != KeyedRandom(1).random()


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_neither_the_process_nor_its_hash_seed_matters(hash_seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONIOENCODING": "utf-8"}
    made = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, check=True)
    assert made.stdout.decode().rstrip("\n") == variant()


def test_a_step_after_a_change_of_language_keeps_the_example_s_key() -> None:
    parallels = {"de": LINE}
    swapped = vary(
        REGISTRY, parse_spec("crosslingual.swap"), Text.of("x", "en", parallels=parallels), seed=0, example="a"
    )
    assert (str(swapped), swapped.language) == (LINE, "de")
    chain = parse_spec("crosslingual.swap | typos.swap@5")
    stays = parse_spec("case.lower | typos.swap@5")
    made = [
        vary(REGISTRY, spec, Text.of(source, "en", parallels=parallels), seed=0, example="a")
        for spec, source in ((chain, "x"), (stays, LINE))
    ]
    assert str(made[0]).lower() == str(made[1]).lower()


@pytest.mark.parametrize("seed", range(8))
def test_all_fields_of_an_example_are_in_one_other_language(seed: int) -> None:
    parallels = {tag: f"{tag} text" for tag in ("de", "es", "fr", "ru", "zh")}
    texts = {name: Text.of("a text", "en", parallels=parallels) for name in ("context", "question")}
    made = vary_fields(REGISTRY, parse_spec("crosslingual.swap"), texts, seed=seed, example="e")
    assert made["context"].language == made["question"].language != "en"
    alone = vary(REGISTRY, parse_spec("crosslingual.swap"), texts["context"], seed=seed, example="e", field="context")
    assert made["context"] == alone


def test_a_slice_of_the_texts_has_the_variants_of_the_whole() -> None:
    texts = [f"{LINE} {number}" for number in range(6)]
    whole = perturb(texts, "typos.swap@3", language="en")
    assert perturb(texts[:2], "typos.swap@3", language="en") == whole[:2]


def test_two_replicates_differ_and_the_first_does_not_depend_on_how_many_there_are() -> None:
    one = perturb([LINE], "typos.swap@5", language="en", n=1)[0]
    three = perturb([LINE], "typos.swap@5", language="en", n=3)[0]
    assert one == three[:1]
    assert len({made.text for made in three}) == 3
