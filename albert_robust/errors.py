"""Mistakes in what a user gave us. Each is one clear line: where, what, and how to mend it; never our traceback."""

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib.util import find_spec
from itertools import groupby
from operator import index
from pathlib import Path
from traceback import walk_tb
from typing import SupportsIndex

SHOWN_CHOICES = 20
BESIDE_SUITE = "paths are relative to the suite's file"
SHOWN_CHARACTERS = 300  # of what somebody else's exception says
SHOWN_OF_COMPLAINT = 600  # characters, and as many of how to mend it
MOST_TOLD = 50  # complaints of a file
_COMMANDS = re.compile(
    r"(^[ \t]*):(?=:)|#(?=#\[)", re.MULTILINE
)  # where a line begins, and in their older form anywhere


@dataclass(frozen=True, slots=True)
class Complaint:
    """One mistake in a user's file: where it is, what it is, and how to mend it."""

    path: str
    line: int
    column: int
    what: str
    mend: str = ""

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}:{self.column}: {_in_part(self.what)}"
        return unobeyed(printable(f"{where}\n  {_in_part(self.mend)}" if self.mend else where))


class InputError(ValueError):
    """A user's input cannot be used. The message holds every complaint, in file order, up to `MOST_TOLD` of a file."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = sorted(complaints, key=lambda complaint: (complaint.path, complaint.line, complaint.column))
        super().__init__("\n".join(map(str, _told(self.complaints))))


def _told(complaints: Sequence[Complaint]) -> Iterator[Complaint]:
    """Yield the first complaints of each file, and in the place of the next one how many more there are."""
    for _, of_file in groupby(complaints, key=lambda complaint: complaint.path):
        found = list(of_file)
        yield from found[:MOST_TOLD]
        if rest := found[MOST_TOLD:]:
            yield replace(rest[0], what=f"here begin {len(rest):,} more mistakes", mend="mend those above first")


class _AdvisingError(Exception):
    """An exception that says what is wrong and, on an indented line of its own, how to mend it."""

    def __init__(self, what: str = "", mend: str = "") -> None:
        super().__init__(what, mend)
        self.what = what
        self.mend = mend

    def __str__(self) -> str:
        return f"{self.what}\n  {self.mend}" if self.mend else self.what


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
        retry_after: Seconds that the next try has to wait at least; None where that is not known.
    """

    retry_after: float | None = None

    def __init__(self, message: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = None if retry_after is None else float(retry_after)


def mistake_of(error: ValueError) -> Mistake:
    """Return what a reader complains of. Advice of a foreign one stands below the first line of what it says."""
    return error if isinstance(error, Mistake) else Mistake(*str(error).split("\n", 1))


def complaint_at(path: Path, what: str, mend: str = "", line: int = 1, column: int = 1) -> InputError:
    """Return an error with one complaint about a file."""
    return InputError([Complaint(shown_path(path), line, column, what, mend)])


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Tell of a file that cannot be read, and of what is there instead of a missing one, in place of our traceback.

    Raises:
        InputError: It is missing, or cannot be read.
    """
    try:
        yield
    except FileNotFoundError:
        raise complaint_at(path, "there is no such file", _near(path)) from None
    except OSError as error:
        raise complaint_at(path, f"cannot read the file: {error.strerror}") from None


def _near(path: Path) -> str:
    """Return what to try where a file is missing: one of its folder with nearly its name, if there is one."""
    if not path.parent.is_dir():
        return f"nor a folder {shown_path(path.parent)!r}"
    names = sorted({one.name for one in path.parent.iterdir()} - {path.name})
    near = get_close_matches(path.name, names, n=1)
    return f"did you mean {shown_path(path.parent / near[0])!r}?" if near else ""


@contextmanager
def writing(path: Path, mend: str) -> Iterator[None]:
    """Tell what cannot be written, and why, in place of our traceback.

    Args:
        path: What is written inside.
        mend: How to mend it.

    Raises:
        WritingError: It cannot be written.
    """
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else said(error)
        raise WritingError(f"{shown_path(path)}: cannot be written: {reason}", mend) from None


def raise_if_ending(error: BaseException) -> None:
    """Raise an exception of foreign code again if it is no fault of that code: it ends more than that.

    An interrupt does, `pytest.exit`, and a time-out of the whole test. All else is a fault, `SystemExit` and `GeneratorExit`
    too: foreign code ends nobody else's run, and skips no test of ours with `pytest.skip` nor passes it with `pytest.xfail`.
    """
    if _ends(error):
        raise error


def fault_of(error: BaseException) -> Exception:
    """Return an exception that ended a suite as one that ends nothing more: pytest would take `pytest.xfail` for a pass.

    Raises:
        BaseException: The same, if it is no fault of the suite.
    """
    raise_if_ending(error)
    return error if isinstance(error, Exception) else RuntimeError(raised(error)).with_traceback(error.__traceback__)


def _ends(error: BaseException) -> bool:
    import pytest

    kind = type(error)  # isinstance would ask the exception itself
    if issubclass(kind, BaseExceptionGroup):
        return any(map(_ends, error.exceptions))  # type: ignore[attr-defined]  # of a group
    timed_out = issubclass(kind, pytest.fail.Exception) and _raised_in(error, "pytest_timeout")
    return timed_out or issubclass(kind, KeyboardInterrupt | pytest.exit.Exception)


def _raised_in(error: BaseException, module: str) -> bool:
    return any(frame.f_globals.get("__name__") == module for frame, _ in walk_tb(error.__traceback__))


def whole(name: str, value: SupportsIndex) -> int:
    """Return a whole number of any library as Python's own.

    Raises:
        UsageError: It is none.
    """
    try:
        return index(value)
    except TypeError:
        raise UsageError(f"{name}: {value!r:.60}, expected a whole number") from None


def folders(name: str, given: Sequence[str | Path]) -> list[Path]:
    """Return folders that somebody named.

    Raises:
        UsageError: They are no list, or one is not there.
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
        MissingExtraError: It is not installed; the message has its `pip install` line.
    """
    if not installed(module):
        raise MissingExtraError(f"{purpose} needs {module}: pip install 'albert-robust[{extra}]'")


def installed(module: str) -> bool:
    """Return whether a module can be imported; `a.b` cannot where there is no `a`."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def raised(error: BaseException) -> str:
    """Return an exception of foreign code as one line that is safe to print: its type, and what it says."""
    return f"{on_one_line(type(error).__name__)}: {said(error)}"


def said(error: BaseException) -> str:
    """Return what an exception says on one line, not all of a long one, characters that are not printable written out."""
    try:
        text = str.__str__(str(error))  # a string of a class of its own may do anything
    except BaseException as other:
        raise_if_ending(other)
        return "(no message: its __str__ raises)"
    return on_one_line(text)


def on_one_line(text: str, most: int = SHOWN_CHARACTERS) -> str:
    """Return somebody else's text as a message may hold it: not all of a long one, and what is not printable written out."""
    line = " ".join(text.split())
    return printable(line if len(line) <= most else f"{line[:most]}...")


def _in_part(text: str) -> str:
    """Return a text without the middle of a very long one: a mistake quotes what is written, be it as long as it may."""
    return (
        text
        if len(text) <= SHOWN_OF_COMPLAINT
        else f"{text[: SHOWN_OF_COMPLAINT // 2]}...{text[-SHOWN_OF_COMPLAINT // 2 :]}"
    )


def printable(text: str) -> str:
    """Return a text with what is not printable written out, but for the ends of lines."""
    return "".join(one if one.isprintable() or one == "\n" else shown_character(one) for one in text)


def unobeyed(text: str) -> str:
    """Return a text with what GitHub's runner would take for a command written out."""
    return _COMMANDS.sub(lambda found: (found[1] or "") + shown_character(found[0][-1]), text)


def printable_name(name: str) -> str:
    """Return the name of a file or of a suite, which may hold anything, as it can be printed on one line."""
    return unobeyed(printable(name).replace("\n", shown_character("\n")))


def shown_character(character: str) -> str:
    """Return a character that cannot be seen, or looks like another, as messages and reports write it: `<U+202E>`."""
    return f"<U+{ord(character):04X}>"


def first_line(error: BaseException) -> str:
    """Return the first line of what an exception says, or its type where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def shown_path(path: Path) -> str:
    """Return a path as a person would type it, on one line: relative to the working folder where it lies below it."""
    try:
        shown = Path(os.path.realpath(path)).relative_to(Path.cwd())  # `resolve` raises at a link to itself
    except ValueError:
        shown = path
    return printable_name(shown.as_posix())


def suggest(word: str, known: Sequence[str]) -> str:
    """Return a line that names the nearest known word, or all of them where they are few."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"known: {', '.join(known)}" if 0 < len(known) <= SHOWN_CHOICES else ""
