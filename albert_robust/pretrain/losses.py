"""What training makes small.

pooled: in-batch contrast (InfoNCE; van den Oord et al., 2018, arXiv:1807.03748) of texts and their translations; the texts of
its own side may be others to a text, too, as in SimCLR (Chen et al., 2020, arXiv:2002.05709).
aligned: the same with the similarity that LABS reads, each token with its best of the other text (late interaction; Khattab
and Zaharia, 2020, arXiv:2004.12832), weighted by vector length: tokens learn to align.
masked: a hidden token is guessed among a sample of the vocabulary that stands for all of it.
"""

import torch
from torch import Tensor
from torch.nn import functional

OTHERS = 0.1  # of the vocabulary, that a hidden token is told from beside the tokens of its batch
SCALE = 20.0  # 1 / temperature of the contrastive softmax, as in sentence-transformers' multilingual recipes


def contrast(
    scores: Tensor,
    same: Tensor,
    *,
    scale: float = SCALE,
    margin: float = 0.0,
    beside: tuple[Tensor, Tensor] | None = None,
    soft: Tensor | None = None,
    weight: float = 0.0,
) -> tuple[Tensor, float]:
    """Return the symmetric InfoNCE loss of a batch, and the share of rows that find their translation.

    Args:
        scores: Similarities of all texts and all translations, in [-1, 1], shape (batch, batch).
        same: Pairs that share a text, shape (batch, batch): no contrast to each other.
        scale: 1 / temperature of the softmax. The larger, the more only the most similar of the others count.
        margin: By how much a translation has to be nearer than the others (Yang et al., 2019, arXiv:1902.08564).
        beside: Similarities of the texts among themselves and of the translations, each of shape (batch, batch), where a text
            is told from those of its own side too; or None.
        soft: Likeness of the texts as a teacher sees it, shape (batch, batch), rows sum to 1; or None.
        weight: What share of the target is the teacher's.
    """
    own_pair = torch.eye(len(scores), dtype=torch.bool, device=scores.device)
    found = scores.argmax(dim=1) == torch.arange(len(scores), device=scores.device)
    scores = scale * (scores.float() - margin * own_pair)
    # exp(scale) is far from overflow, so one table of exponentials serves both directions.
    chances = scores.exp().masked_fill(same & ~own_pair, 0.0)
    sums = [chances.sum(dim=1), chances.sum(dim=0)]
    if beside is not None:
        others = [(scale * side.float()).exp().masked_fill(same, 0.0).sum(dim=1) for side in beside]
        sums = [across + own for across, own in zip(sums, others, strict=True)]
    spread = (sums[0].log() + sums[1].log()).mean() / 2
    own = scores.diagonal().mean()
    if soft is not None:
        taught = ((soft + soft.T) / 2 * scores).sum(dim=1).mean()
        own = (1 - weight) * own + weight * taught
    return spread - own, float(found.float().mean())


def cosines(left: Tensor, right: Tensor) -> Tensor:
    """Return the cosine of every row of one side with every row of the other, shape (left, right)."""
    return functional.normalize(left, dim=1) @ functional.normalize(right, dim=1).T


def alignments(left: Tensor, left_mask: Tensor, right: Tensor, right_mask: Tensor) -> Tensor:
    """Return the mean of precision and recall of every text of one side with every text of the other.

    Args:
        left: Token vectors, shape (texts, tokens, width).
        left_mask: Which of them are there, shape (texts, tokens).
        right: As `left`, of the other side.
        right_mask: As `left_mask`.

    Returns:
        Shape (left texts, right texts).
    """
    (a, rows, width), (b, columns, _) = left.shape, right.shape
    flat = [functional.normalize(side.reshape(-1, width), dim=1) for side in (left, right)]
    scores = (flat[0] @ flat[1].T).view(a, rows, b, columns)
    precision = scores.masked_fill(~right_mask[None, None], -1).amax(dim=3)
    recall = scores.masked_fill(~left_mask[:, :, None, None], -1).amax(dim=1)
    of_left, of_right = _shares(left, left_mask), _shares(right, right_mask)
    return ((precision * of_left[:, :, None]).sum(dim=1) + (recall * of_right[None]).sum(dim=2)) / 2


def sampled(read: Tensor, shares: Tensor, chance: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return tokens that stand for the whole vocabulary, in order, and how likely each was to be among them.

    They are those that a batch reads and a tenth of the others. A sum over them in which each counts 1 / likelihood is the
    sum over all tokens in the mean (Horvitz and Thompson, 1952), so a softmax over a tenth of the vocabulary can train one
    over all of it (importance sampling: Bengio and Senecal, 2008).

    Args:
        read: The tokens of a batch, shape (tokens,).
        shares: How much of all text each token makes up, shape (vocabulary,).
        chance: Where chance comes from.

    Returns:
        Token ids and likelihoods, each of shape (sampled,).
    """
    drawn = torch.rand(len(shares), generator=chance) < OTHERS
    tokens = torch.unique(torch.cat([read, drawn.nonzero()[:, 0].to(read.device)]))
    unread = torch.exp(-shares[tokens] * len(read))
    return tokens, 1 - (1 - OTHERS) * unread


def likeness(vectors: Tensor) -> Tensor:
    """Return how a teacher that gives texts these vectors would spread its choice, shape (batch, batch)."""
    return (SCALE * cosines(vectors, vectors)).softmax(dim=1)


def _shares(vectors: Tensor, mask: Tensor) -> Tensor:
    """Return each token's weight in its text, shape (texts, tokens): the length of its vector as a share."""
    lengths: Tensor = vectors.norm(dim=2) * mask
    return lengths / lengths.sum(dim=1, keepdim=True).clamp(min=1e-6)
