"""The fixture `robust`: runs a suite's checks from a hand-written test, by the same steps as a suite."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from warnings import warn

from albert_robust.api import Variant, perturb
from albert_robust.asking.workspace import Function, Workspace
from albert_robust.conclude import executed, judged, shrunk_of
from albert_robust.errors import InputError, UsageError
from albert_robust.file_names import CONTRASTS, VARIANTS
from albert_robust.gate.doubts import constant
from albert_robust.perturbing.given import FAMILY
from albert_robust.results.failures import failures, moves
from albert_robust.results.records import CellRecord
from albert_robust.running.cell import Cell
from albert_robust.running.execute import Execution
from albert_robust.running.plan import plan
from albert_robust.scoring.texts import checked_texts
from albert_robust.show import describe
from albert_robust.shown import counted, suggest
from albert_robust.suite.expectations import ExpectationName
from albert_robust.suite.load import load_suite
from albert_robust.suite.movement import Moves
from albert_robust.suite.suite import Suite
from albert_robust.tasks import TASKS
from albert_robust.text.languages import UNKNOWN

BY_HAND = "by_hand"  # what given variants are called


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
        texts: Sequence[str] | Sequence[Mapping[str, Any]],
        perturbations: str | Sequence[str] = (),
        *,
        language: str,
        references: Sequence[Any] | None = None,
        given: Sequence[str] | None = None,
        expect: ExpectationName = "invariance",
        gate: str | Sequence[str] = (),
        seed: int = 0,
        task: str = "text-classification",
        max_errors: float = 0.0,
        reference_language: str | None = None,
        **more: Any,
    ) -> list[CellRecord]:
        """Return the verdicts of a check on texts, one for each perturbation.

        An inconclusive verdict is a warning: too few texts can neither pass nor fail a gate. The same answer to all of many texts
        is a warning too, because a model that ignores its input passes as well.

        Args:
            model: As a suite's `python:` names it: it takes a list of `{"text": ...}` and returns a list of labels, or of the
                task's outputs.
            texts: One or more; a list, an array or a data frame's column. For a task with several fields dictionaries, as a
                suite's `rows:` has them.
            perturbations: Such as `typos.keyboard@2`, or `typos.*`; one or several.
            language: BCP 47 tag of all texts.
            references: What the model should answer, one a text, for gates on quality such as `accuracy drop <= 0.05`.
            given: A variant of your own of each text.
            expect: `invariance`: the answers should stay; `direction`: they should change, because the meaning does; `reference`:
                they should be right, of the texts as they are.
            gate: The bound, or several, as in a suite; by default `consistency >= 0.9`, or `sensitivity >= 0.5` for a direction.
            seed: Any whole number.
            task: Any that needs no `range:`. Texts alone do for `multi-label-classification`, `token-classification`,
                `text-generation` (of a `prompt`), `summarization` (of a `document`), `translation` (of a `source`) or
                `retrieval` (by a `query`).
            max_errors: The share of the cases that may be errors, as in a suite.
            reference_language: BCP 47 tag of the model's output if it differs from that of the texts, as for a translation.
            more: Further keys of a check, as in a suite: `variants=3`, `worst_of=64`, `ignores=["number"]`, `except_=[...]`.

        Raises:
            AssertionError: A verdict is failed, error or not applicable; the message shows the worst cases.
            UsageError: The texts, the task, the perturbations, the language or the gate cannot be used, or the answers are not
                those of a model.
        """
        __tracebackhide__ = True  # pytest shows the line of the test, and not this function
        with TemporaryDirectory() as folder:
            packs = [pack for pack in self.packs if pack.is_dir()]
            names = _listed(perturbations)
            if given is not None:
                names.append(_keep_given(Path(folder), texts, given, language, expect))
                packs.append(Path(folder))
            dataset = {"rows": _rows(task, texts, references), "language": language}
            if reference_language:
                dataset["reference_language"] = reference_language
            keys = {name.removesuffix("_"): value for name, value in more.items()}
            suite = {
                "task": task,
                "model": {"python": model},
                "datasets": {"texts": dataset},
                "checks": [{"expect": expect, "perturbations": names, "gates": _listed(gate), **keys}],
                "seed": seed,
                "max_errors": max_errors,
            }
            try:
                checked = self._judged(load_suite(suite, packs=packs), Workspace(Path(folder), self.nodeid))
            except InputError as error:
                raise error.of_call() from error.__cause__
        if checked.failed:
            raise AssertionError("\n\n".join(checked.failed))
        for doubt in checked.doubts:
            warn(doubt, stacklevel=2)
        return checked.records

    def _judged(self, suite: Suite, workspace: Workspace) -> _Checked:
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
        numbers = [cell for cell in cells if isinstance(cell.check.movement, Moves)]
        moved = any(execution.tallies[cell.key].counts.flipped for cell in numbers)  # under one label, it may be
        unmoved = "" if moved else constant([execution.tallies[cell.key] for cell in cells])
        return _Checked(records, failed, [*doubts, unmoved] if unmoved else doubts)

    def _described(self, execution: Execution, cell: Cell, record: CellRecord) -> str:
        tally = execution.tallies[cell.key]
        few = shrunk_of(execution, cell, record) if self.shrinks else ()
        worst, often = failures(record, tally), moves(record, tally)
        return describe(cell, record, worst, f'pytest "{self.nodeid}"', few, often)


def _listed(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else [*names]


def _rows(
    task: str, texts: Sequence[str] | Sequence[Mapping[str, Any]], references: Sequence[Any] | None
) -> list[dict[str, Any]]:
    """Return the rows of a dataset of texts, each with its reference if there are some; rows are taken as they are."""
    __tracebackhide__ = True
    whole = isinstance(texts, list | tuple) and bool(texts) and all(isinstance(one, Mapping) for one in texts)
    known = {name: one for name, one in TASKS.items() if one.with_range is None}
    if task not in known:
        what = f"{task!r} is no task that a test by hand can check: a suite does all"
        raise UsageError(what, suggest(str(task), [*known]))
    reference, (field, *others) = known[task].reference, known[task].inputs
    if others and not whole:
        mend = f"give a dictionary of these in place of each text: {{{field!r}: ...}}"
        raise UsageError(f"{task} reads {field} and {' and '.join(others)}", mend)
    rows = [dict(one) for one in texts if isinstance(one, Mapping)] if whole else []
    rows = rows or [{"id": place, field: text} for place, text in enumerate(checked_texts("texts", texts), start=1)]
    if references is None:
        return rows
    if len(references) != len(rows):
        raise UsageError(f"references: {counted(len(references), 'reference')} for {counted(len(rows), 'text')}")
    return [{**row, reference: one} for row, one in zip(rows, references, strict=True)]


def _keep_given(folder: Path, texts: Sequence[Any], given: Sequence[str], language: str, expect: str) -> str:
    """Write variants to a folder of perturbations, and return the name of the perturbation that gives them."""
    __tracebackhide__ = True
    sources, variants = checked_texts("texts", texts), checked_texts("given", given)
    if len(sources) != len(variants):
        raise UsageError(f"given: {counted(len(variants), 'variant')} for {counted(len(sources), 'text')}")
    if len({*sources}) < len(sources):
        raise UsageError("given: a text stands twice: its variants cannot be told apart")
    rows = [
        {"text": text, "variant": variant, "language": language}
        for text, variant in zip(sources, variants, strict=True)
    ]
    ending = CONTRASTS if expect == "direction" else VARIANTS
    (folder / f"{BY_HAND}{ending}").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return f"{FAMILY}.{BY_HAND}"
