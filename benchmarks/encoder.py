"""How good an encoder is: translations found, likeness, topics, words, typos, guessed tokens, speed. Prints JSON.

Usage: python benchmarks/encoder.py --data EVAL [--lexicon DIR] [--text FILE...] [--encoder builtin] [--layer N] [--only F...]
       [--against benchmarks/encoder.json]

EVAL holds a folder for each evaluation set (docs/labs.md names them); DIR holds `xx-en.tsv[.xz]` word lists; each FILE is
parallel text that the encoder was not trained on, for guessing masked tokens and for the cosine that translations have. With
--against, a figure that is worse than in an earlier output by more than a hundredth is named, and the exit code is 1:
encoder.json is the shipped encoder's.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from labs import measures
from labs.data import PROJECT, Sets, tag
from labs.space import probe
from labs.texts import tatoeba as tatoeba_pairs
from labs_speed import embedded
from numpy.typing import NDArray

from albert_robust import perturb
from albert_robust.data.parallel import ParallelRow, open_text, parallel_rows
from albert_robust.pretrain.corpus import held_out
from albert_robust.scoring.encoder import Encoder, unit
from albert_robust.scoring.load import EMBEDDED, encoder_path, load_encoder
from albert_robust.scoring.profile import Profile, find_profile
from albert_robust.scoring.vectors import TextVectors

LANGUAGES = tuple(sorted(PROJECT - {"en"}))
TYPO = "typos.keyboard@2"
WORDS = 1000  # frequent single-piece words a language
FOLDS = 8
MASKED_SHARE, MASKED_LINES, GUESSES = 0.15, 100, 5
LOADS = 3
EQUIVALENT_LINES = 200  # a pair of languages
Vectors = NDArray[np.float32]
Places = NDArray[np.int64]
Embed = Callable[[Sequence[str], str], Vectors]


@dataclass(frozen=True)
class Subject:
    """What is measured, and with what."""

    encoder: Encoder
    sets: Sets
    lexicon: Path | None
    text: list[Path]
    words_held_out: float

    def embed(self, texts: Sequence[str], language: str = "und") -> Vectors:
        """Return a unit vector a text: the mean of its token vectors."""
        return self.encoder.embed(texts)

    @cached_property
    def profile(self) -> Profile | None:
        """The encoder's profile, if it has one."""
        return find_profile(self.encoder.name, None, "none", None, allow_network=False)

    def neutral(self, texts: Sequence[str], language: str) -> Vectors:
        """Return a unit vector a text: the weighted mean of its tokens in the neutral space."""
        found = TextVectors(self.encoder, self.profile).of([(language, text) for text in texts])
        return unit(np.stack([(one.vectors * one.weights[:, None]).sum(axis=0) for one in found]))

    def equivalent(self, embed: Embed) -> float:
        """Return the mean cosine of translations in text that was not trained on, all pairs of languages alike."""
        pairs: dict[tuple[str, str], list[ParallelRow]] = {}
        for row in (row for path in self.text for row in parallel_rows(path) if isinstance(row, ParallelRow)):
            pairs.setdefault((row.language, row.other_language), []).append(row)
        cosines = []
        for (language, other), rows in sorted(pairs.items()):
            left = embed([row.text for row in rows[:EQUIVALENT_LINES]], language)
            right = embed([row.other_text for row in rows[:EQUIVALENT_LINES]], other)
            cosines.append(float((left * right).sum(axis=1).mean()))
        return float(np.mean(cosines))


def tatoeba(subject: Subject) -> dict[str, Any]:
    """Translations found among all of their language, mean of both directions."""
    pairs = tatoeba_pairs(subject.sets)
    accuracy = {
        language: round(measures.retrieval(*(subject.embed(side) for side in zip(*pairs[language], strict=True))), 4)
        for language in LANGUAGES
    }
    return {"mean": _mean(accuracy.values()), "least": min(accuracy.values()), "languages": accuracy}


