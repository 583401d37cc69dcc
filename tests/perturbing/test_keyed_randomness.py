"""A variant depends on its key alone."""

import hashlib
import json
import os
import random
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import Text, perturb
from albert_robust.perturbing import keyed_random, open_packs, parse_spec, vary

REGISTRY = open_packs()
SPEC = parse_spec("typos.swap@5 | typos.delete@5")
LINE = "The quick brown fox jumps over the lazy dog while seven wizards watch."
PROGRAM = f"""
from albert_robust.perturbing import open_packs, parse_spec, vary
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
    together, apart = keyed_random(seed, left + right, "").random(), keyed_random(seed, left, right).random()
    assert (together == apart) == (right == "")


@given(st.lists(st.integers() | st.text()))
def test_a_key_is_hashed_as_json(key: list[int | str]) -> None:
    digest = hashlib.sha256(json.dumps(key).encode()).digest()
    assert keyed_random(*key).getstate() == random.Random(int.from_bytes(digest, "big")).getstate()


def test_seed_0_is_a_seed() -> None:
    assert keyed_random(0).random() == keyed_random(0).random() != keyed_random(1).random()


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


def test_a_slice_of_the_texts_has_the_variants_of_the_whole() -> None:
    texts = [f"{LINE} {number}" for number in range(6)]
    whole = perturb(texts, "typos.swap@3", language="en")
    assert perturb(texts[:2], "typos.swap@3", language="en") == whole[:2]


def test_two_replicates_differ_and_the_first_does_not_depend_on_how_many_there_are() -> None:
    one = perturb([LINE], "typos.swap@5", language="en", n=1)[0]
    three = perturb([LINE], "typos.swap@5", language="en", n=3)[0]
    assert one == three[:1]
    assert len({made.text for made in three}) == 3
