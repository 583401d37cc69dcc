"""What all runners share, copied beside the sentences: the texts, a free model, and how a runner tells its figures."""

import json
import resource
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from random import Random

COPIES = 5  # perturbations of a text


def texts() -> list[str]:
    """Return the sentences."""
    rows = (Path(__file__).parent / "sentences.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(row)["text"] for row in rows]


def label(text: str) -> str:
    """Return the model's label of a text."""
    return "odd" if len(text) % 2 else "even"


def predict(batch: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the label of each of some inputs."""
    return [label(inputs["text"]) for inputs in batch]


def swapped(text: str, rng: Random) -> str:
    """Return a text with two neighbouring characters swapped, for tools without perturbations of their own."""
    place = rng.randrange(len(text) - 1)
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


def tell(package: str, started: float, verdicts: int) -> None:
    """Print a runner's figures in one line of JSON.

    Args:
        package: Whose version is told.
        started: The CPU seconds of the process before the work.
        verdicts: How many there were.
    """
    seconds = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # of KiB, as Linux counts
    found = {"version": version(package), "startup": started, "seconds": seconds, "verdicts": verdicts, "peak_mb": peak}
    print(json.dumps(found))