def sts(subject: Subject) -> dict[str, Any]:
    """Spearman's correlation of the cosine with people's ratings, by language."""
    rows = subject.sets.rows("sts_multi/sts")
    result: dict[str, Any] = {}
    ways: dict[str, Embed] = {"pooled": subject.embed}
    if subject.profile:
        ways["neutral"] = subject.neutral
    for way, embed in ways.items():
        by_language = {}
        for language in sorted({row["lang"] for row in rows}):
            own = [row for row in rows if row["lang"] == language]
            left, right = (embed([row[side] for row in own], tag(language)) for side in ("s1", "s2"))
            ratings = np.array([float(row["score"]) for row in own])
            by_language[language] = round(measures.spearman((left * right).sum(axis=1).astype(float), ratings), 4)
        result[way] = {"mean": _mean(by_language.values()), "languages": by_language}
    return result


def topics(subject: Subject) -> dict[str, Any]:
    """Accuracy of a linear probe for a sentence's topic, fitted on English sentences, tested on others in each language."""
    parallel = subject.sets.parallel("sib200")
    topic = {row["id"]: row["topic"] for row in subject.sets.rows("sib200/")}
    names = sorted(set(topic.values()))
    labels = np.array([names.index(topic[line]) for line in parallel.documents])
    fold = np.arange(len(labels)) % FOLDS
    english = subject.embed(parallel.texts["en"], "en")
    accuracy = {}
    for language in parallel.languages:
        own = subject.embed(parallel.texts[language], language)
        hits = [_probe(english, own, labels, fold == number) for number in range(FOLDS)]
        accuracy[language] = round(float(np.average(hits, weights=np.bincount(fold))), 4)
    others = [value for language, value in accuracy.items() if language != "en"]
    return {"en": accuracy["en"], "others": _mean(others), "least": min(others), "languages": accuracy}


def _probe(english: Vectors, own: Vectors, labels: NDArray[np.int64], tested: NDArray[np.bool_]) -> float:
    vectors = np.concatenate([english[~tested], own[tested]])
    seen = np.arange(len(vectors)) < (~tested).sum()
    return probe(vectors, np.concatenate([labels[~tested], labels[tested]]), seen)


def pool(subject: Subject) -> dict[str, Any]:
    """The nearest of all news lines in all languages: how often a translation, how often another line of the own language.

    `calibrated`, beside each way: where a cosine counts as much in one language as what translations have counts between two,
    as LABS's ceiling makes it. It needs --text.
    """
    parallel = subject.sets.parallel("ntrex")
    lines = len(parallel.documents)
    places = (np.tile(np.arange(lines), len(parallel.languages)), np.repeat(np.arange(len(parallel.languages)), lines))
    ways: dict[str, Embed] = {"pooled": subject.embed}
    if subject.profile:
        ways["neutral"] = subject.neutral
    result: dict[str, dict[str, float]] = {}
    for way, embed in ways.items():
        vectors = np.concatenate([embed(parallel.texts[language], language) for language in parallel.languages])
        result[way] = _one_pool(measures.nearest(vectors), places)
        if subject.text:
            equivalent = subject.equivalent(embed)
            winners = measures.nearest(vectors, places[1], equivalent)
            result[f"{way}, calibrated"] = {"equivalent": round(equivalent, 4), **_one_pool(winners, places)}
    return result


def _one_pool(winners: Places, places: tuple[Places, Places]) -> dict[str, float]:
    found, same, chance = measures.one_pool(winners, *places)
    return {"translation": round(found, 4), "same_language": round(same, 4), "chance": round(chance, 4)}


def fertility(subject: Subject) -> dict[str, Any]:
    """Tokens that a language needs for what English says in one, by the news lines."""
    parallel = subject.sets.parallel("ntrex")
    counts = {language: sum(map(len, subject.encoder.ids(texts))) for language, texts in parallel.texts.items()}
    ratios = {language: round(count / counts["en"], 3) for language, count in counts.items()}
    return {"largest": max(ratios.values()), "languages": ratios}


