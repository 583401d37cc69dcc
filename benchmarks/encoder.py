"""How well an encoder finds translations: Tatoeba retrieval, both directions, in 25 languages. Prints JSON.

Usage: python benchmarks/encoder.py --tatoeba tatoeba.dev.tsv.xz [--encoder builtin] [--layer N]

The file has a header and the columns lang (ISO 639-3), idx, text, eng: LASER's test set (CC BY 2.0 FR).
"""

import argparse
import csv
import json
import lzma
from collections import defaultdict
from pathlib import Path

import numpy as np

from albert_robust.scoring.encoder import EMBEDDED, load_encoder

LANGUAGES = {
    "ara": "ar", "bul": "bg", "ces": "cs", "cmn": "zh", "deu": "de", "ell": "el", "fra": "fr", "heb": "he", "hin": "hi",
    "ind": "id", "ita": "it", "jpn": "ja", "kor": "ko", "nld": "nl", "pes": "fa", "pol": "pl", "por": "pt", "rus": "ru",
    "spa": "es", "swh": "sw", "tha": "th", "tur": "tr", "ukr": "uk", "urd": "ur", "vie": "vi",
}  # fmt: skip


def read_pairs(path: Path) -> dict[str, list[tuple[str, str]]]:
    """Return the (text, English) pairs of each language."""
    pairs = defaultdict(list)
    with lzma.open(path, "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row["lang"] in LANGUAGES:
                pairs[LANGUAGES[row["lang"]]].append((row["text"], row["eng"]))
    return dict(sorted(pairs.items()))


def main() -> None:
    """Print accuracy by language and its mean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tatoeba", type=Path, required=True)
    parser.add_argument("--encoder", default=EMBEDDED)
    parser.add_argument("--layer", type=int)
    options = parser.parse_args()
    encoder = load_encoder(options.encoder, options.layer)
    accuracy = {}
    for language, pairs in read_pairs(options.tatoeba).items():
        left, right = (encoder.embed([pair[side] for pair in pairs]) for side in (0, 1))
        similarity = left @ right.T
        here = np.arange(len(pairs))
        both = [(similarity.argmax(axis=axis) == here).mean() for axis in (0, 1)]
        accuracy[language] = round(float(np.mean(both)), 4)
    mean = round(float(np.mean(list(accuracy.values()))), 4)
    print(json.dumps({"encoder": encoder.name, "layer": encoder.layer, "tatoeba": mean, "languages": accuracy}))


if __name__ == "__main__":
    main()
