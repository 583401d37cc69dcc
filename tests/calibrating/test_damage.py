"""Damage of a known size."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.calibrating.damage import CHUNKS, chunks
from albert_robust.calibrating.damage import damaged as damaged_chunks

SENTENCE = (
    "The old bridge over the river was closed in spring because two of its arches had begun to sink into the mud, "
    "and so the people of the town went the long way round by the mill."
)
CHINESE = "由于两个桥拱开始陷入泥中，河上的老桥在春天被关闭了，镇上的人不得不绕远路。"
OTHER = (
    "Nobody knows why seven grey cats sat on our neighbour's roof all night long and sang to the moon until dawn came."
)


def damaged(text: str, other: str, share: float, rng: Random) -> str:
    return damaged_chunks(chunks(text), chunks(other), share, rng)


def test_a_text_without_spaces_is_cut_between_tokens() -> None:
    starts = [0, 2, 5, 6, 9, 12, 14, 17, 20, 23, 26, 29, 32, 35]
    found = chunks(CHINESE, starts)
    assert "".join(found) == CHINESE
    assert all(sum(map(len, found[:count])) in starts for count in range(len(found)))


@given(st.text(max_size=200))
def test_the_chunks_of_a_text_make_it_up(text: str) -> None:
    assert "".join(chunks(text)) == text
    assert len(chunks(text)) <= CHUNKS
    assert all(chunks(text))


@pytest.mark.parametrize("text", [SENTENCE, CHINESE])
def test_chunks_are_about_equally_long(text: str) -> None:
    lengths = [len(chunk) for chunk in chunks(text)]
    assert len(lengths) >= 12
    assert max(lengths) <= len(text) / CHUNKS + 10


def test_words_stay_whole_where_there_are_spaces() -> None:
    assert set(" ".join(chunk.strip() for chunk in chunks(SENTENCE)).split()) == set(SENTENCE.split())


def test_no_damage_leaves_a_text_and_full_damage_leaves_nothing_of_it() -> None:
    assert damaged(SENTENCE, OTHER, 0.0, Random(0)) == SENTENCE
    words = set(damaged(SENTENCE, OTHER, 1.0, Random(0)).split())
    assert words <= set(OTHER.split())
    assert set(damaged(CHINESE, "猫" * 40, 1.0, Random(0))) == {"猫"}


@pytest.mark.parametrize("share", [0.25, 0.5, 0.75])
def test_in_the_mean_the_share_that_is_asked_for_is_replaced(share: float) -> None:
    kept = [
        damaged(CHINESE, "猫" * len(CHINESE), share, Random(seed)).count("猫") / len(CHINESE) for seed in range(200)
    ]
    assert sum(kept) / len(kept) == pytest.approx(share, abs=0.03)


def test_the_same_seed_does_the_same_damage() -> None:
    assert damaged(SENTENCE, OTHER, 0.4, Random(3)) == damaged(SENTENCE, OTHER, 0.4, Random(3))


def test_an_empty_text_cannot_be_damaged() -> None:
    assert damaged("", OTHER, 0.5, Random(0)) == ""
    assert damaged(SENTENCE, "", 0.5, Random(0)) == SENTENCE
