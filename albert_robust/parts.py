"""Parts: the runs of a session's processes, one where pytest runs alone, one a worker with xdist.

A worker keeps its part in a folder that the controller reads, and removes.
"""

import shutil
import tempfile
from collections.abc import Set
from pathlib import Path

from albert_robust.errors import writing
from albert_robust.running.folder import keep, only, open_run, order_of
from albert_robust.running.outcomes import MEND_TEMPORARY, Place
from albert_robust.running.records import Run


class Parts:
    """The parts that a controller has.

    Attributes:
        runs: Its own, if it judged anything, and those of its workers.
        lost: Cells that a worker judged that died, and no other.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.runs: list[Run] = []
        self.lost: Set[Place] = frozenset()
        self._folders: list[Path] = []

    def take_over(self, folder: Path) -> None:
        """Take the part that a worker left."""
        self.runs.append(open_run(folder))
        self._folders.append(folder)

    def settle(self, judged: Set[Place]) -> None:
        """See to it that each cell is in one part: where a worker died, the others judged its cells too.

        Args:
            judged: The cells on which pytest has a verdict.
        """
        self.lost = judged
        for place, run in enumerate(self.runs):
            own = self.lost & order_of(run.cells).keys()
            self.runs[place] = only(run, own)
            self.lost -= own

    def clear(self) -> None:
        """Remove what workers left."""
        for folder in self._folders:
            shutil.rmtree(folder, ignore_errors=True)


def hand_over(run: Run) -> Path:
    """Return a new folder with the part of a worker.

    Raises:
        WritingError: There is no place for temporary files.
    """
    with writing(Path(tempfile.gettempdir()), MEND_TEMPORARY):
        folder = Path(tempfile.mkdtemp(prefix="albert-robust-part-"))
    try:
        keep(run, folder, MEND_TEMPORARY)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder
