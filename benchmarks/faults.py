"""What faults do to a run: it is killed, the disk is full, the cache is damaged, the clock jumps. What is lost, and what is told?

    python benchmarks/faults.py [--kills 50] [--examples 300] [--seed 0] [--check]

A suite of four perturbations asks a Python model that answers one input a call, takes a millisecond for it, and logs what it is
asked. pytest runs it in a process of its own. `kills` are by SIGKILL, at moments drawn over the time that an undisturbed run
takes, from its start to its report; the run is then begun again and goes to its end. It has to leave the very bytes that the
undisturbed run left (of run.json all but environment and cost), and may ask again only for what no commit had kept when the kill
came: `asked_twice` counts those inputs, kill by kill; `committed_asked_again` has to be 0.

The other faults are one run each, `then_asked` is what a run after it asks. `--check` exits with 1 where a run is not as it has
to be: other verdicts, a traceback, more than one line about the fault, an answer that was lost.
"""

import argparse
import ctypes
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from albert_robust.asking.cache import FILE, Cache
from albert_robust.asking.workspace import Workspace
from albert_robust.exchange import questions
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite

SUITE = """
task: text-classification
model: {python: "model:predict", version: "1", batch: 1}
datasets: {towns: {path: towns.jsonl, language: en}}
checks:
  - expect: invariance
    perturbations: [typos.swap, typos.delete, paraphrase.filler, case.upper]
    gates: [consistency >= 0.7]
"""
MODEL = """
import json, os, time
from pathlib import Path

def predict(batch):
    time.sleep(0.001)
    with Path(os.environ["ASKED"]).open("a") as log:
        log.writelines(json.dumps(one["text"]) + "\\n" for one in batch)
    return ["loud" if one["text"].isupper() else "calm" for one in batch]
"""
CONFTEST = """
import os, resource, time
from random import Random
import pytest

FAULT = os.environ.get("FAULT")

def no_more_than(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

def pytest_configure(config):
    from albert_robust.results.outcomes import OutcomeWriter

    if FAULT == "full disk: cache":
        no_more_than(100_000)
    if FAULT == "full disk: outcomes":
        end = OutcomeWriter.__exit__
        OutcomeWriter.__exit__ = lambda *arguments: (no_more_than(1000), end(*arguments))[1]
    if FAULT == "a clock that jumps":
        real, random = time.time, Random(0)
        time.time = lambda: real() + random.choice([-1, 0, 1]) * random.choice([60, 86_400, 10**9])

@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    if FAULT == "full disk: run folder":
        no_more_than(1000)
"""
REPORT, WORKSPACE, LOG = "robustness-report", ".albert_robust", "asked.jsonl"
OUTCOMES = "outcomes.parquet"
DROP, MAY_WRITE_ANYWHERE = 24, 1  # PR_CAPBSET_DROP of prctl(2), CAP_DAC_OVERRIDE of capabilities(7)


