"""Errors that users can mend. Each says on one line where and what is wrong, and on the next how to mend it."""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib.util import find_spec
from itertools import groupby
from operator import index
from pathlib import Path
from typing import NamedTuple, SupportsIndex

from albert_robust.foreign import said
from albert_robust.shown import printable, shown_path, unobeyed, without_middle

BESIDE_SUITE = "paths are relative to the suite's file"
SHOWN_OF_COMPLAINT = 600  # characters of each of its two lines: it may quote anything
MOST_TOLD = 50  # complaints per file


class Place(NamedTuple):
    """Where something stands: the line and column of a file, or the key in a dictionary, `checks[0].gates`, or a list, `[24]`."""

    line: int = 1
    column: int = 1
    key: str | None = None  # empty for the dictionary itself; such places are numbered by their lines

    def within(self, path: str) -> str:
        """Return the place as messages write it."""
        if self.key is None:
            return f"{path}:{self.line}:{self.column}"
        return f"{path}{self.key}" if self.key.startswith("[") else ".".join(filter(None, [path, self.key]))


@dataclass(frozen=True, slots=True)
class Complaint:
    """A mistake in what a user wrote: where it is, what it is, and how to mend it."""

    path: str
    place: Place
    what: str
    mend: str = ""

    def __str__(self) -> str:
        what, mend = (without_middle(text, SHOWN_OF_COMPLAINT) for text in (self.what, self.mend))
        return unobeyed(printable(f"{self.place.within(self.path)}: {_advised(what, mend)}"))


class InputError(ValueError):
    """A user's input cannot be used. The message holds every complaint, in file order, up to `MOST_TOLD` of a file."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = sorted(complaints, key=lambda complaint: (complaint.path, complaint.place[:2]))
        super().__init__("\n".join(map(str, _told(self.complaints))))

    def of_call(self) -> "UsageError":
        """Return the complaints without their places, as of a call that made a suite of its arguments."""
        return UsageError("\n".join(str(Mistake(one.what, one.mend)) for one in self.complaints))


def _told(complaints: Sequence[Complaint]) -> Iterator[Complaint]:
    """Yield the first complaints about each file, then one that counts the others."""
    for _, group in groupby(complaints, key=lambda complaint: complaint.path):
        of_file = list(group)
        yield from of_file[:MOST_TOLD]
        if rest := of_file[MOST_TOLD:]:
            yield replace(rest[0], what=f"here begin {len(rest):,} more mistakes", mend="mend those above first")


def _advised(what: str, mend: str) -> str:
    return f"{what}\n  {mend}" if mend else what


class _AdvisingError(Exception):
    """An exception that says what is wrong and how to mend it. Whoever replaces its `args`, replaces both."""

    def __init__(self, what: str = "", mend: str = "") -> None:
        super().__init__(what, mend)

    @property
    def what(self) -> str:
        """What is wrong."""
        return "".join(self.args[:1])

    @property
    def mend(self) -> str:
        """How to mend it; empty if nothing is known to help."""
        return "".join(self.args[1:])

    def __str__(self) -> str:
        return _advised(self.what, self.mend)


class Mistake(_AdvisingError, ValueError):  # noqa: N818  # it is returned and yielded, too
    """Something that a user wrote is wrong. Whoever knows where it stands makes a `Complaint` of it."""


class UsageError(Mistake):
    """A call or a command is wrong."""


class WritingError(_AdvisingError):
    """A file or a folder cannot be written."""


class MissingExtraError(ImportError):
    """An optional dependency is not installed: one line that says what to install."""


class TransientError(Exception):
    """Raised by a model that will answer the same batch a little later: a limit was hit, a server is busy.

    Attributes:
        retry_after: The least time to wait before the next try, in seconds; None if that is not known.
    """

    retry_after: float | None = None

    def __init__(self, message: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = None if retry_after is None else float(retry_after)


def mistake_of(error: ValueError) -> Mistake:
    """Return an error of a reader as a mistake. A foreign reader has its advice below the first line of its message."""
    return error if isinstance(error, Mistake) else Mistake(*str(error).split("\n", 1))


def complaint_at(path: Path, what: str, mend: str = "", line: int = 1, column: int = 1) -> InputError:
    """Return an error with one complaint about a file."""
    return InputError([Complaint(shown_path(path), Place(line, column), what, mend)])


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Complain of a file that cannot be read; if it is missing, name the file that may be meant.

    Raises:
        InputError: The file is missing, or cannot be read.
    """
    try:
        yield
    except FileNotFoundError:
        raise complaint_at(path, "there is no such file", _near(path)) from None
    except OSError as error:
        raise complaint_at(path, f"cannot read the file: {error.strerror}") from None


def _near(path: Path) -> str:
    """Return the advice about a missing file: the file beside it whose name is nearly the same, if any is."""
    if not path.parent.is_dir():
        return f"nor a folder {shown_path(path.parent)!r}"
    names = sorted({other.name for other in path.parent.iterdir()} - {path.name})
    near = get_close_matches(path.name, names, n=1)
    return f"did you mean {shown_path(path.parent / near[0])!r}?" if near else ""


@contextmanager
def writing(path: Path, mend: str) -> Iterator[None]:
    """Say what cannot be written, and why.

    Args:
        path: The file or folder that is written.
        mend: How to mend it.

    Raises:
        WritingError: It cannot be written.
    """
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else said(error)
        raise WritingError(f"{shown_path(path)}: cannot be written: {reason}", mend) from None


def whole(name: str, value: SupportsIndex) -> int:
    """Return a whole number of any library, such as numpy's, as Python's own.

    Raises:
        UsageError: The value is no whole number.
    """
    try:
        return index(value)
    except TypeError:
        raise UsageError(f"{name}: {value!r:.60}, expected a whole number") from None


def folders(name: str, given: Sequence[str | Path]) -> list[Path]:
    """Return the folders that a caller named.

    Raises:
        UsageError: They are no list, or one of them does not exist.
    """
    if isinstance(given, str | Path):
        raise UsageError(f"{name}: expected a list of folders")
    for folder in map(Path, given):
        if not os.path.isdir(folder):
            raise UsageError(f"{name}: there is no folder {shown_path(folder)!r}")
    return [*map(Path, given)]


def need(module: str, extra: str, purpose: str) -> None:
    """Raise unless an optional module can be imported.

    Raises:
        MissingExtraError: The module is not installed; the message has its `pip install` line.
    """
    if not installed(module):
        raise MissingExtraError(f"{purpose} needs {module}: pip install 'albert-robust[{extra}]'")


def installed(module: str) -> bool:
    """Return whether a module can be imported; `a.b` cannot if there is no `a`."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
