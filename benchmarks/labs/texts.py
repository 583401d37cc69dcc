"""What the measures do to texts before they are scored: unrelated partners, pools by length, damage."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

import albert_robust
from albert_robust.text.languages import UNSPACED

from .data import PROJECT, Sets, tag

BUCKETS = {"1-4": (1, 4), "5-16": (5, 16), "17-64": (17, 64), "65+": (65, 10_000)}  # tokens
WEIGHTS = {"1-4": 5, "5-16": 3, "17-64": 2, "65+": 1}  # scores of short texts scatter more
CHUNKS = 16
ENOUGH = 40  # texts that a language needs in a bucket to be measured there
Pool = list[tuple[str, str]]  # texts with a key each; texts of equal keys may say the same


def unrelated(keys: Sequence[str], seed: int, other: Sequence[str] | None = None) -> list[int]:
    """Return a partner for each place, of another key: a shuffled order turned by one, then repaired.

    Args:
        keys: Of the texts on the left.
        seed: Of the order.
        other: Keys of the texts on the right, as many; None for the same ones.
    """
    rng = Random(seed)
    right = keys if other is None else other
    order = list(range(len(keys)))
    rng.shuffle(order)
    partner = [0] * len(keys)
    for here, there in pairwise([*order, order[0]]):
        partner[here] = there
    for here in order:
        for _ in range(100):
            if keys[here] != right[partner[here]]:
                break
            swap = rng.randrange(len(order))
            if keys[swap] != right[partner[here]] and keys[here] != right[partner[swap]]:
                partner[here], partner[swap] = partner[swap], partner[here]
    return partner


def chunks(text: str, language: str, count: int = CHUNKS) -> list[str]:
    """Return a text in pieces of equal character length, cut at the spaces nearest to it where the script has them.

    A text of few words or few characters gives fewer pieces. Joined they are the text.
    """
    cuts = {round(place * len(text) / count) for place in range(1, count)}
    if language not in UNSPACED:
        spaces = [place + 1 for place, sign in enumerate(text) if sign == " "]
        cuts = {min(spaces, key=lambda space: abs(space - cut)) for cut in cuts} if spaces else set()
    edges = [0, *sorted(cut for cut in cuts if 0 < cut < len(text)), len(text)]
    return [text[start:end] for start, end in pairwise(edges)]


def damaged(text: str, other: str, language: str, share: float, rng: Random) -> str:
    """Return a text with a share of its chunks replaced by the chunks of another text at the same relative places.

    The number of chunks replaced is share x chunks, rounded up or down by chance so that it is right on average.
    """
    own, foreign = chunks(text, language), chunks(other, language)
    wanted = share * len(own)
    number = int(wanted) + (rng.random() < wanted - int(wanted))
    for place in rng.sample(range(len(own)), number):
        piece = foreign[place * len(foreign) // len(own)].strip()
        own[place] = piece + " " * (len(own[place]) - len(own[place].rstrip()))
    return "".join(own)


def pools(sets: Sets, size: int, seed: int = 0) -> dict[str, dict[str, Pool]]:
    """Return up to `size` times its weight texts of each length bucket and project language.

    A language with too few texts in a bucket is left out of it.

    Short texts are genuinely short: answers, questions (XQuAD) and everyday sentences (Tatoeba); longer ones are lines
    of NTREX, PUD and SIB-200, and consecutive lines joined until they reach the bucket. Lengths are counted in tokens of
    the embedded encoder, whatever encoder is measured.
    """
    found: dict[str, dict[str, Pool]] = {bucket: {} for bucket in BUCKETS}
    for language, streams in sorted(_streams(sets).items()):
        lines = [line for stream in streams for line in stream]
        joined = [text for stream in streams for least in (24, 70) for text in _joined(stream, least)]
        for bucket, (low, high) in BUCKETS.items():
            own = [text for text in lines if low <= tokens(text[0]) <= high]
            wanted = size * WEIGHTS[bucket]
            own += [text for text in joined if low <= tokens(text[0]) <= high] if len(own) < wanted else []
            own = sorted({text[0]: text for text in own}.values())
            if len(own) >= ENOUGH:
                found[bucket][language] = Random(f"{seed} {bucket}").sample(own, min(wanted, len(own)))
    return found


@cache
def tokens(text: str) -> int:
    """Return how many tokens the embedded encoder's tokenizer sees."""
    return len(_tokenizer().encode(text, add_special_tokens=False).ids)


@cache
def _tokenizer():  # type: ignore[no-untyped-def]  # tokenizers ships no complete types
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(Path(albert_robust.__file__).parent / "encoder" / "tokenizer.json"))


def _streams(sets: Sets) -> dict[str, list[Pool]]:
    streams: dict[str, list[Pool]] = {language: [] for language in PROJECT}
    for name in ("ntrex", "pud", "sib200"):
        parallel = sets.parallel(name)
        for language, lines in parallel.texts.items():
            streams[language].append([(line, f"{name} {place}") for place, line in enumerate(lines)])
    for language, pairs in tatoeba(sets).items():
        streams[language].append([(text, english.lower()) for text, english in pairs])
        streams["en"].append([(english, english.lower()) for _, english in pairs])
    rows = sets.rows("xquad_xling/xquad")
    for column in rows[0]:
        if column[:2] in ("a_", "q_") and tag(column[2:]) in PROJECT:
            english = column[:2] + "en"
            streams[tag(column[2:])].append(
                [(row[column], row[english].lower()) for row in rows if row[column].strip()]
            )
    return streams


def tatoeba(sets: Sets) -> dict[str, list[tuple[str, str]]]:
    """Return the (text, English) pairs of each project language."""
    pairs: dict[str, list[tuple[str, str]]] = {}
    for row in sets.rows("tatoeba/tatoeba"):
        if tag(row["lang"]) in PROJECT:
            pairs.setdefault(tag(row["lang"]), []).append((row["text"], row["eng"]))
    return dict(sorted(pairs.items()))


def _joined(stream: Pool, least: int) -> Iterator[tuple[str, str]]:
    held: list[str] = []
    for text, key in stream:
        held.append(text)
        if sum(map(tokens, held)) >= least:
            yield " ".join(held), f"joined {key}"
            held = []