def without_privileges() -> None:
    """Let root, too, write only where modes allow it."""
    ctypes.CDLL(None).prctl(DROP, MAY_WRITE_ANYWHERE, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that came to its end."""

    code: int
    text: str


class Bench:
    """A folder with a suite, in which runs begin as if there had been none before, or go on."""

    def __init__(self, folder: Path, examples: int) -> None:
        self.folder, self.asked_in = folder / "suite", folder / LOG
        self.folder.mkdir()
        rows = ({"id": f"r{n}", "text": f"the weather in town {n} was lovely, number {n}"} for n in range(examples))
        contents = {"towns.jsonl": "".join(json.dumps(row) + "\n" for row in rows), "model.py": MODEL}
        contents |= {"suite.robust.yaml": SUITE, "conftest.py": CONFTEST}
        for name, text in contents.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        self.environment = {**os.environ, "ASKED": str(self.asked_in), "PYTHONDONTWRITEBYTECODE": "1"}

    def begin_anew(self) -> None:
        """Forget all runs."""
        for name in (REPORT, WORKSPACE):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        self.asked_in.write_text("")

    def start(self, fault: str = "", **options: Any) -> subprocess.Popen[str]:
        """Start a run."""
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
        environment = {**self.environment, "FAULT": fault}
        pipe, both = subprocess.PIPE, subprocess.STDOUT
        return subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=pipe, stderr=both, text=True, **options
        )

    def run(self, fault: str = "", **options: Any) -> Ended:
        """Run to the end."""
        process = self.start(fault, **options)
        text = process.communicate(timeout=600)[0]
        return Ended(process.returncode, text)

    def asked(self, skip: int = 0) -> list[str]:
        """Return the texts that the model was asked for, but the first few."""
        return [json.loads(line) for line in self.asked_in.read_text(encoding="utf-8").splitlines()[skip:]]

    def left(self) -> tuple[bytes, Mapping[str, Any]]:
        """Return the outcomes of the last run, and its verdicts."""
        run = json.loads((self.folder / REPORT / "run.json").read_text(encoding="utf-8"))
        kept = {name: value for name, value in run.items() if name not in {"environment", "cost"}}
        return (self.folder / REPORT / OUTCOMES).read_bytes(), kept

    def names(self) -> dict[str, str]:
        """Return the text of each input by the name under which its answer is kept."""
        with TemporaryDirectory() as folder:
            workspace = Workspace(Path(folder), "none")
            cells = plan(load_suite(self.folder / "suite.robust.yaml")).cells
            found = {question.name: question.inputs["text"] for question in questions(cells, workspace)}
            workspace.cache.close()
        return found

    def committed(self, names: Mapping[str, str]) -> set[str]:
        """Return the texts whose answers are kept. A copy of the cache is read, so that nothing is mended here."""
        if not (self.folder / WORKSPACE / FILE).exists():
            return set()
        with TemporaryDirectory() as folder:
            copy = shutil.copytree(self.folder / WORKSPACE, Path(folder) / "copy")
            cache = Cache(copy / FILE)
            kept = {names[name] for name in cache.get(list(names))}
            cache.close()
        return kept


def kills(bench: Bench, moments: Sequence[float]) -> dict[str, Any]:
    """Return what came of runs that were killed after so many shares of the time that a run takes, and run again."""
    bench.begin_anew()
    begun = time.monotonic()
    bench.run()
    duration, whole, names = time.monotonic() - begun, bench.left(), bench.names()
    twice, again, same, finished, tracebacks = [], 0, 0, 0, 0
    for moment in moments:
        bench.begin_anew()
        process = bench.start()
        try:
            process.communicate(timeout=moment * duration)
            finished += 1
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        before, kept = bench.asked(), bench.committed(names)
        ended = bench.run()
        after = bench.asked(len(before))
        twice.append(len(set(before) & set(after)))
        again += len(kept & set(after)) + len(after) - len(set(after))
        same += bench.left() == whole
        tracebacks += "Traceback" in ended.text or "INTERNALERROR" in ended.text
    return {
        "kills": len(moments) - finished,
        "too_late": finished,
        "seconds_of_a_run": round(duration, 1),
        "inputs": len(names),
        "same_bytes": same,
        "tracebacks": tracebacks,
        "committed_asked_again": again,
        "most_asked_twice": max(twice),
        "asked_twice": twice,
        "fine": same == len(moments) and not again and not tracebacks,
    }


def fault(bench: Bench, name: str, code: int, line: str, then_asked: int | None = 0, **options: Any) -> dict[str, Any]:
    """Return what came of a run with a fault, and of one after it.

    Args:
        bench: Where the undisturbed run was the last.
        name: The fault.
        code: The exit code that it has to have.
        line: What has to be told, once; nothing for a fault that need not be told.
        then_asked: What the run after it may ask; None for anything.
        options: Of the process.
    """
    whole = bench.left()
    bench.begin_anew()
    ended = bench.run(name, **options)
    return _judged(bench, ended, whole, code, line, then_asked)


def _judged(
    bench: Bench, ended: Ended, whole: tuple[bytes, Mapping[str, Any]], code: int, line: str, then_asked: int | None
) -> dict[str, Any]:
    told = sorted({one.strip() for one in ended.text.splitlines() if line and line in one})
    plain = "Traceback" not in ended.text and "INTERNALERROR" not in ended.text
    asked = len(bench.asked())
    after = bench.run()
    then = len(bench.asked(asked))
    same = bench.left() == whole
    fine = (ended.code, len(told)) == (code, bool(line)) and plain and same and then_asked in {None, then}
    return {
        "code": ended.code,
        "told": told,
        "traceback": not plain,
        "asked": asked,
        "then_code": after.code,
        "then_asked": then,
        "same_bytes": same,
        "fine": fine,
    }


def flipped_byte(bench: Bench) -> dict[str, Any]:
    """Return what comes of a run after a byte of an answer in the cache was flipped: that answer alone is asked for."""
    whole, file = bench.left(), sqlite3.connect(bench.folder / WORKSPACE / FILE)
    with file:
        answer = "SELECT rowid, value FROM kept WHERE kind = 'prediction' ORDER BY id LIMIT 1"
        ((row, value),) = file.execute(answer).fetchall()
        file.execute("UPDATE kept SET value = ? WHERE rowid = ?", [bytes([value[0] ^ 1]) + value[1:], row])
    file.close()
    bench.asked_in.write_text("")
    found = _judged(bench, bench.run(), whole, 1, "", 0)
    return {**found, "fine": found["fine"] and found["asked"] == 1}


def read_only(bench: Bench) -> dict[str, Any]:
    """Return what comes of a run in a folder where nothing may be written."""
    whole = bench.left()
    bench.begin_anew()
    bench.folder.chmod(0o555)
    ended = bench.run(preexec_fn=without_privileges)
    bench.folder.chmod(0o755)
    return _judged(bench, ended, whole, 2, f"{REPORT}: cannot be written: Permission denied", None)


def second_process(bench: Bench) -> dict[str, Any]:
    """Return what comes of two runs at the same time on one cache and one run folder."""
    whole = bench.left()
    bench.begin_anew()
    processes = [bench.start(), bench.start()]
    texts = [process.communicate(timeout=600)[0] for process in processes]
    codes = {process.returncode for process in processes}
    return _judged(bench, Ended(max(codes), "".join(texts)), whole, 1, "", 0)


def faults(bench: Bench) -> dict[str, Any]:
    """Return what came of each fault."""
    bench.begin_anew()
    bench.run()
    cache = f"{FILE}: cannot be used ("
    return {
        "a flipped byte in the cache": flipped_byte(bench),
        "full disk: cache": fault(bench, "full disk: cache", 1, cache, None),
        "full disk: outcomes": fault(bench, "full disk: outcomes", 2, f"{OUTCOMES}: cannot be written: File too large"),
        "full disk: run folder": fault(
            bench, "full disk: run folder", 2, f"{REPORT}: cannot be written: File too large"
        ),
        "a read-only folder": read_only(bench),
        "a second process": second_process(bench),
        "a clock that jumps": fault(bench, "a clock that jumps", 1, ""),
    }


def main() -> int:
    """Print the figures; with `--check`, 1 if a run was not as it has to be."""
    made = argparse.ArgumentParser(description="What faults do to a run.")
    made.add_argument("--kills", type=int, default=50)
    made.add_argument("--examples", type=int, default=300)
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--check", action="store_true", help="exit with 1 where a run is not as it has to be")
    options = made.parse_args()
    random = Random(options.seed)
    moments = [(number + random.random()) / options.kills for number in range(options.kills)]
    with TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options.examples)
        found = {"kills": kills(bench, moments), **faults(bench)}
    fine = all(one["fine"] for one in found.values())
    print(json.dumps({"examples": options.examples, "seed": options.seed, "met": fine, **found}, indent=1))
    return int(options.check and not fine)


if __name__ == "__main__":
    sys.exit(main())
