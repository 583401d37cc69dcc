"""What an encoder costs and keeps in each format and precision, at each depth, side by side in one run. Prints JSON.

Usage: python benchmarks/encoder_formats.py [--encoder builtin] [--layers 0 2 6] [--threads 1] [--rounds 5]
           [--processor-time] [--data EVAL [--pairs 200]] [--table]

Every way reads the same sentences of 20 words, batched as the score batches them, in turn every round, and the fastest
round counts; on a machine that others use, with one thread, `--processor-time` measures better than the clock. Token ids are
made before, and `tokenised_a_second` says what that costs. Cosines are of token vectors with those of torch in float32, on
texts of the built-in suites in all their languages. Sizes are of the file of weights. The ways:

    torch fp32     as the score loads it from a float32 checkpoint
    torch bf16     where the processor multiplies bfloat16 itself
    torch int8     torch's dynamic quantisation of the linear layers, where this torch still has it; its size is the state's
    onnx fp32      ONNX Runtime
    onnx int8      with ONNX Runtime's dynamic quantisation
    fp16, fp8      safetensors, read and computed in float32
    fp16 in fp16   safetensors, computed in float16

What ONNX Runtime gains in float32 over an encoder with the activation `gelu_new` is mostly that one: torch computes it in seven
steps, and `gelu_pytorch_tanh`, the same function, in one.
"""

import argparse
import io
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from labs import measures
from labs.data import Sets
from labs.texts import tatoeba as tatoeba_pairs
from labs_speed import native_bf16

from albert_robust.builtin import builtin
from albert_robust.exporting.closeness import PROBE, closeness
from albert_robust.exporting.export import Exported, FileFormat, Precision, export
from albert_robust.exporting.graph import GRAPH, Graph
from albert_robust.scoring.encoder import Encoder
from albert_robust.scoring.linear import pack
from albert_robust.scoring.load import EMBEDDED, load_encoder

WORDS = 20
INT8 = ("torch int8", "onnx int8")
FP32 = ("torch fp32", "onnx fp32")
ONNX: tuple[Precision, ...] = ("fp32", "int8")
STORED: tuple[Precision, ...] = ("fp16", "fp8")
Way = tuple[Encoder, float]  # what reads, and its megabytes


