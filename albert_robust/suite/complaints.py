"""Gathers what is wrong with a document until all of it can be told at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from albert_robust.documents.yaml_file import Document, Location
from albert_robust.errors import Complaint, Mistake
from albert_robust.shown import suggest

Arguments = ParamSpec("Arguments")
Value = TypeVar("Value")


@dataclass
class Complaints:
    """The complaints about a document so far."""

    document: Document
    found: list[Complaint] = field(default_factory=list)

    def add(self, location: Location, what: str, mend: str = "") -> None:
        """Complain of what stands at a location."""
        self.found.append(self.document.complain(location, what, mend))

    def take(self, location: Location, mistake: Mistake) -> None:
        """Complain of a mistake at a location."""
        self.add(location, mistake.what, mistake.mend)

    def attempt(
        self,
        location: Location,
        make: Callable[Arguments, Value],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Value | None:
        """Return the value of a function that reads what stands at a location; None, and a complaint, if that is a mistake."""
        try:
            return make(*arguments, **options)
        except Mistake as mistake:
            self.take(location, mistake)
            return None

    def unknown(
        self, location: Location, key: str, names: Sequence[str] | None, known: Sequence[str], otherwise: str = ""
    ) -> None:
        """Complain of each name of a list that is not known.

        Args:
            location: Of what has the list.
            key: The list's own key: a name of `datasets` is a dataset.
            names: The list; None where there is none.
            known: The names that may stand in it.
            otherwise: How to mend a name that no known one is like.
        """
        for number, name in enumerate(names or ()):
            if name not in known:
                what = f"unknown {key.removesuffix('s')} {name!r}"
                self.add((*location, key, number), what, suggest(name, known) or otherwise)
