"""What outcomes come to, for tests that make them by hand or want to see them all, and small suites that are run whole."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from albert_robust.asking.budget import Budget
from albert_robust.asking.workspace import Workspace
from albert_robust.gate import certain, judge
from albert_robust.results.cell_key import CellKey
from albert_robust.results.outcome import Outcome
from albert_robust.results.outcomes import OutcomeFile
from albert_robust.results.records import CellRecord
from albert_robust.results.run import Run
from albert_robust.results.tally import Tally
from albert_robust.running.answers import answer_of
from albert_robust.running.cell import Cell
from albert_robust.running.execute import Execution, execute
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite


def tally_of(cell: Cell, outcomes: Iterable[Outcome]) -> Tally:
    """Return what the outcomes of a cell come to."""
    found = Tally(cell.check.expectation)
    for outcome in outcomes:
        found.add([outcome], [answer_of(cell, outcome, "after")] if outcome.status == "tested" else [])
    return found


def record_of(cell: Cell, outcomes: Iterable[Outcome]) -> CellRecord:
    """Return what is judged of a cell with these outcomes."""
    return judge(cell, tally_of(cell, outcomes))


def outcomes_of(execution: Execution) -> dict[CellKey, list[Outcome]]:
    """Return the outcomes of each executed cell."""
    found: dict[CellKey, list[Outcome]] = {place: [] for place in execution.tallies}
    for outcome in OutcomeFile(execution.path):
        found[outcome.suite, outcome.cell].append(outcome)
    return found


def in_memory(run: Run) -> Run:
    """Return a run with its outcomes as a tuple, so that two of them compare."""
    return replace(run, outcomes=tuple(run.outcomes))


ASKED = """
import json, pathlib

LOG = pathlib.Path(__file__).with_name("asked.jsonl")

def predict(batch):
    with LOG.open("a") as log:
        log.writelines(json.dumps(one["text"]) + "\\n" for one in batch)
    return [answer(one["text"]) for one in batch]
"""
CALM = "\ndef answer(text):\n    return 'loud' if text.isupper() else 'calm'\n"
MOODY = """
from collections import Counter
from random import Random
SEEN = Counter()

def answer(text):
    SEEN[text] += 1
    return Random(f"{text} {SEEN[text]}").choice("ab")
"""


def planned(
    folder: Path,
    checks: str,
    *,
    model: str = "",
    answer: str = CALM,
    extra: str = "",
    rows: Sequence[str] = (),
) -> list[Cell]:
    """Return the cells of a suite written to a folder, whose model notes what it is asked.

    Args:
        folder: Of the suite.
        checks: A check a line, in YAML.
        model: More settings of the model, such as `, batch: 2`; it has a version.
        answer: Python: the function from a text to the model's answer.
        extra: More keys of the suite.
        rows: Texts; a dozen by default. Each is labelled `calm`.
    """
    texts = rows or [f"the weather in town {number} was lovely" for number in range(12)]
    data = [json.dumps({"id": f"r{number:04}", "text": text, "label": "calm"}) for number, text in enumerate(texts)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "d.jsonl").write_text("\n".join(data), encoding="utf-8")
    (folder / "model.py").write_text(ASKED + answer, encoding="utf-8")
    lines = ["task: text-classification", f'model: {{python: "model:predict", version: "1"{model}}}']
    lines += ["datasets: {d: {path: d.jsonl, language: en}}", "checks:", *checks.strip().splitlines(), extra]
    path = folder / "s.robust.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return list(plan(load_suite(path)).cells)


def asked(folder: Path) -> list[str]:
    """Return what the model of a planned suite was asked, one after the other."""
    log = folder / "asked.jsonl"
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def ran(cells: Sequence[Cell], folder: Path, budget: Budget | None = None, run: str = "run") -> Execution:
    """Run cells in a folder's workspace; they have no mistakes. Those that may stop early do."""
    workspace = Workspace(folder / ".albert_robust", run, budget=budget or Budget())
    execution = execute(cells, workspace, certain)
    assert execution.mistakes == {}
    workspace.cache.close()
    return execution


def records_of(execution: Execution, cells: Iterable[Cell]) -> dict[str, CellRecord]:
    """Return the verdicts on executed cells by id, without a baseline."""
    return {cell.id: judge(cell, execution.tallies[cell.suite.name, cell.id]) for cell in cells}
