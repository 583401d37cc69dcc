"""The whole of `albert-robust export`: an encoder's name in, a folder in another format out, compared before it is kept."""

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from albert_robust.atomic import whole
from albert_robust.errors import UsageError, need, writing
from albert_robust.exporting.checkpoint import WEIGHTS, load_checkpoint, save_checkpoint
from albert_robust.exporting.closeness import Closeness, closeness
from albert_robust.exporting.graph import GRAPH, TOLERANCE, Graph, save_graph
from albert_robust.exporting.source import Source, load_source
from albert_robust.scoring.load import encoder_path, load_encoder, read_encoder
from albert_robust.scoring.profile import FOLDER as PROFILE
from albert_robust.scoring.profile import load_profile

FileFormat = Literal["onnx", "safetensors"]
Precision = Literal["fp32", "fp16", "fp8", "int8"]
PRECISIONS: dict[str, tuple[str, ...]] = {"onnx": ("fp32", "int8"), "safetensors": ("fp32", "fp16", "fp8")}


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote, and how near it is to the encoder in float32.

    Attributes:
        folder: Where it is.
        file_format: `onnx` or `safetensors`.
        precision: Of the weights.
        layers: How many it has.
        megabytes: Size of the file of weights, in millions of bytes.
        closeness: Of its token vectors, computed in float32, to the encoder's.
        scores: Whether the encoder's profile lies in it, so that `score` can use it.
    """

    folder: Path
    file_format: FileFormat
    precision: Precision
    layers: int
    megabytes: float
    closeness: Closeness
    scores: bool


def export(
    encoder: str,
    folder: Path,
    file_format: FileFormat,
    precision: Precision = "fp32",
    layers: int | None = None,
    allow_network: bool = False,
) -> Exported:
    """Write an encoder to a folder in another format. The folder is written whole or not at all.

    Args:
        encoder: `builtin`, a checkpoint folder, or a hub name.
        folder: Where to; there is nothing in it yet.
        file_format: `onnx` for the hidden states of one layer, `safetensors` for a transformers checkpoint.
        precision: `fp32` in both; `int8` in ONNX; `fp16` and `fp8` in a checkpoint.
        layers: How deep. None for the layer that the score reads in ONNX, and for all layers in a checkpoint.
        allow_network: Whether a hub may be asked.

    Raises:
        UsageError: There is no such encoder, layer or precision, the folder is in use, the weights do not fit into the
            precision, or the exported graph computes other numbers.
        MissingExtraError: ONNX was asked for and is not installed.
    """
    _check(file_format, precision, folder)
    found = load_encoder(encoder, None, allow_network, "fp32")
    depth = layers if layers is not None else found.layer if file_format == "onnx" else found.layers
    source = load_source(found, depth, allow_network)
    target = folder.resolve()
    with writing(target, "name another folder"):
        target.parent.mkdir(parents=True, exist_ok=True)
    with whole(target) as part:
        part.mkdir()
        save = save_graph if file_format == "onnx" else save_checkpoint
        save(source, part, precision)
        near = _compared(source, part, file_format, precision)
        scores = file_format == "safetensors" and _take_profile(encoder, part)
        size = (part / (GRAPH if file_format == "onnx" else WEIGHTS)).stat().st_size
    return Exported(folder, file_format, precision, depth, size / 1e6, near, scores)


def _check(file_format: str, precision: str, folder: Path) -> None:
    """Raise where it is known before anything is loaded that this export cannot be."""
    if file_format not in get_args(FileFormat):
        raise UsageError(f"unknown format {file_format!r}: expected {' or '.join(get_args(FileFormat))}")
    if precision not in PRECISIONS[file_format]:
        raise UsageError(f"{file_format} has no {precision}: expected {' or '.join(PRECISIONS[file_format])}")
    if file_format == "onnx":
        for module in ("onnx", "onnxruntime"):
            need(module, "onnx", "an export to ONNX")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is in use: name a new or empty folder")


def _take_profile(encoder: str, part: Path) -> bool:
    """Copy the encoder's profile to an exported checkpoint; return whether there is one that fits what was exported."""
    folder = Path(encoder_path(encoder)) / PROFILE
    try:
        load_profile(folder).check(read_encoder(str(part), precision="fp32"))
    except UsageError:
        return False
    shutil.copytree(folder, part / PROFILE)
    return True


def _compared(source: Source, part: Path, file_format: FileFormat, precision: Precision) -> Closeness:
    """Read texts with what was written; float32 in ONNX must be the encoder's own numbers."""
    encoder = source.encoder
    written: Any
    if file_format == "onnx":
        written = Graph(part / GRAPH, encoder.model, encoder.layer)
    else:
        written = load_checkpoint(source, part)
    near = closeness(encoder, replace(encoder, model=written))
    if (file_format, precision) == ("onnx", "fp32") and not near.largest <= TOLERANCE * max(1.0, near.scale):
        allowed = f"expected at most {TOLERANCE:g}"
        raise UsageError(
            f"cannot export {encoder.name!r}: ONNX Runtime's numbers are {near.largest:.2g} off, {allowed}"
        )
    return near