def suite_texts() -> dict[str, list[str]]:
    """Return the review texts of the built-in suites by language."""
    texts: dict[str, list[str]] = {}
    for path in sorted(builtin("suites").glob("reviews/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            texts.setdefault(row.get("language", "en"), []).append(row["text"])
    return texts


def sentences(count: int) -> list[str]:
    """Return distinct English sentences of 20 words."""
    words = [word for text in suite_texts()["en"] for word in text.split()]
    rng = random.Random(0)
    return [f"{number} " + " ".join(rng.choices(words, k=WORDS - 1)) for number in range(count)]


def compared_texts(each: int = 40) -> list[str]:
    """Return texts in several languages whose token vectors are compared."""
    return [*PROBE, *(text for texts in suite_texts().values() for text in texts[:each])]


def ways(found: Encoder, layers: int, folder: Path, threads: int) -> Iterator[tuple[str, Way]]:
    """Yield every way that this machine has to read at a depth."""

    def made(file_format: FileFormat, precision: Precision) -> Exported:
        return export(found.name, folder / f"{file_format}-{precision}", file_format, precision, layers)

    def loaded(where: Exported, dtype: torch.dtype) -> Any:
        kind = type(found.model)
        return kind.from_pretrained(where.folder, dtype=dtype, local_files_only=True).eval()

    def way(model: Any, megabytes: float) -> Way:
        return replace(found, model=model, layer=layers), megabytes

    full = made("safetensors", "fp32")
    fast = loaded(full, torch.float32)
    pack(fast)
    yield "torch fp32", way(fast, full.megabytes)
    if native_bf16():
        yield "torch bf16", way(loaded(full, torch.bfloat16), full.megabytes / 2)
    if (small := torch_int8(loaded(full, torch.float32))) is not None:
        yield "torch int8", way(small, state_megabytes(small))
    for precision in ONNX:
        graph = made("onnx", precision)
        model = Graph(graph.folder / GRAPH, fast, layers, threads)
        yield f"onnx {precision}", way(model, graph.megabytes)
    for precision in STORED:
        stored = made("safetensors", precision)
        wide = loaded(stored, torch.float32)
        pack(wide)
        yield precision, way(wide, stored.megabytes)
        if precision == "fp16":
            yield "fp16 in fp16", way(loaded(stored, torch.float16), stored.megabytes)


def torch_int8(model: Any) -> Any:
    """Return a model with dynamically quantised linear layers; None where torch has dropped them."""
    quantise = getattr(torch.ao.quantization, "quantize_dynamic", None)
    return None if quantise is None else quantise(model, {torch.nn.Linear}, dtype=torch.qint8)


def state_megabytes(model: Any) -> float:
    """Return what a model's weights take when torch saves them, the pooler left out."""
    state = {key: value for key, value in model.state_dict().items() if not key.startswith("pooler.")}
    file = io.BytesIO()
    torch.save(state, file)
    return len(file.getvalue()) / 1e6


def tatoeba(encoder: Encoder, pairs: dict[str, list[tuple[str, str]]]) -> float:
    """Return the mean share of sentences whose translation is nearest, both directions, over languages."""
    shares = [
        measures.retrieval(*(encoder.embed(list(side)) for side in zip(*found, strict=True)))
        for found in pairs.values()
    ]
    return float(np.mean(shares))


def at_depth(found: Encoder, layers: int, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """Return what every way costs and keeps at one depth."""
    texts, compared = sentences(options.sentences), compared_texts()
    ids = found.ids(texts)
    with TemporaryDirectory() as folder:
        every = dict(ways(found, layers, Path(folder), options.threads))
        seconds = fastest(
            {name: partial(read, one, ids) for name, (one, _) in every.items()}, options.rounds, options.clock
        )
        plain = every["torch fp32"][0]
        rows: dict[str, dict[str, float]] = {}
        for name, (one, megabytes) in every.items():
            near = closeness(plain, one, compared)
            rows[name] = {
                "megabytes": round(megabytes, 2),
                "sentences_a_second": round(len(ids) / seconds[name], 1),
                "mean_cosine": round(near.mean, 6),
                "worst_cosine": round(near.worst, 6),
            }
            if options.data:
                rows[name]["tatoeba"] = round(tatoeba(one, options.tatoeba_pairs), 4)
    return rows


def fastest(ways: dict[str, Callable[[], None]], rounds: int, clock: Callable[[], float]) -> dict[str, float]:
    """Return the least seconds of each way, all ways in turn every round, after one round that is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            started = clock()
            way()
            if turn:
                seconds[name].append(clock() - started)
    return {name: min(found) for name, found in seconds.items()}


def read(encoder: Encoder, ids: Sequence[Sequence[int]]) -> None:
    """Run an encoder over token ids and drop what it gives."""
    for _ in encoder.read(ids):
        pass


def verdict(rows: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Return which int8 is the faster, and what it gains and loses against the faster float32."""
    speed = {name: row["sentences_a_second"] for name, row in rows.items()}
    best, plain = (max((name for name in names if name in rows), key=speed.__getitem__) for names in (INT8, FP32))
    found: dict[str, Any] = {
        "faster_int8": best,
        "faster_fp32": plain,
        "int8_speed": round(speed[best] / speed[plain], 2),
        "int8_size": round(rows[best]["megabytes"] / rows[plain]["megabytes"], 2),
        "int8_worst_cosine": rows[best]["worst_cosine"],
    }
    if "tatoeba" in rows[best]:
        found["int8_tatoeba_lost"] = round(rows[plain]["tatoeba"] - rows[best]["tatoeba"], 4)
    return found


def tokenised_a_second(found: Encoder, count: int, clock: Callable[[], float]) -> float:
    """Return sentences of 20 words that are split into tokens a second."""
    texts = sentences(count)
    started = clock()
    found.ids(texts)
    return round(count / (clock() - started), 1)


def table(depths: dict[str, Any]) -> str:
    """Return the numbers of all depths as lines of text."""
    head = ("layers", "way", "MB", "sentences/s", "mean cosine", "worst", "Tatoeba")
    lines = ["{:>6}  {:<13}{:>7}{:>13}{:>13}{:>9}{:>9}".format(*head)]
    for layers, depth in depths.items():
        for name, row in depth["ways"].items():
            cells = (f"{row['megabytes']:.1f}", row["sentences_a_second"], row["mean_cosine"], row["worst_cosine"])
            end = f"{row['tatoeba']:.3f}" if "tatoeba" in row else "-"
            lines.append(
                f"{layers:>6}  {name:<13}{cells[0]:>7}{cells[1]:>13.0f}{cells[2]:>13.5f}{cells[3]:>9.4f}{end:>9}"
            )
        lines.append(f"{layers:>6}  " + ", ".join(f"{name} {value}" for name, value in depth["verdict"].items()))
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", default=EMBEDDED)
    parser.add_argument("--layers", type=int, nargs="*", help="depths (default: all that the encoder was trained with)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sentences", type=int, default=1000)
    parser.add_argument("--data", type=Path, help="folder of the evaluation sets: Tatoeba is measured")
    parser.add_argument("--pairs", type=int, help="of each language (default: all); the fewer, the easier")
    parser.add_argument("--processor-time", action="store_true", help="of this process, not the clock's")
    parser.add_argument("--table", action="store_true", help="print a table instead")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.clock = time.process_time if options.processor_time else time.perf_counter
    found = load_encoder(options.encoder, precision="fp32")
    if options.data:
        options.tatoeba_pairs = {
            language: found[: options.pairs] for language, found in tatoeba_pairs(Sets(options.data)).items()
        }
    depths = {}
    for layers in range(found.layers + 1) if options.layers is None else options.layers:
        rows = at_depth(found, layers, options)
        depths[str(layers)] = {"ways": rows, "verdict": verdict(rows)}
    machine = {
        "encoder": found.name,
        "threads": options.threads,
        "capability": torch.backends.cpu.get_cpu_capability(),
        "native_bf16": native_bf16(),
        "tokenised_a_second": tokenised_a_second(found, options.sentences, options.clock),
    }
    if options.table:
        print(" ".join(f"{name} {value}" for name, value in machine.items()))
        print(table(depths))
    else:
        print(json.dumps({**machine, "layers": depths}, indent=1))


if __name__ == "__main__":
    main()
