"""The texts that are scored: checked as they come in, and as the score sees them."""

import unicodedata
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from difflib import get_close_matches
from typing import Any

from albert_robust.errors import UsageError
from albert_robust.scoring.spelling import in_language
from albert_robust.text.languages import NAMES, SCRIPTS, UNKNOWN, canonical, is_tag

DETECT = "detect"


def checked_list(name: str, values: Any) -> list[Any]:
    """Return values, one a text, as a list; they may come one by one, as an array or as a data frame's column.

    Raises:
        UsageError: A bare string, a table, which is gone through by the names of its columns, a set, which has no order, or
            what cannot be gone through at all.
    """
    if hasattr(values, "tolist"):
        values = values.tolist()
    is_table = isinstance(values, Mapping) or hasattr(values, "columns")
    if is_table or isinstance(values, str | bytes | Set) or not isinstance(values, Iterable):
        mend = ': write one of its columns, such as frame["text"]' if is_table else ""
        raise UsageError(f"{name}: expected a list of texts, got {type(values).__name__}{mend}")
    return list(values)


def checked_texts(name: str, texts: Any) -> list[str]:
    """Return texts as a list, as `checked_list` does.

    Raises:
        UsageError: They are no list, or one of them is no text.
    """
    listed = checked_list(name, texts)
    for place, text in enumerate(listed):
        if not isinstance(text, str):
            raise UsageError(f"{name}[{place}]: expected a text, got {' '.join(repr(text).split()):.60}")
    return listed


def checked_pairs(
    candidates: Any, references: Any, read: Callable[[Any], Any] = lambda text: text
) -> tuple[list[str], list[list[str]]]:
    """Return candidates, and the references of each.

    Args:
        candidates: Texts, one a pair.
        references: For each candidate a text, or several.
        read: Returns what may stand for a text as one.

    Raises:
        UsageError: They are no lists of texts of equal length; the first wrong pair is named.
    """
    candidates, references = checked_list("candidates", candidates), checked_list("references", references)
    if len(candidates) != len(references):
        turned = references and all(isinstance(one, list | tuple) and len(one) == len(candidates) for one in references)
        mend = ": references go by pair, [[a1, b1], [a2, b2]]: write list(zip(*references))" if turned else ""
        raise UsageError(f"{len(candidates)} candidates for {len(references)} references{mend}")
    candidates = [read(candidate) for candidate in candidates]
    groups = [[read(reference) for reference in _group(group)] for group in references]
    for place, (candidate, group) in enumerate(zip(candidates, groups, strict=True)):
        if not group or not all(isinstance(text, str) for text in (candidate, *group)):
            raise UsageError(f"pair {place}: expected texts, got {(candidate, references[place])!r:.60}")
    return candidates, groups


def _group(references: Any) -> list[Any]:
    """The references of one candidate, as a list; data frames hold them as arrays."""
    if hasattr(references, "tolist") and not isinstance(references, str):
        references = references.tolist()
    return list(references) if isinstance(references, list | tuple) else [references]


def checked_languages(name: str, languages: Any, texts: Sequence[str]) -> list[str]:
    """Return the language of each text.

    Args:
        name: How the caller names the argument.
        languages: A BCP 47 tag of all texts, a tag for each, `detect`, or None for `und`.
        texts: The texts.

    Raises:
        UsageError: It is none of these.
        MissingExtraError: `detect`, and the detector is not installed.
    """
    if isinstance(languages, str) and languages == DETECT:
        from albert_robust.scoring.detect import detect

        return detect(texts)
    if languages is None:
        return [UNKNOWN] * len(texts)
    if isinstance(languages, str):
        return [checked_language(name, languages)] * len(texts)
    tags = checked_list(name, languages)
    if len(tags) != len(texts):
        raise UsageError(f"{name}: {len(tags)} languages for {len(texts)} texts")
    return [checked_language(name, tag) for tag in tags]


def checked_language(name: str, given: Any) -> str:
    """Return a language tag in its usual letters: `EN` and `en_us` are `en` and `en-US`.

    Raises:
        UsageError: It is none.
    """
    if not isinstance(given, str):
        several = isinstance(given, list | tuple)
        mend = "one tag a pair, whatever its number of references" if several else "a BCP 47 tag such as zh"
        raise UsageError(f"{name}: {given!r:.60} is no language tag: write {mend}")
    tag = canonical(given)
    if not is_tag(tag):
        named = get_close_matches(tag, NAMES, n=1, cutoff=0.8)
        mend = f"did you mean {NAMES[named[0]]!r}?" if named else "write a BCP 47 tag such as zh"
        raise UsageError(f"{name}: {given!r:.60} is no language tag: {mend}")
    # As given: a region is in capitals (`de-DE`, `es-AR`), which would be two languages in small letters.
    if len(parts := given.split("-")) > 1 and parts[1] in SCRIPTS:
        raise UsageError(
            f"{name}: {given!r} names two languages: write languages={parts[0]!r}, reference_languages={parts[1]!r}"
        )
    return tag


def checked_clusters(clusters: Any, pairs: int) -> list[Hashable] | None:
    """Return what each pair belongs to as a list, None where each stands alone.

    Raises:
        UsageError: There is not one for each pair, or one is no name.
    """
    if clusters is None:
        return None
    labels: list[Hashable] = checked_list("clusters", clusters)
    if len(labels) != pairs:
        raise UsageError(f"{len(labels)} clusters for {pairs} pairs")
    for place, one in enumerate(labels):
        try:
            hash(one)
        except TypeError:
            what = f"expected a text or a number, got {one!r:.60}"
            raise UsageError(f"clusters: pair {place}: {what}") from None
    return labels


def normal(text: str, language: str | None = None) -> str:
    """Return a text in Unicode normal form C without outer white space; with a language, as the score spells it.

    Half characters, which no tokenizer reads, become question marks.
    """
    text = unicodedata.normalize("NFC", text)
    text = (text if language is None else in_language(text, language)).strip()
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text
