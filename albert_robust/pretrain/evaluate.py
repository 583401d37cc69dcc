"""How good a trial's encoder is: how often the nearest of all held-out texts on the other side is the translation.

Retrieval among texts of all languages at once (as LAReQA has it; Roy et al., 2020, arXiv:2004.05484): the share of texts
found is taken both ways for each pair of languages, and their mean over pairs of languages is the value. So a language with
few texts has as many to be confused with as one that has many, and counts as much.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from albert_robust.atomic import whole
from albert_robust.data.parallel import ParallelRow, parallel_rows
from albert_robust.errors import UsageError
from albert_robust.pretrain.corpus import Corpus, read_corpus
from albert_robust.pretrain.recipe import TextSources
from albert_robust.scoring.encoder import Encoder
from albert_robust.scoring.load import read_encoder

LARGEST_SHARE = 0.2  # of a language's translations that may be held out
AT_ONCE = 1000  # texts that are compared with all others


@dataclass(frozen=True, slots=True)
class Worth:
    """What an encoder is worth, and what it costs.

    Attributes:
        value: The mean over pairs of languages, in [0, 1].
        languages: The share of texts found, for each pair of languages.
        parameters: Numbers in the weights.
        megabytes: The weights' file.
    """

    value: float
    languages: dict[str, float]
    parameters: int
    megabytes: float


def worth(folder: Path, held_out: list[ParallelRow]) -> Worth:
    """Return what the encoder in a folder is worth at the layer that the score reads.

    Args:
        folder: A checkpoint.
        held_out: Translations, no text twice on a side.

    Raises:
        UsageError: The encoder computes numbers that are none.
    """
    # Not kept in memory as others are: a search makes many.
    encoder = read_encoder(str(folder))
    languages = shares_found(encoder, held_out)
    weights = folder / "model.safetensors"
    return Worth(
        float(np.mean(list(languages.values()))), languages, _parameters(weights), weights.stat().st_size / 1e6
    )


def shares_found(encoder: Encoder, held_out: list[ParallelRow]) -> dict[str, float]:
    """Return for each pair of languages how many texts found their translation, a share, both ways together."""
    sides = [encoder.embed(texts) for texts in zip(*((row.text, row.other_text) for row in held_out), strict=True)]
    hits: dict[str, list[float]] = defaultdict(list)
    for here, there in (sides, sides[::-1]):
        for first in range(0, len(here), AT_ONCE):
            nearest = (here[first : first + AT_ONCE] @ there.T).argmax(axis=1)
            for place, other in enumerate(nearest, start=first):
                hits[_both(held_out[place])].append(float(place == other))
    return {name: float(np.mean(hits[name])) for name in sorted(hits)}


def hold_out(text: TextSources, folder: Path, seed: int, many: int) -> list[ParallelRow]:
    """Return translations to be held out, as many of each pair of languages as there can be.

    They are lines of the parallel files, where a recipe has any, else words. No text is there twice.

    Raises:
        FileNotFoundError: No file matches the patterns.
        UsageError: There are too few.
    """
    alone: dict[str, object] = {"monolingual": [], "typos": 0.0, "max_pairs": None}
    if text.parallel:
        alone["lexicons"] = []
    if not text.parallel and not text.lexicons:
        raise UsageError("a search measures on translations: name `parallel` or `lexicons` in the recipe's `text:`")
    by_languages: dict[str, list[ParallelRow]] = defaultdict(list)
    for row in _rows(read_corpus(text.model_copy(update=alone), folder, seed)):
        if row.language != row.other_language:
            by_languages[_both(row)].append(row)
    queues = [iter(rows[: int(len(rows) * LARGEST_SHARE)]) for _, rows in sorted(by_languages.items())]
    taken = list(_in_turns(queues, many))
    if len(taken) < many:
        raise UsageError(
            f"the recipe's text has {len(taken)} translations that can be held out, a fifth of each pair of languages, "
            f"not {many}: lower `held_out`"
        )
    return taken


def sample(text: TextSources, folder: Path, seed: int, many: int, held_out: list[ParallelRow]) -> list[ParallelRow]:
    """Return at most `many` pairs that share no text with those held out.

    Raises:
        FileNotFoundError: No file matches the patterns.
        UsageError: There are none.
    """
    kept_back = {one for row in held_out for one in (row.text, row.other_text)}
    whole = read_corpus(text.model_copy(update={"typos": 0.0, "max_pairs": None}), folder, seed)
    rows = [row for row in _rows(whole) if row.text not in kept_back and row.other_text not in kept_back]
    if not rows:
        raise UsageError("no pair is left to train on: all share a text with those held out; lower `held_out`")
    return rows[:many]


def write_pairs(path: Path, rows: Iterable[ParallelRow]) -> None:
    """Write pairs as a parallel file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path, alone=True) as part, part.open("w", encoding="utf-8", newline="\n") as lines:
        lines.writelines("\t".join(cell.replace("\t", " ") for cell in row) + "\n" for row in rows)


def read_pairs(path: Path) -> list[ParallelRow]:
    """Read what `write_pairs` wrote."""
    return [row for row in parallel_rows(path) if isinstance(row, ParallelRow)]


def _rows(corpus: Corpus) -> Iterator[ParallelRow]:
    for languages, texts in zip(corpus.languages, corpus.pairs, strict=True):
        yield ParallelRow(*languages, *texts)


def _in_turns(queues: list[Iterator[ParallelRow]], many: int) -> Iterator[ParallelRow]:
    """Yield rows of each queue in turn, no text twice, until there are many or none is left."""
    seen: set[str] = set()
    count = 0
    while queues and count < many:
        for queue in list(queues):
            row = next((row for row in queue if row.text not in seen and row.other_text not in seen), None)
            if row is None:
                queues.remove(queue)
            elif count < many:
                seen |= {row.text, row.other_text}
                count += 1
                yield row


def _both(row: ParallelRow) -> str:
    return "-".join(sorted((row.language, row.other_language)))


def _parameters(path: Path) -> int:
    """Return how many numbers a safetensors file holds: its head says each tensor's shape."""
    with path.open("rb") as file:
        head = json.loads(file.read(int.from_bytes(file.read(8), "little")))
    return sum(int(np.prod(tensor["shape"], dtype=np.int64)) for name, tensor in head.items() if name != "__metadata__")
