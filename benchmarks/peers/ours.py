"""This harness: a suite read, run, judged and kept, as `pytest` and `albert_robust.run` do."""

import sys
import time
from pathlib import Path

sys.path.insert(0, sys.argv[1])

from work import tell

from albert_robust import load_suite, run
from albert_robust.running.folder import keep

folder = Path(sys.argv[1])
started = time.process_time()
found = run(load_suite(folder / "overhead.robust.yaml"), workspace=folder / "workspace")
keep(found, folder / "kept")
tell("albert-robust", started, sum(cell.counts.tested for cell in found.cells))
