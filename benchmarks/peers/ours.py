"""This harness: a suite read, run, judged and kept, as `pytest` and `albert_robust.run` do."""

import sys
import time
from pathlib import Path

sys.path.insert(0, sys.argv[1])

import pyarrow.parquet  # noqa: F401  # what a run imports when it first needs it is imported here, and told apart
from work import tell

import albert_robust.conclude
import albert_robust.running.execute  # noqa: F401
from albert_robust import load_suite, run
from albert_robust.perturbing import open_packs
from albert_robust.results.folder import keep

open_packs()  # imports the perturbations
folder = Path(sys.argv[1])
started = time.process_time()
found = run(load_suite(folder / "overhead.robust.yaml"), workspace=folder / "workspace")
keep(found, folder / "kept")
tell("albert-robust", started, sum(cell.counts.tested for cell in found.cells))
