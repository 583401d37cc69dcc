"""The ONNX export: token ids and attention mask in, the hidden states of one layer out, for batches and texts of any length.

It goes through torch's TorchScript exporter, which needs `onnx` alone; the newer one needs onnxscript. In int8 the table of
words is in bytes, a scale a row, and matrices are by ONNX Runtime's dynamic quantisation: weights in unsigned bytes, a scale
an output channel, activations quantised as they come. On processors without VNNI signed bytes overflow in between: at the
same speed the embedded encoder's token vectors were half as near to float32 (1 - cosine 0.0019 for its products of matrices,
with unsigned bytes 0.0010).
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from albert_robust.errors import UsageError
from albert_robust.exporting.source import Source
from albert_robust.foreign import first_line

GRAPH = "model.onnx"
INPUTS, OUTPUT = ("input_ids", "attention_mask"), "hidden_states"
OPSET = 17  # the first with LayerNormalization
LARGE = 8.0  # times the median size of a table's columns
TOLERANCE = 1e-4  # of ONNX Runtime's numbers from torch's, as a share of the largest where that is above 1


def save_graph(source: Source, folder: Path, precision: str) -> None:
    """Write the graph, the tokenizer and the configuration to a folder.

    The hidden states of padding are zeros.

    Args:
        source: What is exported.
        folder: Where to; it exists.
        precision: `fp32` or `int8`.

    Raises:
        UsageError: The architecture has something that the exporter cannot write.
    """
    encoder = source.encoder
    ids = torch.tensor([encoder.ids(["two rows"])[0]] * 2)
    mask = torch.ones_like(ids)
    mask[1, -1] = 0
    axes = {name: {0: "batch", 1: "length"} for name in (*INPUTS, OUTPUT)}
    model = encoder.model if precision == "fp32" else _with_small_table(encoder.model)
    whole = folder / "fp32.onnx"
    try:
        with _quiet(), torch.inference_mode():
            torch.onnx.export(
                _States(model, encoder.layer).eval(),
                (ids, mask),
                whole,
                input_names=list(INPUTS),
                output_names=[OUTPUT],
                dynamic_axes=axes,
                opset_version=OPSET,
                dynamo=False,
            )
    except Exception as error:  # what the exporter raises has no common type
        raise UsageError(f"cannot export the encoder {encoder.name!r} to ONNX: {first_line(error)}") from error
    if precision == "int8":
        _quantise(whole, folder / GRAPH)
        whole.unlink()
    else:
        whole.replace(folder / GRAPH)
    encoder.model.config.save_pretrained(folder)
    encoder.tokenizer.save_pretrained(folder)


class Graph:
    """A graph in the place of an encoder's model: `replace(encoder, model=Graph(...))` reads texts with ONNX Runtime.

    Args:
        path: The graph, as `save_graph` writes it.
        encoder_model: The model that it was made from; its limits are asked for.
        layer: The layer that the graph ends with.
        threads: Processor threads; None for torch's number.
    """

    device = torch.device("cpu")

    def __init__(self, path: Path, encoder_model: Any, layer: int, threads: int | None = None) -> None:
        import onnxruntime

        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = threads or torch.get_num_threads()
        self.session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
        self.embeddings = getattr(encoder_model, "embeddings", None)
        self.config = deepcopy(encoder_model.config)
        self.config.num_hidden_layers = layer

    def __call__(self, *, input_ids: torch.Tensor, attention_mask: torch.Tensor | None, **_: Any) -> SimpleNamespace:
        """Return the hidden states as a transformers model does."""
        mask = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        feed = {name: value.numpy() for name, value in zip(INPUTS, (input_ids, mask), strict=True)}
        return SimpleNamespace(last_hidden_state=torch.from_numpy(self.session.run([OUTPUT], feed)[0]))


class _States(torch.nn.Module):
    """A model that gives the hidden states of one layer, and zeros for padding: so layer 0 needs its mask, too."""

    def __init__(self, model: Any, layer: int) -> None:
        super().__init__()
        self.model, self.layer = model, layer

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        above = self.model.config.num_hidden_layers > self.layer
        output = self.model(input_ids=ids, attention_mask=mask, output_hidden_states=above)
        states: torch.Tensor = output.hidden_states[self.layer] if above else output.last_hidden_state
        return states * mask.unsqueeze(-1).to(states.dtype)


class _SmallTable(torch.nn.Module):
    """A table of words in signed bytes, a scale a row: a common word's vector may be a fiftieth as long as a rare one's.

    Columns of much larger numbers than the others' would take all of the scale, and stay as they are (Dettmers et al., 2022,
    arXiv:2208.07339).
    """

    bytes: torch.Tensor
    scale: torch.Tensor
    large: torch.Tensor
    order: torch.Tensor

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        sizes = weight.square().mean(dim=0).sqrt()
        large = sizes > LARGE * sizes.median()
        rest = weight[:, ~large]
        scale = rest.abs().amax(dim=1, keepdim=True).clamp(min=torch.finfo(weight.dtype).tiny) / 127
        self.register_buffer("bytes", (rest / scale).round().to(torch.int8))
        self.register_buffer("scale", scale)
        self.register_buffer("large", weight[:, large])
        self.register_buffer("order", torch.cat([(~large).nonzero(), large.nonzero()]).flatten().argsort())

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        rows = torch.cat([self.bytes[ids] * self.scale[ids], self.large[ids]], dim=-1)
        return rows[..., self.order]


def _with_small_table(model: Any) -> Any:
    """Return a copy of a model with its table of words in bytes."""
    small = deepcopy(model)
    small.set_input_embeddings(_SmallTable(model.get_input_embeddings().weight.detach()))
    return small


def _quantise(whole: Path, path: Path) -> None:
    """Write a graph with its matrices in bytes, but for those that read the table of words, large columns and all."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    names = [node.name for node in onnx.load(whole, load_external_data=False).graph.node]
    reading = [name for name in names if "embedding" in name]
    kinds = {"op_types_to_quantize": ["MatMul"], "nodes_to_exclude": reading}
    with _quiet():
        quantize_dynamic(whole, path, weight_type=QuantType.QUInt8, per_channel=True, **kinds)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep back what the exporters advise their own authors: tracing and deprecation, a step before quantisation."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
