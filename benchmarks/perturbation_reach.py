"""How far perturbations reach: the share of sentences that each changes, in text that the project did not write.

Usage: python benchmarks/perturbation_reach.py --data EVAL [--only NAME...] [--languages TAG...] [--sentences 150] [--skip 0]
       [--show N] [--json]

EVAL holds a folder for each evaluation set (docs/labs.md names them). Two are read: the first sentences of the similarity
pairs, and Tatoeba's; the table has one column for each of the two in each language. NAME is a perturbation such as
`semantics.antonym@5` or a family such as `typos.*`; left out, all at their usual severity. A dot stands where a perturbation
does not apply. --show prints the first N variants of each cell as well, for people to read over: a share says nothing about
whether they are right. The seed is 0, so that two runs agree.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from labs.data import Sets, tag
from labs.texts import tatoeba

from albert_robust import Text
from albert_robust.perturbing import Registry, Spec, open_packs, vary

LANGUAGES = ("en", "zh", "es", "fr", "de", "ru", "ar", "hi", "it", "pt", "ja")


class Cell(NamedTuple):
    """What a perturbation does to the sentences of one set in one language."""

    perturbation: str
    source: str
    language: str
    sentences: int
    variants: list[tuple[str, str]]

    @property
    def share(self) -> float:
        """The share of the sentences that it changes."""
        return len(self.variants) / self.sentences


def sources(sets: Sets) -> dict[tuple[str, str], list[str]]:
    """Return the different sentences of each set and language, in the order of its file."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for row in sets.rows("sts_multi/sts"):
        found.setdefault(("sts", tag(row["lang"])), {})[row["s1"]] = None
    for language, pairs in tatoeba(sets).items():
        found[("tatoeba", language)] = dict.fromkeys(text for text, _ in pairs)
        found.setdefault(("tatoeba", "en"), {}).update(dict.fromkeys(english for _, english in pairs))
    return {place: list(sentences) for place, sentences in found.items()}


def measured(registry: Registry, spec: Spec, source: str, language: str, sentences: Sequence[str]) -> Cell:
    """Return the variants that differ from their sentences."""
    variants = []
    for place, sentence in enumerate(sentences):
        made = vary(registry, spec, Text.of(sentence, language), seed=0, example=str(place))
        if made.changed:
            variants.append((sentence, str(made)))
    return Cell(str(spec), source, language, len(sentences), variants)


def table(cells: Sequence[Cell]) -> str:
    """Return the shares side by side: a row for each perturbation, a column for each set and language."""
    columns = sorted({(cell.source, cell.language) for cell in cells})
    shares = {(cell.perturbation, cell.source, cell.language): f"{cell.share:.2f}" for cell in cells}
    names = sorted({cell.perturbation for cell in cells})
    header = ["perturbation", *(f"{source} {language}" for source, language in columns)]
    rows = [[name, *(shares.get((name, *column), ".") for column in columns)] for name in names]
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, ["---"] * len(header), *rows])


def main() -> None:
    """Print the shares."""
    made = argparse.ArgumentParser(description="The share of sentences that each perturbation changes.")
    made.add_argument("--data", type=Path, required=True, help="the folder of the evaluation sets")
    made.add_argument("--only", nargs="+", default=[], metavar="NAME", help="perturbations or families")
    made.add_argument("--languages", nargs="+", default=LANGUAGES, metavar="TAG")
    made.add_argument("--sentences", type=int, default=150, help="of each set and language")
    made.add_argument("--skip", type=int, default=0, help="sentences before the first that is read")
    made.add_argument("--show", type=int, default=0, metavar="N", help="print the first N variants of each cell")
    made.add_argument("--json", action="store_true")
    options = made.parse_args()
    registry, known = open_packs(), sources(Sets(options.data))
    specs = [spec for name in options.only or registry.perturbations for spec in registry.expand(name)]
    cells = [
        measured(registry, spec, source, language, sentences)
        for spec in specs
        for (source, language), every in sorted(known.items())
        if language in options.languages and registry.applies(spec, language)
        if (sentences := every[options.skip : options.skip + options.sentences])
    ]
    if options.json:
        kept = [{**cell._asdict(), "share": cell.share, "variants": cell.variants[: options.show]} for cell in cells]
        print(json.dumps(kept, ensure_ascii=False, indent=1))
        return
    print(table(cells))
    for cell in cells if options.show else ():
        print(f"\n{cell.perturbation} [{cell.language}], {cell.source}")
        for sentence, variant in cell.variants[: options.show]:
            print(f"  {sentence}\n  {variant}\n")


if __name__ == "__main__":
    main()
