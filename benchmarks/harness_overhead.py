"""What the harness itself costs, with a model that costs nothing: JSON on stdout.

    python benchmarks/harness_overhead.py [--variants 10000 100000 1000000] [--peers FOLDER] [--rounds 3] [--check]

`scale`: sentences of 16 words, drawn as often as they occur in the English reviews of `suites/`, under ten edits; each size in
a process of its own. CPU microseconds a verdict, all in: the suite and its data read, perturbed with edits, asked, judged,
`outcomes.parquet` and `run.json` written. The imports, of perturbations too, are told apart (`startup`, CPU seconds). `ratio`
is the cost a verdict at the largest size to that at the smallest. `line` is fitted through all sizes: seconds that a run takes
whatever its size, and microseconds that each verdict adds; where time is linear, a verdict costs that at the largest size.
`--check` exits with 1 where a target is missed.

`beside`: a thousand of the sentences under five edits, with the same model, by this harness and by each peer that has a virtual
environment in FOLDER (`FOLDER/nlpaug`, run by `benchmarks/peers/nlpaug.py`): CPU seconds of its own process, the median of the
rounds, and the lowest and highest cost of a verdict. A peer without an environment is told as absent, one whose runner
fails as failed.

Other programs on the machine slow all of this down: `json_dumps`, the microseconds in which Python's json writes one small
value before and after a size, stands beside the figures.
"""

import argparse
import json
import os
import random
import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from statistics import linear_regression, median
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RUNNERS = ROOT / "benchmarks" / "peers"
WORDS = 16  # a sentence
TYPOS = ["typos.swap@2", "typos.delete@2", "typos.insert@2", "typos.keyboard@2", "typos.spacing@2"]
EDITS = [*TYPOS, "typos.swap@1", "typos.keyboard@1", "case.upper", "case.lower", "punctuation.strip_final"]
TARGETS = {"microseconds": 40, "peak_mb": 1500, "ratio": 1.2}
SUITE = """\
task: text-classification
model: {{python: "work:predict"}}
datasets:
  sentences: {{path: sentences.jsonl, language: en}}
checks:
  - expect: invariance
    perturbations: {edits}
    gates: ["consistency >= 0.1"]
"""
QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "OMP_NUM_THREADS": "1",
    "DEEPEVAL_TELEMETRY_OPT_OUT": "YES",
}


def sentences(count: int) -> list[str]:
    """Return distinct sentences; the shorter list begins the longer one."""
    rows = map(json.loads, (ROOT / "suites" / "reviews" / "train.jsonl").read_text(encoding="utf-8").splitlines())
    words = re.findall(r"[a-z][a-z'-]*", " ".join(row["text"].lower() for row in rows if row["language"] == "en"))
    rng = random.Random(0)
    found: dict[str, None] = {}
    while len(found) < count:
        found[" ".join(rng.choices(words, k=WORDS)).capitalize() + "."] = None
    return list(found)


def write(folder: Path, count: int, edits: list[str]) -> None:
    """Write what runners read: the sentences, the model, and a suite of both."""
    folder.mkdir(parents=True)
    rows = [{"id": f"s{place}", "text": text, "label": "even"} for place, text in enumerate(sentences(count))]
    (folder / "sentences.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "work.py").write_text((RUNNERS / "work.py").read_text())
    (folder / "overhead.robust.yaml").write_text(SUITE.format(edits=json.dumps(edits)))


def measured(python: Path, name: str, folder: Path) -> dict[str, Any]:
    """Return what a runner says of itself.

    Raises:
        CalledProcessError: It failed; its errors are on stderr.
    """
    own = python == Path(sys.executable)
    command = [python, "-P" if own else "-I", RUNNERS / f"{name}.py", folder]  # a peer sees its own packages alone
    done = subprocess.run(command, cwd=folder, env=os.environ | QUIET, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def pace() -> float:
    """Return the CPU microseconds in which json writes a small value."""
    value = {"output": "positive", "scores": {"negative": 0.123456, "positive": 0.876544}}
    started = time.process_time()
    for _ in range(20_000):
        json.dumps(value)
    return (time.process_time() - started) / 20_000 * 1e6


def scale(sizes: list[int], folder: Path) -> dict[str, Any]:
    """Return what a verdict costs at each size, and how that grows."""
    found = []
    for size in sizes:
        write(folder / str(size), size // len(EDITS), EDITS)
        paced, row = pace(), measured(Path(sys.executable), "ours", folder / str(size))
        row |= {"microseconds": row["seconds"] / row["verdicts"] * 1e6, "json_dumps": [paced, pace()]}
        found.append(row)
    slope, intercept = linear_regression([row["verdicts"] for row in found], [row["seconds"] for row in found])
    return {
        "sizes": found,
        "ratio": found[-1]["microseconds"] / found[0]["microseconds"],
        "line": {"seconds": intercept, "microseconds": slope * 1e6},
    }


def beside(peers: Path, count: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Return what this harness and each peer that is there take for the same work."""
    names = sorted(path.stem for path in RUNNERS.glob("*.py") if path.stem not in ("work", "ours"))
    pythons = {name: peers / name / "bin" / "python" for name in names}
    there = {"ours": Path(sys.executable)} | {name: python for name, python in pythons.items() if python.exists()}
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in there}
    for number in range(rounds):
        for name, python in there.items():
            write(folder / f"{name}-{number}", count, TYPOS)
            with suppress(subprocess.CalledProcessError):
                rows[name].append(measured(python, name, folder / f"{name}-{number}"))
    found = {name: _median(made) if len(made) == rounds else "failed" for name, made in rows.items()}
    return found | {name: "absent" for name in names if name not in there}


def _median(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the median of the rounds, with what a verdict costs."""
    costs = [row["seconds"] / row["verdicts"] * 1e6 for row in rows]
    middle = {name: median(row[name] for row in rows) for name in ("startup", "seconds", "verdicts")}
    return {"version": rows[0]["version"], **middle, "microseconds": median(costs), "range": [min(costs), max(costs)]}


def missed(found: dict[str, Any]) -> list[str]:
    """Return the targets that the scale misses."""
    largest = found["sizes"][-1]
    worst = {"microseconds": largest["microseconds"], "peak_mb": largest["peak_mb"], "ratio": found["ratio"]}
    return [name for name, target in TARGETS.items() if worst[name] > target]


def rounded(value: Any) -> Any:
    """Return a value with numbers as they are read."""
    if isinstance(value, dict):
        return {name: rounded(one) for name, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return round(value, 3) if isinstance(value, float) else value


def main() -> int:
    """Print the figures; with `--check`, 1 if one misses its target."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument(
        "--variants", type=int, nargs="*", default=[10_000, 100_000, 1_000_000], help="two sizes or more, or none"
    )
    made.add_argument("--peers", type=Path, help="a folder with a virtual environment a peer")
    made.add_argument("--sentences", type=int, default=1000, help="that the peers get")
    made.add_argument("--rounds", type=int, default=3, help="of the peers")
    made.add_argument("--check", action="store_true", help="exit with 1 where a target is missed")
    options = made.parse_args()
    found: dict[str, Any] = {"targets": TARGETS}
    with TemporaryDirectory() as folder:
        if options.variants:
            found["scale"] = scale(options.variants, Path(folder))
            found["missed"] = missed(found["scale"])
        if options.peers:
            found["beside"] = beside(options.peers.resolve(), options.sentences, options.rounds, Path(folder))
    print(json.dumps(rounded(found), indent=1))
    return int(options.check and bool(found.get("missed")))


if __name__ == "__main__":
    sys.exit(main())
