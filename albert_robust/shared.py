"""What the workers of xdist share: the first that reaches a cell runs all of them and leaves its run to the others."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from albert_robust.errors import writing
from albert_robust.results.folder import RUN, keep, open_run
from albert_robust.results.outcomes import MEND_TEMPORARY
from albert_robust.results.run import Run


class SharedFolder:
    """A temporary folder for one run, which all processes of a pytest session know and the controller removes."""

    def __init__(self, folder: Path) -> None:
        """Take a folder, which need not exist yet."""
        self.folder = folder

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until no other process has its turn. A process that dies loses it.

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
        """Return the run; None if no process has left one yet."""
        return open_run(self.folder) if (self.folder / RUN).exists() else None

    def leave(self, run: Run) -> None:
        """Keep a run for the other processes.

        Raises:
            WritingError: It cannot be written.
        """
        keep(run, self.folder, MEND_TEMPORARY)
