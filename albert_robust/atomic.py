"""Files and folders that are written whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path, *, alone: bool = False) -> Iterator[Path]:
    """Yield a name to write a file or a folder to, which takes the path's place if all goes well, and else is taken away.

    Args:
        path: A file, there or not; or a folder, not there or empty. Its own folder exists.
        alone: Whether no other process writes to it: then what a killed one left is written over and not left lying.
    """
    part = path.with_name(f"{path.name}.part" if alone else f"{path.name}.{os.getpid()}.part")
    _remove(part)
    try:
        yield part
        if part.is_dir() and path.is_dir():
            path.rmdir()
        settle(part, path)
    finally:
        _remove(part)


def settle(part: Path, path: Path) -> None:
    """Move a file or a folder into place, readable for all whom the umask lets read: some libraries write for the owner alone."""
    for file in filter(Path.is_file, [part, *part.rglob("*")]):
        file.chmod(0o666 & ~_umask())
    part.replace(path)


def _umask() -> int:
    """Return the process's umask, which can only be read by setting it."""
    held = os.umask(0o077)
    os.umask(held)
    return held


def write_whole(path: Path, data: bytes, *, alone: bool = False) -> None:
    """Write a file; see `whole`."""
    with whole(path, alone=alone) as part:
        part.write_bytes(data)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
