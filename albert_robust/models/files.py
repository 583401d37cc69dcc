"""The files that shape a model's answers: what a suite names in `files:`, and a digest of any file's content."""

import glob
import hashlib
import os
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from albert_robust.errors import BESIDE_SUITE, Mistake, UsageError
from albert_robust.shown import shown_path


def file_digest(path: Path) -> bytes:
    """Return SHA-256 over a file's content, made once a process for as long as the file stays as it is.

    Raises:
        UsageError: The file cannot be read.
    """
    try:
        return _digest(path, *state_of(path))
    except OSError as error:
        raise UsageError(f"cannot read {shown_path(path)}: {error.strerror}") from None


def state_of(path: Path) -> tuple[int, int, int]:
    """Return what changes whenever a file is written: its size, its time and its place on the disk."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino


@cache
def _digest(path: Path, *state: int) -> bytes:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def digest_of(paths: Sequence[Path], folder: Path) -> str:
    """Return a digest of files: their contents, and their names as seen from a folder.

    Raises:
        UsageError: A file cannot be read.
    """
    names = {Path(os.path.relpath(path, folder)).as_posix(): path for path in paths}
    digest = hashlib.sha256()
    for name in sorted(names):
        digest.update(name.encode() + b"\0" + file_digest(names[name]))
    return digest.hexdigest()[:16]


def named_files(pattern: str, folder: Path) -> list[Path]:
    """Return the files that a pattern such as `weights/*.pkl` stands for; a folder stands for all files in it."""
    found = [folder / name for name in glob.glob(pattern, root_dir=folder, recursive=True)]
    inside = [below for one in found if one.is_dir() for below in one.rglob("*")]
    return [one for one in (*found, *inside) if one.is_file()]


def no_such_files(patterns: Sequence[str], folder: Path) -> Iterator[tuple[int, Mistake]]:
    """Yield a mistake for each pattern, by its number, that stands for no file."""
    for number, pattern in enumerate(patterns):
        if not named_files(pattern, folder):
            yield number, Mistake(f"no file {pattern!r} here", BESIDE_SUITE)