def words(subject: Subject) -> dict[str, Any]:
    """Frequent words of one token each whose nearest English word is a translation; `held_out` were not trained on."""
    if subject.lexicon is None:
        raise SystemExit("the figure `words` needs --lexicon")
    everything, unseen = {}, {}
    for language in LANGUAGES:
        hits, apart = _translated(subject, _lexicon(subject.lexicon, language))
        everything[language] = round(float(hits.mean()), 4)
        unseen[language] = round(float(hits[apart].mean()), 4)
    return {"mean": _mean(everything.values()), "held_out": _mean(unseen.values()), "languages": everything}


def _translated(subject: Subject, rows: list[tuple[str, str]]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which of the words find a translation among all the English ones, and which were held out."""
    ids = [subject.encoder.ids(list(side)) for side in zip(*rows, strict=True)]
    single = [place for place, (left, right) in enumerate(zip(*ids, strict=True)) if len(left) == len(right) == 1]
    gold: dict[int, set[int]] = {}
    chosen: dict[int, int] = {}
    for place in single:
        left, right = ids[0][place][0], ids[1][place][0]
        gold.setdefault(left, set()).add(right)
        if left not in chosen and len(chosen) < WORDS and all(ids[1][other][0] != right for other in chosen.values()):
            chosen[left] = place
    places = list(chosen.values())
    left, right = (unit(subject.encoder.means([rows[place][side] for place in places])) for side in (0, 1))
    winners = (left @ right.T).argmax(axis=1)
    hits = [ids[1][places[winner]][0] in gold[ids[0][place][0]] for place, winner in zip(places, winners, strict=True)]
    return np.array(hits), np.array([held_out(rows[place][1], subject.words_held_out) for place in places])


def _lexicon(folder: Path, language: str) -> list[tuple[str, str]]:
    (path,) = sorted(folder.glob(f"{language}-en.tsv*"))
    with open_text(path) as lines:
        rows = [line.decode().rstrip("\n").split("\t") for line in lines]
    return [(row[0], row[1]) for row in rows]


def typos(subject: Subject) -> dict[str, Any]:
    """Points of retrieval lost when the foreign side has typos."""
    lost = {}
    for language, pairs in tatoeba_pairs(subject.sets).items():
        clean, english = (list(side) for side in zip(*pairs, strict=True))
        typed = [variant.text for (variant,) in perturb(clean, TYPO, language=language)]
        goal = subject.embed(english)
        lost[language] = round(
            measures.retrieval(subject.embed(clean), goal) - measures.retrieval(subject.embed(typed), goal), 4
        )
    return {"perturbation": TYPO, "mean_loss": _mean(lost.values()), "languages": lost}


def masked(subject: Subject) -> dict[str, Any]:
    """How often a hidden token is among the first five guesses, on text that was not trained on."""
    import torch
    from transformers import AutoModelForMaskedLM

    model = AutoModelForMaskedLM.from_pretrained(encoder_path(subject.encoder.name), dtype="float32").eval()
    accuracy = {}
    for language, texts in sorted(_unseen(subject.text).items()):
        generator = torch.Generator().manual_seed(0)
        hits = [hit for text in texts[:MASKED_LINES] for hit in _guessed(model, subject.encoder, text, generator)]
        accuracy[language] = round(float(np.mean(hits)), 4)
    return {"top": GUESSES, "mean": _mean(accuracy.values()), "languages": accuracy}


def _guessed(model: Any, encoder: Encoder, text: str, generator: Any) -> Iterator[bool]:
    import torch

    ids = encoder.tokenizer(text, return_tensors="pt", truncation=True, max_length=encoder.limit)["input_ids"]
    inner = (ids != encoder.tokenizer.cls_token_id) & (ids != encoder.tokenizer.sep_token_id)
    hidden = inner & (torch.rand(ids.shape, generator=generator) < MASKED_SHARE)
    with torch.inference_mode():
        scores = model(input_ids=ids.masked_fill(hidden, encoder.tokenizer.mask_token_id)).logits[hidden]
    yield from (scores.topk(GUESSES, dim=1).indices == ids[hidden][:, None]).any(dim=1).tolist()


def _unseen(paths: list[Path]) -> dict[str, list[str]]:
    if not paths:
        raise SystemExit("the figure `masked` needs --text")
    texts: dict[str, dict[str, None]] = {}
    for path in paths:
        for row in parallel_rows(path):
            if isinstance(row, ParallelRow):
                texts.setdefault(row.language, {})[row.text] = None
                texts.setdefault(row.other_language, {})[row.other_text] = None
    return {language: list(found) for language, found in texts.items()}


def speed(subject: Subject) -> dict[str, Any]:
    """Sentences of 20 words that the embedded encoder scores a second, and seconds to load it in a fresh process."""
    program = "import time; from albert_robust.scoring.load import load_encoder as l; import torch, transformers\n"
    program += "from transformers import AlbertModel, AutoModel, AutoTokenizer\n"
    program += "t = time.perf_counter(); l(); print(time.perf_counter() - t)"
    loads = [
        float(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout)
        for _ in range(LOADS)
    ]
    size = sum(path.stat().st_size for path in Path(encoder_path(EMBEDDED)).rglob("*") if path.is_file())
    return {
        "sentences_a_second": embedded(LOADS),
        "load_seconds": round(float(np.median(loads)), 3),
        "megabytes": round(size / 1e6, 2),
    }


FIGURES: dict[str, Callable[[Subject], dict[str, Any]]] = {
    "tatoeba": tatoeba, "sts": sts, "topics": topics, "pool": pool, "fertility": fertility, "words": words, "typos": typos,
    "masked": masked, "speed": speed,
}  # fmt: skip


HIGHER = (
    "tatoeba.mean",
    "tatoeba.least",
    "sts.pooled.mean",
    "topics.others",
    "words.mean",
    "words.held_out",
    "masked.mean",
)
LOWER = ("typos.mean_loss", "pool.pooled.same_language", "fertility.largest")
TOLERATED = 0.01


def worse(now: dict[str, Any], before: dict[str, Any]) -> list[str]:
    """Return the figures, of those in both, that have become worse by more than is tolerated."""
    result = []
    for name in (*HIGHER, *LOWER):
        new, old = (_at(figures, name) for figures in (now, before))
        if new is not None and old is not None and (old - new if name in HIGHER else new - old) > TOLERATED:
            result.append(f"{name}: {new}, was {old}")
    return result


def _at(figures: dict[str, Any], name: str) -> float | None:
    value: Any = figures
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _mean(values: Any) -> float:
    return round(float(np.mean(list(values))), 4)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--lexicon", type=Path)
    parser.add_argument("--text", type=Path, nargs="*", default=[])
    parser.add_argument("--words-held-out", type=float, default=0.2, help="as in the encoder's recipe")
    parser.add_argument("--encoder", default=EMBEDDED)
    parser.add_argument("--layer", type=int)
    parser.add_argument("--against", type=Path, help="an earlier output, which must not be better")
    parser.add_argument("--only", nargs="*", choices=sorted(FIGURES), default=list(FIGURES))
    options = parser.parse_args()
    encoder = load_encoder(options.encoder, options.layer)
    subject = Subject(encoder, Sets(options.data), options.lexicon, options.text, options.words_held_out)
    facts = {"encoder": encoder.name, "weights": encoder.weights_hash, "layer": encoder.layer}
    figures = {**facts, **{name: FIGURES[name](subject) for name in options.only}}
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    if options.against:
        lost = worse(figures, json.loads(options.against.read_text(encoding="utf-8")))
        sys.exit("\n".join(["worse than before:", *lost]) if lost else 0)


if __name__ == "__main__":
    main()
