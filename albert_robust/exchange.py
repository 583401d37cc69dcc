"""Exchange: writes the questions for a model as JSON Lines, and takes in its answers, wherever it ran.

A question has a `key`, which stands for the model, the task, the inputs and the replicate. An answer has the same key and an
`output`, in any form that the task takes from a model. Answers are kept in the cache, so a later run needs no model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from albert_robust.asking.ask import read_output
from albert_robust.asking.predict import kept_form
from albert_robust.asking.workspace import Workspace
from albert_robust.data.rows import read_rows
from albert_robust.errors import (
    Complaint,
    InputError,
    Mistake,
    Place,
    UsageError,
    WritingError,
    complaint_at,
    mistake_of,
)
from albert_robust.models import Inputs
from albert_robust.models.reply import after_thoughts, read_reply
from albert_robust.running.cell import Cell
from albert_robust.running.lookup import look_up
from albert_robust.shown import shown_path
from albert_robust.tasks import Task

SHORT = 16  # characters of a key
MEND_WORKSPACE = "make room there, or name another folder: --workspace DIR"
FORM = 'write {"key": "...", "output": ...}'


@dataclass(frozen=True, slots=True)
class Question:
    """A question that a model is asked once.

    Attributes:
        suite: The suite's name.
        name: The key in the cache under which its answer is kept.
        inputs: The fields that the model sees.
        replicate: Which of several answers to the same inputs.
        answered: Whether the cache has an answer.
        task: Says how an answer is read.
        labels: For a model with a prompt, whose replies are read as if it were asked here; else None.
    """

    suite: str
    name: str
    inputs: Inputs
    replicate: int
    answered: bool
    task: Task
    labels: Sequence[str] | None = None

    @property
    def key(self) -> str:
        """The question's name in files."""
        return self.name[:SHORT]


def questions(cells: Sequence[Cell], workspace: Workspace) -> Iterator[Question]:
    """Yield the questions of a run of cells, each once.

    Args:
        cells: Of any number of suites.
        workspace: Where answers are kept.

    Raises:
        InputError: A suite's data or model are unfit, or a check with `worst_of` asks further questions after the answers.
        UsageError: A model has no identity, so nobody could tell which model an answer is from.
    """
    for cell in cells:
        if cell.check.worst_of > 1:
            what = "`worst_of` asks what the answers so far lead to: no file can hold it"
            raise complaint_at(
                cell.suite.path, what, "take it out where the model runs elsewhere", cell.check.place.line
            )
    seen: set[str] = set()
    for one in look_up(cells, workspace):
        if one.predictor.model.identity is None:
            name = one.suite.model_name
            which, where = (f"its model {name!r}", f"{name}:") if name else ("its model", "model:")
            raise UsageError(f'{one.suite.shown}: {which} has no identity: add `version: "1"` to `{where}`')
        for input_key, name in one.found.names.items():
            if name not in seen:
                seen.add(name)
                answered = input_key in one.found.answers.predictions
                inputs = one.found.inputs[input_key]
                labels = one.suite.model.own_labels if one.suite.model.prompt else None
                yield Question(one.suite.name, name, inputs, one.replicate, answered, one.suite.task, labels)


def take_in(path: Path, cells: Sequence[Cell], workspace: Workspace) -> int:
    """Keep the outputs in a file as answers, all or none, and return how many there were.

    Args:
        path: JSON Lines, JSON, CSV, TSV or Parquet with `key`, `output` and perhaps `scores`.
        cells: The cells whose questions are answered.
        workspace: Where answers are kept.

    Raises:
        InputError: The file is broken, or empty while inputs wait for answers; a key is unknown or stands twice, or an output
            cannot be read. It has every complaint.
        UsageError: As for `questions`.
        WritingError: The workspace cannot be written.
    """
    known = {question.key: question for question in questions(cells, workspace)}
    kept: dict[str, Any] = {}
    complaints = []
    for line, row in read_rows(path):
        try:
            name, value = _answer(row, known)
            if name in kept:
                raise Mistake(f"the key {row['key']!r} is here twice")
            kept[name] = value
        except ValueError as error:
            mistake = mistake_of(error)
            complaints.append(Complaint(shown_path(path), Place(line), mistake.what, mistake.mend or FORM))
    missing = sum(not question.answered for question in known.values())
    if missing and not kept and not complaints:
        raise complaint_at(path, f"no outputs in it, and {missing} inputs have none yet", FORM)
    if complaints:
        raise InputError(complaints)
    workspace.cache.put(kept.items())
    if not workspace.cache.lasts:
        what = f"{shown_path(workspace.folder)}: cannot be written: no output was taken in"
        raise WritingError(what, MEND_WORKSPACE)
    return len(kept)


def _answer(row: dict[str, Any], known: dict[str, Question]) -> tuple[str, Any]:
    if "output" not in row or not isinstance(row.get("key"), str):
        raise Mistake("a line without a key or an output")
    question = known.get(row["key"])
    if question is None:
        what = f"unknown key {row['key']!r:.40}: the suite, its data, its seed or its model's version are others now"
        raise Mistake(what, "write the inputs anew: albert-robust inputs")
    task, output, scores = question.task, _present(row["output"]), _present(row.get("scores"))
    if scores and not isinstance(scores, dict):
        raise Mistake(f"the scores are {scores!r:.40}, expected a probability a label")
    if isinstance(output, str) and question.labels is not None:
        output = read_reply(after_thoughts(output), task, question.labels)
    found = read_output(task, {task.output_key: output, "scores": scores} if scores else output, question.inputs)
    if isinstance(found, str):
        raise Mistake(found)
    return question.name, kept_form(found)


def _present(value: Any) -> Any:
    """Return a value without keys that hold None: Parquet gives every row the keys of all rows."""
    if not isinstance(value, dict):
        return value
    return {name: _present(one) for name, one in value.items() if one is not None}
