"""Guessing hidden tokens: a sample of the vocabulary stands for all of it, and an untrained head knows what is frequent."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AlbertForMaskedLM, PreTrainedTokenizerFast

from albert_robust.pretrain.attention import AttentionObjective
from albert_robust.pretrain.losses import OTHERS, sampled
from albert_robust.pretrain.network import new_model, place
from albert_robust.pretrain.objectives import Batch
from albert_robust.pretrain.pretrain import SENTENCES, pretrain
from albert_robust.pretrain.recipe import Architecture, Stage
from albert_robust.pretrain.sentences import Sentences, Tokens
from albert_robust.pretrain.team import Team

SHARES = torch.tensor([0.5, 0.3, 0.1, 0.06, 0.03, 0.01, *[0.0] * 24])
WORDS = ["red", "green", "blue", "black", "white"]
RECIPE = """\
name: tiny
text: {parallel: [pairs.tsv]}
tokenizer: {vocabulary: 300, max_lines: 400}
architecture: {embedding: 16, hidden: 32, heads: 2, intermediate: 32, layers: 2, positions: 64}
stages:
  - {train: vectors, epochs: 4, batch: 64}
  - {train: attention, epochs: 30, batch: 64, learning_rate: 0.01, masked_weight: 1, pooled_weight: 0}
"""


def chance(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_the_tokens_of_a_batch_are_always_among_the_sample_in_order() -> None:
    tokens, likely = sampled(torch.tensor([7, 2, 7, 29]), SHARES, chance(0))
    assert {2, 7, 29} <= set(tokens.tolist())
    assert tokens.tolist() == sorted(set(tokens.tolist()))
    assert tokens.shape == likely.shape


def test_a_sum_over_the_sample_is_the_sum_over_the_vocabulary_in_the_mean() -> None:
    values = torch.arange(1.0, 31.0)
    sums = []
    for seed in range(4000):
        read = torch.multinomial(SHARES, 6, replacement=True, generator=chance(seed))
        tokens, likely = sampled(read, SHARES, chance(10_000 + seed))
        sums.append(float((values[tokens] / likely).sum()))
    assert np.mean(sums) == pytest.approx(float(values.sum()), rel=0.02)


def test_a_token_that_no_text_has_is_drawn_as_often_as_others_are() -> None:
    tokens, likely = sampled(torch.tensor([0]), SHARES, chance(1))
    unread = likely[tokens >= 6]
    assert torch.allclose(unread, torch.full_like(unread, OTHERS))


def test_a_language_that_is_drawn_less_often_has_a_smaller_share_of_the_tokens() -> None:
    side = Tokens(np.array([1, 1, 1, 2], dtype=np.int32), np.arange(5))
    languages = np.array([[0, 1], [0, 1], [0, 1], [0, 2]], dtype=np.int32)
    sentences = Sentences((side, side), languages, np.arange(8).reshape(4, 2), np.zeros(4, dtype=bool))
    assert sentences.token_shares(4, 1.0)[[1, 2]] == pytest.approx([0.75, 0.25], abs=0.03)
    assert sentences.token_shares(4, 0.0)[[1, 2]] == pytest.approx([0.5, 0.5], abs=0.03)
    assert sentences.token_shares(4, 0.5).min() > 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run on texts whose second half repeats the first one."""
    home = tmp_path_factory.mktemp("guessing")
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(WORDS, 3)) for _ in range(400)]
    rows = [f"en\tde\t{text} and {text}\t{text} und {text}" for text in texts]
    (home / "pairs.tsv").write_text("\n".join(rows) + "\n")
    (home / "recipe.yaml").write_text(RECIPE)
    pretrain(home / "recipe.yaml", home / "out", threads=1)
    return home / "out"


def objective(folder: Path, *, anew: bool) -> tuple[AttentionObjective, AlbertForMaskedLM]:
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder / "tokenizer")
    model = new_model(Architecture(embedding=16, hidden=32, heads=2, layers=2, positions=64), tokenizer)
    place(model, torch.randn(len(tokenizer), 16, generator=chance(0)))
    stage = Stage(train="attention", masked_weight=1.0)
    team = Team(0, 1, torch.device("cpu"))
    return AttentionObjective(model, tokenizer, Sentences.load(folder / SENTENCES), stage, team, anew=anew), model


def test_an_untrained_head_guesses_what_is_frequent(folder: Path) -> None:
    made, model = objective(folder, anew=True)
    with torch.no_grad():
        logits = model(input_ids=torch.full((1, 8), made.mask_id)).logits[0, 1]
    frequency = made.shares.log()
    assert float(torch.corrcoef(torch.stack([logits, frequency]))[0, 1]) > 0.5


def test_a_head_that_has_learnt_is_left_as_it_is(folder: Path) -> None:
    _, model = objective(folder, anew=False)
    assert not model.predictions.bias.detach().any()


def test_special_tokens_are_never_guessed(folder: Path) -> None:
    made, _ = objective(folder, anew=True)
    text = made._padded(made.sentences.sides, np.arange(8))
    ends = torch.isin(text.ids, torch.tensor(made.ends))
    assert not made._words(text)[ends].any()
    assert made._words(text).sum() == text.mask.sum() - ends[text.mask].sum()


def test_chance_draws_another_sample_each_step(folder: Path) -> None:
    made, _ = objective(folder, anew=True)
    losses = [float(made._masked(Batch(np.arange(32), chance(seed), 0), 2).detach()) for seed in (0, 0, 1)]
    assert losses[0] == losses[1] != losses[2]


def test_hidden_words_are_guessed_by_what_is_beside_them(folder: Path) -> None:
    """Each word is there twice, so what is hidden stands elsewhere; without looking, one of five would be as good as it gets."""
    lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert set(lines[-1]["losses"]) == {"masked"}
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    model = AlbertForMaskedLM.from_pretrained(folder).eval()
    found = []
    for word in WORDS:
        ids = tokenizer(f"{word} {word} {word} and {word} {word} {word}", return_tensors="pt")["input_ids"]
        place_of = int((ids[0] == tokenizer(word)["input_ids"][1]).nonzero()[1])
        gold = int(ids[0, place_of])
        ids[0, place_of] = tokenizer.mask_token_id
        found.append(int(model(input_ids=ids).logits[0, place_of].argmax()) == gold)
    assert all(found)
