"""The encoder that is exported: whole weights in float32 on the processor, at the depth that was asked for."""

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from albert_robust.errors import UsageError
from albert_robust.scoring.encoder import Encoder
from albert_robust.scoring.load import NEED_A_LAYER, encoder_path


@dataclass(frozen=True, slots=True)
class Source:
    """An encoder to export. Make it with `load_source`.

    Attributes:
        encoder: Reads at the layer that is exported, the last that its model has.
        drawn: Keys of weights that the checkpoint lacks (a pooler's): transformers drew them, so they are not exported.
    """

    encoder: Encoder
    drawn: frozenset[str]


def load_source(found: Encoder, layers: int, allow_network: bool = False) -> Source:
    """Return an encoder with so many layers.

    It is loaded anew: the one that `load_encoder` keeps has packed layers, which no exporter can follow.

    Args:
        found: What `load_encoder` gave, at any layer.
        layers: From 0 to the encoder's own; more where all its layers are one, as an ALBERT's are.
        allow_network: Whether a hub may be asked.

    Raises:
        UsageError: The encoder has no such layer, or transformers cannot make it so deep.
    """
    if layers < 0 or (layers > found.layers and not shares_its_layers(found.model.config)):
        raise UsageError(f"encoder {found.name!r} has layers 0 to {found.layers}, got {layers}")
    try:
        model, loading = type(found.model).from_pretrained(
            encoder_path(found.name),
            config=at_depth(found.model.config, layers),
            use_safetensors=True,
            dtype="float32",
            attn_implementation="eager",  # the others export to larger graphs
            output_loading_info=True,
            local_files_only=not allow_network,
            trust_remote_code=False,
        )
    except Exception as error:  # it was loaded before: what fails now is its depth (ModernBERT's without a layer)
        raise UsageError(f"cannot load the encoder {found.name!r} with {layers} layers: {error}") from error
    encoder = replace(found, model=model.eval(), layer=layers, precision="fp32")
    return Source(encoder, frozenset(loading["missing_keys"]))


def shares_its_layers(config: Any) -> bool:
    """Return whether every layer has the same weights, so that a model may be deeper than it was trained."""
    return bool(config.model_type == "albert" and config.num_hidden_groups == 1)


def at_depth(config: Any, layers: int) -> Any:
    """Return a copy of a configuration with so many layers, of which the score reads none that is not there."""
    changed = deepcopy(config)
    changed.num_hidden_layers = max(layers, 1) if config.model_type in NEED_A_LAYER else layers
    if getattr(config, "layer_types", None):  # one entry a layer
        changed.layer_types = config.layer_types[:layers]
    if hasattr(config, "labs_layer"):
        changed.labs_layer = min(config.labs_layer, layers)
    return changed
