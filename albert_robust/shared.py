"""What the workers of xdist share: the first that reaches a cell runs all of them, and the others read what it found."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from albert_robust.errors import writing
from albert_robust.results.folder import RUN, keep, open_run
from albert_robust.results.outcomes import MEND_TEMPORARY
from albert_robust.results.records import Run


class SharedRun:
    """A run in a temporary folder, which all processes of one pytest run know and its controller removes."""

    def __init__(self, folder: Path) -> None:
        """Name the folder, which need not be there."""
        self.folder = folder

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until no other process has its turn; one that dies has had it.

        Raises:
            WritingError: There is no place for temporary files.
        """
        with writing(self.folder, MEND_TEMPORARY):
            self.folder.mkdir(mode=0o700, exist_ok=True)
            lock = FileLock(self.folder / "turn.lock")
            lock.acquire()
        try:
            yield
        finally:
            lock.release()

    def find(self) -> Run | None:
        """Return the run, None where there is none yet."""
        return open_run(self.folder) if (self.folder / RUN).exists() else None

    def leave(self, run: Run) -> None:
        """Keep a run for the other processes.

        Raises:
            WritingError: It cannot be written.
        """
        keep(run, self.folder, MEND_TEMPORARY)
