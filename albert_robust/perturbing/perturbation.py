"""A perturbation: a function, its contract, and examples that are documentation and tests at once."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from random import Random
from typing import Literal, Protocol

from albert_robust.foreign import raise_if_ending
from albert_robust.imports import raised_there
from albert_robust.text import Text
from albert_robust.text.languages import UNSPACED, base, script_of
from albert_robust.text.orders import Order

SEVERITIES = (1, 2, 3, 4, 5)
SHARES = (0.05, 0.1, 0.2, 0.3, 0.5)  # of a text's words, at severity 1 to 5
Scope = Literal["any"] | frozenset[str]


class Perturb(Protocol):
    """A perturbation's function, as users write it."""

    def __call__(self, text: Text, rng: Random, severity: int) -> Text:
        """Return the perturbed text, or the same text if nothing can be done."""
        ...


@dataclass(frozen=True, slots=True)
class Example:
    """A case that a reader may doubt: it is documentation, a test, and text for the catalogue.

    Attributes:
        before: The text.
        after: The text after the perturbation under this seed, language and severity.
        language: BCP 47 tag; by default the perturbation's only language, or else English.
        seed: The seed of the random source.
        severity: 1 to 5.
        protect: The strings of the text that must stay.
        parallels: The same text in other languages.
        why: What the case shows; for readers of the source alone.
    """

    before: str
    after: str
    language: str = ""
    seed: int = 0
    severity: int = 2
    protect: tuple[str, ...] = ()
    parallels: tuple[tuple[str, str], ...] = ()
    why: str = ""

    @property
    def text(self) -> Text:
        """The text before, with its protected strings."""
        return Text.of(self.before, self.language, protect=self.protect, parallels=dict(self.parallels))


@dataclass(frozen=True, kw_only=True)
class Perturbation:
    """A named change to a text.

    Attributes:
        name: `family.name`.
        function: The change itself.
        preserves: What stays the same: the `meaning` of the text or, where it says more, the `intent` of the user; or None.
        alters: The aspect that becomes different (`polarity`, `number`, `name`), or None. Exactly one of the two is given.
        languages: The languages it works in, or `any`.
        scripts: The scripts it works in, or None for any. A language whose script is not known may be in one of them.
        severities: The highest severity; with 1, severity has no effect.
        version: Raised when the same seed gives another text: it is part of the random key.
        across_fields: Whether it exchanges things, such as names, and must exchange them alike in all fields of an example.
        alike: Whether it draws alike in all fields of an example, such as one language for all of them.
        reorders: The parts that it puts in another order: the lettered `choices` of a question or the numbered `passages` of a
            prompt, which answers then name by other marks; or solved `examples`, which no answer names; or None.
        needs: The optional module that it runs on, or None.
        extra: The extra of albert-robust that installs that module.
        examples: See `Example`.
        path: The file that defines it.
        line: The line in that file.
    """

    name: str
    function: Perturb
    preserves: str | None
    alters: str | None
    languages: Scope
    scripts: frozenset[str] | None
    severities: int
    version: int
    across_fields: bool
    alike: bool
    reorders: Order | None
    needs: str | None
    extra: str | None
    examples: tuple[Example, ...]
    path: Path
    line: int

    @property
    def family(self) -> str:
        """The part of the name before the dot."""
        return self.name.split(".", 1)[0]

    @property
    def levels(self) -> tuple[int, ...]:
        """The severities that it can be called with: all five if severity has no effect."""
        return SEVERITIES[: self.severities] if self.severities > 1 else SEVERITIES

    @cached_property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return (self.function.__doc__ or "").strip().split("\n", 1)[0]

    def applies(self, language: str) -> bool:
        """Return whether the perturbation works in a language."""
        if self.scripts is not None and script_of(language) not in {"", *self.scripts}:
            return False
        return self.languages == "any" or language in self.languages or base(language) in self.languages

    @cached_property
    def broken(self) -> tuple[str, ...]:
        """A message for each of its examples that does not come out as it is written."""
        return tuple(filter(None, map(self._otherwise, self.examples)))

    def _otherwise(self, case: Example) -> str:
        if not self.applies(case.language):
            return f"its example {case.before!r} is in {case.language!r}, where it does not work: say its `language=`"
        try:
            made = str(self(case.text, Random(case.seed), case.severity))
        except BaseException as error:
            raise_if_ending(error)
            return f"its example {case.before!r} raises {raised_there(error)}"
        return "" if made == case.after else f"its example {case.before!r} becomes {made!r}, expected {case.after!r}"

    def __call__(self, text: Text, rng: Random, severity: int = 2) -> Text:
        """Return the perturbed text.

        Raises:
            ValueError: The perturbation has no such severity.
            TypeError: The function returned something other than a text.
        """
        if severity not in self.levels:
            raise ValueError(f"severity {severity!r} of {self.name}: expected 1 to {self.levels[-1]}")
        made = self.function(text, rng, severity)
        if not isinstance(made, Text):
            raise TypeError(f"{self.name} returned {type(made).__name__}, expected a Text")
        return made


