"""The fixture `robust`: runs a suite's checks from a hand-written test, by the same steps as a suite."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from warnings import warn

from albert_robust.api import Variant, perturb
from albert_robust.asking.workspace import Function, WorkspaceOf
from albert_robust.conclude import executed, judged, shrunk_of
from albert_robust.errors import InputError, Mistake, UsageError
from albert_robust.file_names import PACK, SUITE
from albert_robust.gate.doubts import constant
from albert_robust.results.failures import failures, moves
from albert_robust.results.records import CellRecord
from albert_robust.running.cell import Cell
from albert_robust.running.execute import Execution
from albert_robust.running.plan import plan
from albert_robust.scoring.texts import checked_texts
from albert_robust.show import describe
from albert_robust.shown import suggest
from albert_robust.suite.load import load_suite
from albert_robust.suite.suite import Suite
from albert_robust.tasks import TASKS
from albert_robust.text.languages import UNKNOWN


@dataclass(frozen=True, slots=True)
class _Checked:
    """What came of a check.

    Attributes:
        records: All verdicts.
        failed: The messages of those that no test may pass with.
        doubts: What makes the others doubtful.
    """

    records: list[CellRecord]
    failed: list[str]
    doubts: list[str]


@dataclass(frozen=True, slots=True)
class Robust:
    """Variants and checks for one hand-written test.

    Attributes:
        nodeid: The test's id in pytest, for the command that repeats it.
        shrinks: Whether a failure says which edits are enough.
        packs: Folders of the user's own perturbations: beside the test, as beside a suite, and in pytest's root folder.
    """

    nodeid: str
    shrinks: bool = False
    packs: tuple[Path, ...] = ()

    def variants(self, text: str, spec: str, *, language: str = UNKNOWN, seed: int = 0, n: int = 1) -> list[Variant]:
        """Return `n` variants of a text, as `albert_robust.perturb` does."""
        return perturb([text], spec, language=language, seed=seed, n=n, packs=self.packs)[0]

    def check(
        self,
        model: Function,
        texts: Sequence[str],
        spec: str,
        *,
        language: str,
        expect: Literal["invariance", "direction"] = "invariance",
        ignores: Sequence[str] = (),
        gate: str | None = None,
        seed: int = 0,
        task: str = "text-classification",
        worst_of: int = 1,
        max_errors: float = 0.0,
        reference_language: str | None = None,
    ) -> list[CellRecord]:
        """Return the verdicts of a check on texts, one for each perturbation that the spec stands for.

        An inconclusive verdict is a warning: too few texts can neither pass nor fail a gate. The same answer to all of many texts
        is a warning too, because a model that ignores its input passes as well.

        Args:
            model: As a suite's `python:` names it: it takes a list of `{"text": ...}` and returns a list of labels, or of the
                task's outputs.
            texts: One or more; a list, an array or a data frame's column.
            spec: Such as `typos.keyboard@2`, or `typos.*`.
            language: BCP 47 tag of all texts.
            expect: `invariance`: the answers should stay; `direction`: they should change, because the spec alters the meaning.
            ignores: What the spec alters although no answer depends on it, such as `number`.
            gate: The bound, as in a suite; by default `consistency >= 0.9`, or `sensitivity >= 0.5` for a direction.
            seed: Any whole number.
            task: One that reads one text alone: `multi-label-classification`, `token-classification`, `text-generation` (of a
                `prompt`), `summarization` (of a `document`), `translation` (of a `source`) or `retrieval` (by a `query`).
            worst_of: How many variants of each text are searched for the worst, as in a suite.
            max_errors: The share of the cases that may be errors, as in a suite.
            reference_language: BCP 47 tag of the model's output if it differs from that of the texts, as for a translation.

        Raises:
            AssertionError: A verdict is failed, error or not applicable; the message shows the worst cases.
            UsageError: The texts, the task, the spec, the language or the gate cannot be used, or the answers are not those of
                a model.
        """
        __tracebackhide__ = True  # pytest shows the line of the test, and not this function
        check = {
            "expect": expect,
            "perturbations": [spec],
            "ignores": [*ignores],
            "gates": [] if gate is None else [gate],
            "worst_of": worst_of,
        }
        spoken = {"language": language} | ({"reference_language": reference_language} if reference_language else {})
        checked = self._checked(model, texts, task, spoken, {"checks": [check], "seed": seed, "max_errors": max_errors})
        if checked.failed:
            raise AssertionError("\n\n".join(checked.failed))
        for doubt in checked.doubts:
            warn(doubt, stacklevel=2)
        return checked.records

    def _checked(
        self, model: Function, texts: Sequence[str], task: str, spoken: dict[str, str], content: dict[str, Any]
    ) -> _Checked:
        """Return what came of a suite's content, with a dataset of texts in a language and a model at hand."""
        __tracebackhide__ = True
        with TemporaryDirectory() as folder:
            try:
                suite = _suite(Path(folder), task, texts, spoken, content, self.packs)
                return self._judged(suite, WorkspaceOf(Path(folder), self.nodeid, function=model))
            except InputError as error:
                raise UsageError("\n".join(str(Mistake(one.what, one.mend)) for one in error.complaints)) from None

    def _judged(self, suite: Suite, workspace: WorkspaceOf) -> _Checked:
        """Return all verdicts on a suite's cells."""
        cells = plan(suite).cells
        with executed(cells, workspace) as execution:
            records = judged(execution, cells)
            failed = [
                self._described(execution, cell, record)
                for cell, record in zip(cells, records, strict=True)
                if record.verdict not in {"passed", "inconclusive"}
            ]
        doubts = [
            f"{record.perturbation} [{record.language}] is inconclusive: {record.reason}"
            for record in records
            if record.verdict == "inconclusive"
        ]
        unmoved = constant([execution.tallies[cell.key] for cell in cells])
        return _Checked(records, failed, [*doubts, unmoved] if unmoved else doubts)

    def _described(self, execution: Execution, cell: Cell, record: CellRecord) -> str:
        tally = execution.tallies[cell.key]
        few = shrunk_of(execution, cell, record) if self.shrinks else ()
        worst, often = failures(record, tally), moves(record, tally)
        return describe(cell, record, worst, f'pytest "{self.nodeid}"', few, often)


def _suite(
    folder: Path,
    task: str,
    texts: Sequence[str],
    spoken: dict[str, str],
    content: dict[str, Any],
    packs: Sequence[Path],
) -> Suite:
    """Return a suite that is written to a folder, and read back as any other.

    Args:
        folder: Of the suite and its data.
        task: One that reads one text alone.
        texts: Of its dataset.
        spoken: The dataset's languages.
        content: All keys of the suite but its task, its model and its datasets.
        packs: Folders of perturbations; those that do not exist are left out.
    """
    __tracebackhide__ = True
    texts = checked_texts("texts", texts)
    if task not in (alone := [name for name, one in TASKS.items() if one.stands_alone]):
        what = f"{task!r} is no task that a test by hand can check: a suite does all"
        raise UsageError(what, suggest(str(task), alone))
    (field,) = TASKS[task].inputs
    lines = (json.dumps({field: text}) + "\n" for text in texts)
    (folder / "texts.jsonl").write_text("".join(lines), encoding="utf-8")
    datasets = {"texts": {"path": "texts.jsonl", **spoken}}
    whole = {"task": task, "model": {"python": "the:model"}, "datasets": datasets, **content}
    path = folder / f"handwritten{SUITE}"
    path.write_text(json.dumps(whole), encoding="utf-8")
    return load_suite(path, packs=[pack for pack in (*packs, Path.cwd() / PACK) if pack.is_dir()])
