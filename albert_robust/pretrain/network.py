"""An ALBERT whose layer 0 is a free table of token vectors, long ones for words that say much.

ALBERT normalises its embeddings, so all would be equally long. Here every row ends with two numbers more, its sinks, that
give all rows the same mean and length: the normalisation then changes nothing, and the map behind it leaves the sinks out.
Positions are sines and cosines with their negatives, in numbers of their own, so they change neither mean nor length. They
are short: to the score a word is the same wherever it stands, and the layers above can still read where.
"""

import math

import torch
from torch import Tensor, nn
from transformers import AlbertConfig, AlbertForMaskedLM, PreTrainedTokenizerFast

from albert_robust.pretrain.recipe import ORDER, SINKS, Architecture

POSITION_LENGTH = 0.03  # of a position's vector, beside a token's
ROOM = 1.25  # a row is this much longer than the longest token vector
POSITION_GAIN = 10.0  # how much larger queries and keys see positions at first
LONGEST_PERIOD = 512.0


def new_model(architecture: Architecture, tokenizer: PreTrainedTokenizerFast) -> AlbertForMaskedLM:
    """Return an untrained ALBERT without token vectors, whose layers add nothing yet."""
    config = AlbertConfig(
        vocab_size=len(tokenizer),
        embedding_size=architecture.embedding + ORDER + SINKS,
        hidden_size=architecture.hidden,
        num_hidden_layers=architecture.layers,
        num_attention_heads=architecture.heads,
        intermediate_size=architecture.intermediate,
        hidden_act="gelu_pytorch_tanh",  # ALBERT's own `gelu_new` in one step: the same numbers, half as fast again
        max_position_embeddings=architecture.positions,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        classifier_dropout_prob=0.1,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.cls_token_id,
        eos_token_id=tokenizer.sep_token_id,
        labs_layer=architecture.layers if architecture.labs_layer is None else architecture.labs_layer,
    )
    model = AlbertForMaskedLM(config)
    width = architecture.embedding
    albert = model.albert
    with torch.no_grad():
        albert.embeddings.token_type_embeddings.weight.zero_()
        entry = albert.encoder.embedding_hidden_mapping_in
        entry.weight.zero_()
        entry.bias.zero_()
        entry.weight[: width + ORDER, : width + ORDER] = torch.eye(width + ORDER)
        for group in albert.encoder.albert_layer_groups:
            for layer in group.albert_layers:
                for last in (layer.attention.dense, layer.ffn_output):
                    last.weight.zero_()
                    last.bias.zero_()
                for reader in (layer.attention.query, layer.attention.key):
                    reader.weight[:, width : width + ORDER] *= POSITION_GAIN
    return model


def place(model: AlbertForMaskedLM, table: Tensor) -> None:
    """Make layer 0 of a model give these token vectors, shape (vocabulary, embedding).

    They are scaled to a median length of sqrt(embedding): layers above expect numbers of about 1.
    """
    width = table.shape[1]
    lengths = table.norm(dim=1)
    table = table * (math.sqrt(width) / lengths.median())
    positions = _positions(model.config.max_position_embeddings, POSITION_LENGTH * math.sqrt(width))
    radius = ROOM * float(table.norm(dim=1).max())
    sums = table.sum(dim=1)
    # sinks a, b with a + b = -sum and a^2 + b^2 = radius^2 - |vector|^2
    spread = ((radius**2 - table.norm(dim=1) ** 2) / 2 - sums**2 / 4).clamp(min=0).sqrt()
    sinks = torch.stack([-sums / 2 + spread, -sums / 2 - spread], dim=1)
    embeddings = model.albert.embeddings
    size = model.config.embedding_size
    deviation = math.sqrt((radius**2 + float(positions[0] @ positions[0])) / size)
    with torch.no_grad():
        embeddings.word_embeddings.weight.copy_(torch.cat([table, torch.zeros(len(table), ORDER), sinks], dim=1))
        embeddings.position_embeddings.weight.zero_()
        embeddings.position_embeddings.weight[:, width : width + ORDER] = positions
        embeddings.LayerNorm.weight.fill_(deviation)
        embeddings.LayerNorm.bias.zero_()


def layer_zero(model: AlbertForMaskedLM) -> Tensor:
    """Return the token vectors that `place` put there, shape (vocabulary, embedding)."""
    width = model.config.embedding_size - ORDER - SINKS
    table: Tensor = model.albert.embeddings.word_embeddings.weight.detach()[:, :width].clone()
    return table


def frozen_parameters(model: AlbertForMaskedLM) -> list[nn.Parameter]:
    """Return what layer 0 is made of."""
    return [*model.albert.embeddings.parameters(), *model.albert.encoder.embedding_hidden_mapping_in.parameters()]


def _positions(count: int, length: float) -> Tensor:
    """Return a vector a position, shape (count, ORDER), each of the same length and with sum 0."""
    waves = ORDER // 4
    periods = torch.logspace(math.log2(4), math.log2(LONGEST_PERIOD), waves, base=2)
    angles = 2 * math.pi * torch.arange(count)[:, None] / periods
    waved: Tensor = torch.cat([angles.sin(), -angles.sin(), angles.cos(), -angles.cos()], dim=1)
    return waved * (length / math.sqrt(2 * waves))
