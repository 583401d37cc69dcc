"""What a session notes beside its verdicts. A worker of xdist hands its notes to the controller."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from traceback import format_exception

from albert_robust.errors import WritingError
from albert_robust.results.cell_key import CellKey


@dataclass
class Notes:
    """What a session notes beside its verdicts.

    Attributes:
        broken: Why suites cannot be run, by their names.
        whole: How many items a whole run of each suite judges.
        untested: Items that the budget left untested, whose checks do not allow that.
        skipped: Whether marks skip all items that were chosen.
        unwritten: Why the run, its report or a baseline could not be written.
        mended: Messages about marks of known failures that can go.
    """

    broken: dict[str, str] = field(default_factory=dict)
    whole: dict[str, int] = field(default_factory=dict)
    untested: set[CellKey] = field(default_factory=set)
    skipped: bool = False
    unwritten: list[str] = field(default_factory=list)
    mended: list[str] = field(default_factory=list)

    def take(self, other: "Notes") -> None:
        """Add the notes of a worker."""
        self.broken |= other.broken
        self.whole |= other.whole
        self.untested |= other.untested
        self.skipped = self.skipped or other.skipped
        self.unwritten += other.unwritten
        self.mended += other.mended

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Note an error instead of raising it: a path that cannot be written, or a mistake of ours.

        xdist would swallow the error, and a run without its report would look like one that passed.
        """
        try:
            yield
        except WritingError as error:
            self.unwritten.append(str(error))
        except Exception as error:
            self.unwritten.append("".join(format_exception(error)))
