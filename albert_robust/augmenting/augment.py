"""Augments data: draws the rows that each perturbation changes, makes their variants, and sets these behind them.

The variants are those of a check of invariance: what decides a label is never touched, and only perturbations are taken that
keep it.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from heapq import nsmallest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal, get_args

from albert_robust.asking.workspace import Workspace
from albert_robust.augmenting.rows import VariantRows, misplaced
from albert_robust.augmenting.wanted import shares_of
from albert_robust.data import Example
from albert_robust.data.dataset import LeftOut
from albert_robust.data.rows import UTF8, check_encoding, read_rows
from albert_robust.errors import Complaint, InputError, Mistake, UsageError
from albert_robust.file_names import PACK
from albert_robust.perturbing import Spec, open_packs
from albert_robust.results.outcome import Outcome, Status
from albert_robust.results.run import Run
from albert_robust.running.blocks import examples_of
from albert_robust.running.cell import Cell
from albert_robust.running.plan import plan
from albert_robust.running.variants import cases
from albert_robust.shown import suggest
from albert_robust.starter.columns import columns_in
from albert_robust.suite.load import load_suite
from albert_robust.suite.schema.dataset import rows_in
from albert_robust.suite.suite import Suite
from albert_robust.tasks import TASKS
from albert_robust.tasks.task import nothing

NAME = "data"  # what the one dataset is called
Originals = Literal["keep", "replace", "drop"]
Row = dict[str, Any]
Perturbations = str | Sequence[str] | Mapping[str, float] | Run
Variants = dict[tuple[str, str], list[tuple[str, Outcome]]]  # by id and language, each with what it is called


@dataclass(frozen=True, slots=True)
class Made:
    """What a perturbation made of the rows in a language that were drawn for it.

    Attributes:
        perturbation: As suites write it.
        language: BCP 47 tag.
        counts: By status; `tested` are the variants.
        why: What is wrong with the first one that was rejected or is an error; empty where none is.
    """

    perturbation: str
    language: str
    counts: Mapping[Status, int]
    why: str = ""

    @property
    def drawn(self) -> int:
        """How many variants were to be made."""
        return sum(self.counts.values())

    @property
    def variants(self) -> int:
        """How many were made."""
        return self.counts.get("tested", 0)


class Augmented(list[Row]):
    """Rows, each before its variants.

    Attributes:
        made: What each perturbation came to.
        changed: How many rows have variants.
        bad: What is wrong with each row that is no example, and was left as it is.
        others: How many rows are in each language that was not named, and were left as they are.
    """

    def __init__(self, rows: Sequence[Row], made: Sequence[Made], changed: int, left_out: LeftOut) -> None:
        super().__init__(rows)
        self.made = made
        self.changed = changed
        self.bad: Sequence[Complaint] = left_out.bad
        self.others: Mapping[str, int] = left_out.others


def augmented(
    data: Any,
    perturbations: Perturbations,
    *,
    task: str,
    languages: Sequence[str],
    share: float | None = None,
    n: int = 1,
    seed: int = 0,
    columns: Mapping[str, str] | None = None,
    fields: Sequence[str] = (),
    ignores: Sequence[str] = (),
    originals: Originals = "keep",
    reference_language: str = "",
    encoding: str = UTF8,
    on_bad_rows: Literal["error", "skip"] = "error",
    packs: Sequence[Path] = (),
    mapping: str = 'name it: `columns={"NAME": ...}`',
) -> Augmented:
    """Return the rows of data with variants of some, as `api.augment` has it; `mapping` is the advice about a missing column."""
    _check(task, n, originals, encoding)
    registry = open_packs((*packs, Path.cwd() / PACK))
    shares = shares_of(registry, perturbations, languages, share, ignores)
    where, first = _where(data, encoding)
    mapped = columns_in(first, TASKS[task], {}) | dict(columns or {})
    per_row = len(languages) > 1 or mapped.get("language", "language") in first
    spoken = {"languages": [*languages]} if per_row else {"language": languages[0]}
    dataset = {**where, **spoken, "columns": mapped, "on_bad_rows": on_bad_rows}
    if encoding != UTF8:
        dataset["encoding"] = encoding
    if reference_language:
        dataset["reference_language"] = reference_language
    check: Row = {"expect": "invariance", "perturbations": [*map(str, shares)], "ignores": [*ignores], "variants": n}
    if fields:
        check["fields"] = [*fields]
    model = {"python": list} | ({"range": [0, 1]} if TASKS[task].with_range else {})  # which is asked nothing
    content = {"task": task, "model": model, "datasets": {NAME: dataset}, "checks": [check], "seed": seed}
    try:
        suite = load_suite(content, packs=packs)
    except InputError as error:
        raise error.of_call() from None
    source = suite.datasets[NAME]
    source = replace(source, mapping=mapping, path=source.path if "path" in where else Path("rows"))
    return _with_variants(replace(suite, datasets={NAME: source}), shares, originals)


def _check(task: str, n: int, originals: str, encoding: str) -> None:
    for name, value, known in (("task", task, [*TASKS]), ("originals", originals, [*get_args(Originals)])):
        if value not in known:
            raise UsageError(f"{name}: {value!r:.60}, expected one of {', '.join(known)}", suggest(str(value), known))
    if n < 1:
        raise UsageError(f"n: {n} variants a row, expected at least 1")
    try:
        check_encoding(encoding)
    except Mistake as mistake:
        raise UsageError(f"encoding: {mistake.what}", mistake.mend) from None


def _where(data: Any, encoding: str) -> tuple[Row, Mapping[str, Any]]:
    """Return what a suite says of where data are, and their first row."""
    if isinstance(data, str | Path):
        return {"path": str(data)}, next((row for _, row in read_rows(Path(data), encoding=encoding)), {})
    rows = rows_in(data)
    first = rows[0] if isinstance(rows, list) and rows else {}
    return {"rows": rows}, first if isinstance(first, Mapping) else {}


def _with_variants(suite: Suite, shares: Mapping[Spec, float], originals: Originals) -> Augmented:
    source = suite.datasets[NAME]
    (examples,) = examples_of(suite, [NAME]).values()
    variants, made = _variants(suite, examples, shares)
    numbered = [*source.rows(source.path)]
    names = {one.line: (one.id, one.language) for one in examples}
    writer = VariantRows(suite.task, source, numbered)
    rows, changed = list[Row](), 0
    for line, row in numbered:
        own = variants.get(names[line], ()) if line in names else ()
        changed += bool(own)
        if originals == "keep" or (originals == "replace" and not own):
            rows.append(dict(row))
        rows += [writer.variant(line, row, case, called) for called, case in own]
    return Augmented(rows, made, changed, examples.left_out)


def _variants(suite: Suite, examples: Sequence[Example], shares: Mapping[Spec, float]) -> tuple[Variants, list[Made]]:
    """Return the variants of the examples that are drawn for each perturbation, and what these came to."""
    found: Variants = {}
    made = []
    with TemporaryDirectory() as folder, closing(Workspace(Path(folder), NAME).cache) as cache:
        for cell in plan(suite).cells:
            assert cell.spec is not None
            _check_kept(cell)
            own = [one for one in examples if one.language == cell.language]
            (outcomes,) = cases([cell], _drawn(cell, own, shares[cell.spec]), cache)
            for case in outcomes:
                if fault := misplaced(suite.task, case):
                    case.status, case.message = "rejected", fault
                if case.status == "tested":
                    number = f"#{case.replicate + 1}" if cell.check.variants > 1 else ""
                    found.setdefault((case.example, case.language), []).append((cell.perturbation + number, case))
            why = next((case.message for case in outcomes if case.status in {"rejected", "error"}), "")
            made.append(Made(cell.perturbation, cell.language, Counter(case.status for case in outcomes), why))
    return found, made


def _drawn(cell: Cell, examples: Sequence[Example], share: float) -> list[Example]:
    """Return a share of examples: those with the smallest keyed hashes, so that neither order nor slices matter."""

    def drawn(one: Example) -> bytes:
        key = f"{cell.suite.seed}\naugment\n{cell.perturbation}\n{one.id}"
        return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()

    return nsmallest(max(1, round(share * len(examples))), examples, key=drawn)


def _check_kept(cell: Cell) -> None:
    """Refuse a perturbation with which the label would have to change."""
    task = cell.suite.task
    if moved := [order for order in cell.reorders if order != "examples"]:
        what = f"{cell.perturbation} puts the {moved[0]} in another order, and the {task.reference} may name one by its place"
        raise UsageError(what, "leave it out")
    if cell.follows and task.protect is nothing:
        raise UsageError(f"{cell.perturbation} would have to change the {task.reference} alike", "leave it out")