def perturbation(
    name: str,
    *,
    preserves: str | None = None,
    alters: str | None = None,
    languages: Literal["any"] | Collection[str] = "any",
    scripts: Collection[str] | None = None,
    severities: int = 5,
    version: int = 1,
    across_fields: bool = False,
    alike: bool = False,
    reorders: Order | None = None,
    needs: str | None = None,
    extra: str | None = None,
    examples: Sequence[Example] = (),
) -> Callable[[Perturb], Perturbation]:
    """Declare a perturbation; see `Perturbation` for the arguments.

    Raises:
        ValueError: The name is not `family.name`, or both or neither of `preserves` and `alters` are given, or the languages
            are a string other than `any`, or the scripts a string, or the severities are not 1 to 5.
    """
    family, _, rest = name.partition(".")
    if not (family.isidentifier() and rest.isidentifier() and name.isascii()):
        raise ValueError(f"perturbation name {name!r}: expected family.name, such as typos.keyboard")
    if (preserves is None) == (alters is None):
        raise ValueError(f"{name}: say either what it preserves or what it alters")
    if isinstance(languages, str) and languages != "any":
        raise ValueError(f"{name}: languages={languages!r}: expected 'any' or a list such as ['en']")
    if isinstance(scripts, str):
        raise ValueError(f"{name}: scripts={scripts!r}: expected a list such as ['Latin']")
    if severities not in SEVERITIES:
        raise ValueError(f"{name}: severities={severities!r}: expected how many there are, 1 to 5")

    def declare(function: Perturb) -> Perturbation:
        code = function.__code__  # type: ignore[attr-defined]  # a Perturb is a plain function here
        scope: Scope = "any" if isinstance(languages, str) else frozenset(languages)
        usual = next(iter(scope)) if len(scope) == 1 else "en"
        return Perturbation(
            name=name,
            function=function,
            preserves=preserves,
            alters=alters,
            languages=scope,
            scripts=None if scripts is None else frozenset(scripts),
            severities=severities,
            version=version,
            across_fields=across_fields,
            alike=alike,
            reorders=reorders,
            needs=needs,
            extra=extra,
            examples=tuple(replace(case, language=case.language or usual) for case in examples),
            path=Path(code.co_filename),
            line=code.co_firstlineno,
        )

    return declare


@lru_cache(maxsize=1024)
def share(severity: int, count: int) -> int:
    """Return how many of `count` words or places a severity touches: 5, 10, 20, 30, 50 %, at least one if there is one."""
    return min(count, max(1, round(SHARES[severity - 1] * count)))


def share_of_words(severity: int, text: Text) -> int:
    """Return how many words of a text a severity touches; in a language without spaces a character is half a word."""
    words = len(text.words())
    return share(severity, (words + 1) // 2 if base(text.language) in UNSPACED else words)
