"""The laws that every perturbation keeps, held against one in a test: `assert_laws("dialect.gonna")`.

The same seed gives the same text, all chance comes from `rng`, edits replay to the variant, and what is protected stays. Each is
tried on the perturbation's examples, on an ordinary text of each of its languages, and on whatever text Hypothesis thinks of.
"""

import pickle
import random
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import regex
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from albert_robust.imports import raised_there
from albert_robust.perturbing import Perturbation
from albert_robust.strategies import opened
from albert_robust.tables import read_rows
from albert_robust.text import Edit, Text

ORDINARY = {row["language"]: row["text"] for row in read_rows(Path(__file__).with_name("ordinary.tsv"))}
FIXED = "{name} https://a.org/b?c=1"  # nothing of it may change
TRICKY = (
    *("👨‍👩‍👧", "👍🏽", "🇫🇷", "e\u0301", "\u0301", "क्षि", "\u093f", "مَدْرَسَة", "\u202e", "\u200d"),
    *("的得", "ß", "İ", "{name}", "\r\n", "\x00", "3", "٣", *"aZ .,!?-'"),
)
SEEDS = range(3)


def assert_laws(spec: str, *, packs: Sequence[str | Path] = ()) -> None:
    """Hold the laws against perturbations.

    Args:
        spec: One, such as `dialect.gonna`, or all of a family, `dialect.*`.
        packs: Folders of perturbations, besides the built-in one, `./perturbations` and that beside the file that calls.

    Raises:
        AssertionError: A law is broken; the message says on which text, and under which severity and seed.
        UsageError: The spec names nothing known.
        MissingExtraError: A perturbation runs on a module that is not installed.
    """
    __tracebackhide__ = True  # pytest shows the line of the test, and not this function
    registry, specs = opened(spec, packs, sys._getframe(1).f_code.co_filename)
    for name in dict.fromkeys(step.name for one in specs for step in one.steps):
        item = registry.ready(name)
        if told := next(_on_known_texts(item), "") or _on_any_text(item):
            raise AssertionError(told)


def _on_known_texts(item: Perturbation) -> Iterator[str]:
    """Yield what breaks a law of a perturbation's known texts."""
    for text in known_texts(item):
        list(broken_laws(item, text, 1, 0))  # what it needs is imported at its first use, and imports may draw
        for severity in item.levels:
            for seed in SEEDS:
                yield from broken_laws(item, text, severity, seed)


def _on_any_text(item: Perturbation) -> str:
    """Return what breaks a law of any text, on the simplest one that Hypothesis finds; an empty string where it finds none."""
    told: list[str] = []

    @settings(deadline=None, database=None, report_multiple_bugs=False, suppress_health_check=[HealthCheck.too_slow])
    @given(any_text(item), st.sampled_from(item.levels), st.integers(0, 2**32))
    def hold(text: Text, severity: int, seed: int) -> None:
        if broken := next(broken_laws(item, text, severity, seed), ""):
            told.append(broken)
            raise AssertionError

    try:
        hold()
    except (
        AssertionError,
        Flaky,
    ):  # flaky is what has a source of chance of its own: it breaks a law once, and the next time not
        return told[-1]
    return ""


def broken_laws(item: Perturbation, text: Text, severity: int, seed: int) -> Iterator[str]:
    """Yield how a perturbation breaks laws on a text; nothing where it keeps them all."""
    kept = ", ".join(map(repr, protected(text)))
    where = f"{str(text)!r}, language {text.language}, severity {severity}, seed {seed}{kept and f', protected {kept}'}"
    for broken in _broken(item, text, severity, seed):
        yield f"{item.name} {broken}\n  on {where}"


def _broken(item: Perturbation, text: Text, severity: int, seed: int) -> Iterator[str]:
    before = _global_chance()
    try:
        made, again = (item(text, random.Random(seed), severity) for _ in range(2))
        string = str(made)
    except Exception as error:
        yield f"raises {raised_there(error)}"
        return
    if _global_chance() != before:
        yield "draws from a global source of chance: draw from `rng`"
    if made != again:
        yield f"makes {string!r} and then {str(again)!r} of one seed: draw from `rng`"
    if made.source != text.source:
        yield f"makes {string!r} of another text: change the one that it is given, by its own methods"
    if replayed(text.source, made.edits) != string:
        yield f"makes {string!r}, which its edits do not: change the text by its own methods"
    for kept, count in protected(text).items():
        if string.count(kept) < count:
            yield f"makes {string!r}, and {kept!r} is protected"


def _global_chance() -> bytes:
    """Return where the sources of chance stand that all code of a process shares."""
    return pickle.dumps((random.getstate(), np.random.get_state()))


def protected(text: Text) -> Counter[str]:
    """Return what is protected in an unedited text, and how often it stands there."""
    return Counter("".join(text.graphemes[start:end]) for start, end in text.protected)


def replayed(source: str, edits: Iterable[Edit]) -> str:
    """Return what a text becomes by some of its edits, in any order: by other means than its own."""
    graphemes = regex.findall(r"\X", source)
    for edit in sorted(edits, reverse=True):
        graphemes[edit.start : edit.end] = [edit.replacement]
    return "".join(graphemes)


def known_texts(item: Perturbation) -> list[Text]:
    """Return the texts of a perturbation's examples, and an ordinary one in each language that it works in."""
    ordinary = [Text.of(text, tag, parallels=ORDINARY) for tag, text in ORDINARY.items() if item.applies(tag)]
    texts = [*(case.text for case in item.examples), *ordinary]
    return texts or [Text.of("", tag) for tag in sorted(item.languages)]


def accented(string: str) -> str:
    """Return a string with a mark on each letter that another one follows: one grapheme is then two characters."""
    return regex.sub(r"(\p{L})(?=\p{L})", "\\1\u0301", string)


def any_text(item: Perturbation) -> st.SearchStrategy[Text]:
    """Return a strategy for texts in a perturbation's languages: known ones, their words among tricky letters, and any others."""
    known = known_texts(item)
    pieces = st.lists(st.sampled_from([*TRICKY, *(word for text in known for word in str(text).split())]), max_size=12)
    letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    strings = st.one_of(letters, pieces.map("".join), pieces.map(" ".join))

    @st.composite
    def text(draw: st.DrawFn) -> Text:
        like = draw(st.sampled_from(known))
        string = draw(st.just(str(like)) | strings)
        string = draw(st.sampled_from([string, accented(string)])) + draw(st.sampled_from(["", f" {FIXED}"]))
        words = [word.string for word in Text.of(string).words()]
        protect = draw(st.lists(st.sampled_from(words), max_size=3)) if words else ()
        parallels = like.parallels if string == str(like) else None
        return Text.of(string, like.language, protect=protect, parallels=parallels)

    return text()
