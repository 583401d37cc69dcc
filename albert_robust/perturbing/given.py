"""Reads files of ready variants: each in a folder `perturbations/` is a perturbation that draws from its lines.

`reworded.variants.jsonl` is `given.reworded`, which preserves meaning; `edited.contrasts.jsonl` is `given.edited`, which alters
it, as the contrast sets of Gardner et al. (2020), doi:10.18653/v1/2020.findings-emnlp.117, do. Each line is one variant of a
text, `{"text": ..., "variant": ..., "language": "en"}`; without a language it is one in every language.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from albert_robust.errors import complaint_at
from albert_robust.file_names import CONTRASTS, VARIANTS
from albert_robust.perturbing.perturbation import Perturbation, perturbation
from albert_robust.text import Text
from albert_robust.text.languages import base, is_tag

FAMILY = "given"
_Key = tuple[str, str]  # a language, empty for any, and a text


def given_in(folder: Path) -> Iterator[Perturbation]:
    """Yield the perturbations that are files of variants in a folder.

    Raises:
        InputError: A file's name is no perturbation's, or a line of it is no variant.
    """
    for path in sorted(folder.glob("*.jsonl")):
        for ending in (VARIANTS, CONTRASTS):
            if path.name.endswith(ending):
                yield _given(path, path.name.removesuffix(ending), ending == VARIANTS)


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the lines of a file of variants.

    Raises:
        InputError: It cannot be read, or a line of it is no variant.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise complaint_at(path, f"cannot read the file: {error}", "write it as UTF-8") from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            row = _row(line)
            if row is None:
                mend = 'write `{"text": "...", "variant": "...", "language": "en"}`, the language or none'
                raise complaint_at(path, "no variant of a text", mend, number)
            yield row


def _row(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    texts = isinstance(row, dict) and all(isinstance(row.get(name), str) for name in ("text", "variant"))
    language = row.get("language", "en") if texts else None
    return row if isinstance(language, str) and is_tag(language) else None


def _given(path: Path, name: str, preserves: bool) -> Perturbation:
    if not (name.isidentifier() and name.isascii()):
        what = f"{name!r} names no perturbation"
        raise complaint_at(path, what, "the file's name begins with letters, digits and _: reworded.variants.jsonl")
    known: dict[_Key, list[str]] = {}
    for row in rows_of(path):
        known.setdefault((base(row.get("language", "")), row["text"].strip()), []).append(row["variant"].strip())
    return replace(_of(known, f"{FAMILY}.{name}", path.name, preserves), path=path, line=1)


def awaited(name: str) -> Perturbation:
    """Return a perturbation that preserves meaning and whose file is not there yet: it has no variants."""
    return _of({("", ""): []}, name, "a file", preserves=True)


def _of(known: Mapping[_Key, Sequence[str]], name: str, called: str, preserves: bool) -> Perturbation:
    """Return the perturbation that gives known variants."""

    def give(text: Text, rng: Random, severity: int) -> Text:
        string = str(text)
        bare = string.strip()  # a text of several lines in YAML ends with a line break
        found = known.get((base(text.language), bare)) or known.get(("", bare))
        if not found:
            return text
        variant = string.replace(bare, rng.choice(found), 1)
        made = text.rewrite(variant, FAMILY)
        return made if str(made) == variant else text  # it lacks what is protected: a mixture of the two

    give.__doc__ = f"Put what {called} has in place of a text, where it has that text."
    languages = sorted({language for language, _ in known})
    declared = perturbation(
        name,
        preserves="meaning" if preserves else None,
        alters=None if preserves else "meaning",
        languages="any" if "" in languages else languages,
        severities=1,
    )
    return declared(give)
