"""What a text is contrasted with, and how sharply."""

import numpy as np
import pytest
import torch

from albert_robust.pretrain.losses import contrast
from albert_robust.pretrain.objectives import Batch, same_texts
from albert_robust.pretrain.recipe import Stage
from albert_robust.pretrain.sentences import Sentences, Tokens
from albert_robust.pretrain.team import Team
from albert_robust.pretrain.trainer import Schedule

SCORES = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
NONE_EQUAL = torch.eye(2, dtype=torch.bool)


def sentences(texts: list[list[int]] | None = None) -> Sentences:
    """Four pairs: the first texts have the tokens 1, 2 2, 3, 4 and the second ones 11, 12, 13 13, 14."""
    first = Tokens(np.array([1, 2, 2, 3, 4], dtype=np.int32), np.array([0, 1, 3, 4, 5]))
    second = Tokens(np.array([11, 12, 13, 13, 14], dtype=np.int32), np.array([0, 1, 2, 4, 5]))
    hashes = np.array(texts or [[1, 11], [2, 12], [3, 13], [4, 14]])
    return Sentences((first, second), np.zeros((4, 2), dtype=np.int32), hashes, np.zeros(4, dtype=bool))


@pytest.mark.parametrize("scale", [1.0, 12.0, 20.0])
def test_the_loss_is_the_surprise_at_the_translation_among_all_texts(scale: float) -> None:
    loss, found = contrast(SCORES, NONE_EQUAL, scale=scale)
    assert float(loss) == pytest.approx(np.log(1 + np.exp(-scale)), abs=1e-5)
    assert found == 1.0


@pytest.mark.parametrize("margin", [0.0, 0.3, 0.9])
def test_a_translation_has_to_be_nearer_by_the_margin_and_is_found_without_it(margin: float) -> None:
    loss, found = contrast(SCORES, NONE_EQUAL, scale=10.0, margin=margin)
    assert float(loss) == pytest.approx(np.log(1 + np.exp(-10 * (1 - margin))), abs=1e-5)
    nearly = torch.tensor([[0.5, 0.4], [0.4, 0.5]])
    assert found == contrast(nearly, NONE_EQUAL, margin=margin)[1] == 1.0


def test_a_text_may_be_told_from_the_others_of_its_own_side_too() -> None:
    alike = torch.tensor([[1.0, 0.5], [0.5, 1.0]])
    loss, _ = contrast(SCORES, NONE_EQUAL, scale=4.0, beside=(alike, SCORES))
    left, right = (np.log(1 + np.exp(-4) + np.exp(4 * (near - 1))) for near in (0.5, 0.0))
    assert float(loss) == pytest.approx((left + right) / 2, abs=1e-5)


def test_texts_of_pairs_that_share_one_are_no_contrast_on_their_own_side_either() -> None:
    all_same = torch.ones(2, 2, dtype=torch.bool)
    assert float(contrast(SCORES, all_same, beside=(SCORES, SCORES))[0]) == pytest.approx(0.0, abs=1e-6)


def test_pairs_that_share_a_text_are_no_contrast_to_each_other() -> None:
    assert float(contrast(SCORES, torch.ones(2, 2, dtype=torch.bool))[0]) == pytest.approx(0.0, abs=1e-6)


def test_pairs_share_a_text_if_either_side_is_equal() -> None:
    team, chance = Team(0, 1, torch.device("cpu")), torch.Generator()
    batch = Batch(np.arange(4), chance, 0)
    same = same_texts(sentences([[1, 11], [1, 12], [3, 12], [4, 14]]), batch, team)
    assert same.int().tolist() == [[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 1]]


@pytest.mark.parametrize(
    ("turned", "left", "right"),
    [
        (0.0, [1, 2, 2, 3, 4], [11, 12, 13, 13, 14]),
        (0.5, [1, 2, 2, 13, 13, 14], [11, 12, 3, 4]),
        (1.0, [11, 12, 13, 13, 14], [1, 2, 2, 3, 4]),
    ],
)
def test_the_last_pairs_of_a_batch_are_turned_so_that_texts_of_one_language_meet(
    turned: float, left: list[int], right: list[int]
) -> None:
    views = sentences().views(turned)
    assert [view.gather(np.arange(4), 9)[0].tolist() for view in views] == [left, right]


def test_a_turned_text_is_as_long_as_it_is_and_starts_where_the_others_end() -> None:
    view, _ = sentences().views(0.5)
    assert view.lengths(np.arange(4), 9).tolist() == [1, 2, 2, 1]
    assert view.gather(np.arange(4), 9)[1].tolist() == [0, 1, 3, 5]


def test_a_text_is_cut_at_the_limit_on_either_side() -> None:
    view, _ = sentences().views(0.5)
    assert view.gather(np.arange(4), 1)[0].tolist() == [1, 2, 13, 14]


def spoken(pairs: int) -> Sentences:
    """Pairs of English and one of four languages, in turn; every second one has English first."""
    texts = Tokens(np.arange(pairs, dtype=np.int32), np.arange(pairs + 1))
    languages = np.array([(0, 1 + place % 4)[:: 1 if place % 8 < 4 else -1] for place in range(pairs)], dtype=np.int32)
    hashes = np.arange(2 * pairs).reshape(pairs, 2)
    return Sentences((texts, texts), languages, hashes, np.zeros(pairs, dtype=bool))


def batches(languages: int = 0) -> list[list[int]]:
    stage = Stage(train="vectors", batch=16, epochs=2, languages=languages)
    return [rows.tolist() for rows in Schedule(spoken(320), stage, (0, 0)).batches()]


@pytest.mark.parametrize("languages", [1, 2, 4])
def test_a_batch_holds_as_few_pairs_of_languages_as_asked_for(languages: int) -> None:
    made = batches(languages=languages)
    assert sorted(row for rows in made for row in rows) == sorted([*range(320)] * 2)
    assert max(len({row % 4 for row in rows}) for rows in made) == languages
    assert made == batches(languages=languages) != batches()


def test_the_pairs_that_are_turned_are_of_all_the_languages_of_a_batch() -> None:
    assert any(len({row % 4 for row in rows[8:]}) == 2 for rows in batches(languages=2))
