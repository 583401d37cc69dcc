"""What a text is contrasted with, and how sharply."""

import numpy as np
import pytest
import torch

from albert_robust.pretrain.losses import contrast
from albert_robust.pretrain.objectives import Batch, _same
from albert_robust.pretrain.sentences import Sentences, Tokens
from albert_robust.pretrain.team import Team

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


def test_pairs_that_share_a_text_are_no_contrast_to_each_other() -> None:
    assert float(contrast(SCORES, torch.ones(2, 2, dtype=torch.bool))[0]) == pytest.approx(0.0, abs=1e-6)


def test_pairs_share_a_text_if_either_side_is_equal() -> None:
    team, chance = Team(0, 1, torch.device("cpu")), torch.Generator()
    batch = Batch(np.arange(4), chance, 0)
    same = _same(sentences([[1, 11], [1, 12], [3, 12], [4, 14]]), batch, team)
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
