"""The page as plain values. All arithmetic and all decisions of the report are here; templates only lay out."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from albert_robust.gate.doubts import average, contrast, doubts, values_by
from albert_robust.report.beside import Beside, beside
from albert_robust.report.causes import Causes, causes
from albert_robust.report.cells import CellView, cell_views, worst_first
from albert_robust.report.display import shorten
from albert_robust.report.figures import amount, number, price
from albert_robust.report.matrix import AcrossTable, Matrix, ReferenceTable, across_tables, matrices, reference_tables
from albert_robust.report.models import ModelTable, model_tables
from albert_robust.report.slices import SliceTable, slice_tables
from albert_robust.report.verdicts import MARKS, VerdictMark
from albert_robust.results.failures import ATTENTION
from albert_robust.results.records import CellRecord, DataRecord, RowsLeftOut, SuiteRecord, Verdict
from albert_robust.results.run import Answer, Run, answer_of, tested_in, told_kept
from albert_robust.shown import counted
from albert_robust.suite.expectations import DIRECTED
from albert_robust.text.languages import UNKNOWN
from albert_robust.version import __version__

UNMOVED = "No check asks that outputs change: a model that ignores its input could pass."
MOST = 10  # languages of rows that were left out
LONG_PROMPT = 2_000  # characters
LONG_MISTAKE = 1000
BRIEF = 20  # cells in a Markdown comment
_STYLES: dict[Answer, str] = {
    "yes": "passed",
    "partial": "partial",
    "no": "failed",
    "undecided": "inconclusive",
    "nothing": "error",
}
_HEADLINES: dict[Answer, tuple[str, str]] = {
    "yes": ("\u2713", "Yes: every gate is met"),
    "partial": ("\u25d0", "Yes, as far as it was run"),
    "no": ("\u2715", "No"),
    "undecided": ("?", "Undecided"),
    "nothing": ("!", "Nothing was tested"),
}


@dataclass(frozen=True, slots=True)
class Banner:
    """May I ship this model?"""

    answer: Answer
    style: str
    sign: str
    headline: str
    explanation: str
    counts: tuple[tuple[VerdictMark, int], ...]
    tested: str
    mistakes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mean:
    """The mean of a measure over cells; `width` is in percent, and `cells` says of how many, or that there are none."""

    value: str
    width: str
    cells: str
    measured: bool


@dataclass(frozen=True, slots=True)
class SuiteCard:
    """One suite."""

    name: str
    path: str
    description: str
    facts: tuple[tuple[str, str], ...]
    datasets: tuple[tuple[str, str], ...]
    counts: tuple[tuple[VerdictMark, int], ...]
    consistency: Mean
    sensitivity: Mean
    direction: Mean
    warnings: tuple[str, ...]
    note: str
    signature: str


@dataclass(frozen=True, slots=True)
class Page:
    """The report."""

    banner: Banner
    causes: Causes
    suites: tuple[SuiteCard, ...]
    matrices: tuple[Matrix, ...]
    references: tuple[ReferenceTable, ...]
    across: tuple[AcrossTable, ...]
    slices: tuple[SliceTable, ...]
    attention: tuple[CellView, ...]
    brief: tuple[CellView, ...]
    brief_rest: int
    beside: Beside
    models: tuple[ModelTable, ...]
    passed: tuple[CellView, ...]
    measured: tuple[CellView, ...]
    not_applicable: tuple[CellView, ...]
    notes: tuple[tuple[str, str], ...]
    environment: tuple[tuple[str, str], ...]
    cost: tuple[tuple[str, str], ...]
    version: str


def page(run: Run) -> Page:
    """Return the report of a run as plain values."""
    suites = {suite.name: suite for suite in run.suites}
    places = {name: place for place, name in enumerate(suites)}  # models in the order of their file
    cells = sorted(run.cells, key=lambda cell: places.get(cell.suite, len(places)))
    attention = worst_first([cell for cell in run.cells if cell.verdict in ATTENTION])
    shown = cell_views(attention, run.tallies, suites, run.alignments, run.shrunk, run.worsened, run.beside)
    return Page(
        banner=banner(run.cells, run.mistakes, run.cells_left_out, run.all_kept),
        causes=causes(run),
        suites=tuple(_card(suite, run) for suite in run.suites),
        matrices=matrices(cells, run.beside),
        references=reference_tables(cells),
        across=across_tables(cells),
        slices=slice_tables(cells),
        attention=shown,
        brief=shown[:BRIEF],
        brief_rest=max(0, len(shown) - BRIEF),
        beside=beside(run),
        models=model_tables(run),
        passed=_quiet(run, "passed", suites),
        measured=_quiet(run, "measured", suites),
        not_applicable=_quiet(run, "not applicable", suites),
        notes=tuple(run.notes.items()),
        environment=(
            *((name, _written(value)) for name, value in run.environment.items()),
            *([("merged", f"of {run.merged} runs")] if run.merged > 1 else []),
        ),
        cost=tuple(
            (name.replace("_", " "), (price if name == "price" else amount)(value)) for name, value in run.cost.items()
        ),
        version=__version__,
    )


def _quiet(run: Run, verdict: Verdict, suites: Mapping[str, SuiteRecord]) -> tuple[CellView, ...]:
    return cell_views([cell for cell in run.cells if cell.verdict == verdict], run.tallies, suites)


def banner(
    cells: Sequence[CellRecord],
    mistakes: Mapping[str, str] = MappingProxyType({}),
    left_out: int = 0,
    kept: int = 0,
) -> Banner:
    """Return the answer to "May I ship this model?", and what led to it.

    Args:
        cells: What was judged.
        mistakes: Why suites could not be run, by name.
        left_out: How many cells their suites have beside them: of some cells no answer is a yes to all.
        kept: How many answers they are judged by, if all are kept ones.
    """
    verdicts = Counter(cell.verdict for cell in cells)
    answer = answer_of(cells, mistakes, left_out)
    sign, headline = _HEADLINES[answer]
    if answer == "partial":
        headline = f"{headline}: {len(cells):,} of {len(cells) + left_out:,} cells"
    if answer == "yes" and verdicts["warned"] + verdicts["known failure"]:
        headline = "Yes: every gate that can fail the run is met"
    return Banner(
        answer=answer,
        style=_STYLES[answer],
        sign=sign,
        headline=headline,
        explanation=" ".join(
            filter(None, [_explanation(answer, verdicts, len(mistakes)), _rest(left_out), told_kept(kept)])
        ),
        counts=_counts(cells),
        tested=counted(tested_in(cells), "case") + " tested",
        mistakes=tuple(shorten(what, LONG_MISTAKE) for what in dict.fromkeys(mistakes.values())),
    )


def _rest(left_out: int) -> str:
    return f"{counted(left_out, 'cell')} {'was' if left_out == 1 else 'were'} not run." if left_out else ""


def _explanation(answer: Answer, verdicts: Mapping[Verdict, int], broken: int) -> str:
    judged = sum(verdicts.values()) - verdicts["not applicable"] - verdicts["measured"]
    which = "with gates" if verdicts["measured"] else "that applies" if judged == 1 else "that apply"
    of = f"of {counted(judged, 'cell')} {which}"
    if answer == "nothing":
        return "No variant reached the model, so this run says nothing about it."
    warned = f"; {verdicts['warned']:,} missed a gate that only warns" if verdicts["warned"] else ""
    known = warned + (f"; {counted(verdicts['known failure'], 'known failure')}" if verdicts["known failure"] else "")
    if answer in {"yes", "partial"} and known:
        return f"{verdicts['passed']:,} {of} passed{known}."
    if answer in {"yes", "partial"}:
        return f"The one cell {which} passed." if judged == 1 else f"All {of.removeprefix('of ')} passed."
    if answer == "undecided":
        return _undecided(of, verdicts, known)
    words: tuple[tuple[Verdict, str], ...] = (("failed", "failed"), ("error", "ended in an error"))
    bad = [f"{verdicts[name]:,} {word}" for name, word in words if verdicts[name]]
    told = [f"{counted(broken, 'suite')} could not be run"] if broken else []
    return "; ".join([*told, *([f"{' and '.join(bad)} {of}"] if bad else [])]) + "."


def _undecided(of: str, verdicts: Mapping[Verdict, int], known: str) -> str:
    if verdicts["not tested"]:
        return (
            f"{verdicts['not tested']:,} {of} were not tested: the budget of this run had no room; none failed{known}."
        )
    if verdicts["inconclusive"]:
        return f"{verdicts['inconclusive']:,} {of} cannot be decided from this many examples; none failed{known}."
    return "No cell here has a gate: everything was measured, nothing was demanded."


def _counts(cells: Sequence[CellRecord]) -> tuple[tuple[VerdictMark, int], ...]:
    verdicts = Counter(cell.verdict for cell in cells)
    return tuple((mark, verdicts[verdict]) for verdict, mark in MARKS.items())


def _card(suite: SuiteRecord, run: Run) -> SuiteCard:
    cells = [cell for cell in run.cells if cell.suite == suite.name]
    consistency, sensitivity = contrast(cells)
    facts = (
        ("task", suite.task),
        ("model", suite.model),
        *((name, shorten(value, LONG_PROMPT)) for name, value in suite.settings.items()),
        ("identity", shorten(suite.identity, 24) if suite.identity else "unknown: nothing cached between runs"),
        ("seed", str(suite.seed)),
        ("confidence", f"{suite.confidence:g} of each bound, {2 * suite.confidence - 1:g} of an interval"),
        *((("not run", counted(left, "cell")),) if (left := run.left_out.get(suite.name, 0)) else ()),
    )
    return SuiteCard(
        name=suite.name,
        path=suite.path,
        description=suite.description,
        facts=facts,
        datasets=tuple(
            (name, what + _read(suite.data.get(name)) + _left_out(suite.rows_left_out.get(name, ())))
            for name, what in suite.datasets.items()
        ),
        counts=tuple(pair for pair in _counts(cells) if pair[1]),
        consistency=_mean(consistency),
        sensitivity=_mean(sensitivity),
        direction=_mean(values_by(DIRECTED, cells)),
        warnings=doubts(suite, run),
        note=UNMOVED if consistency and all(cell.expectation == "invariance" for cell in cells) else "",
        signature=suite.signature or "",
    )


def _read(data: DataRecord | None) -> str:
    """Return how many examples a dataset has, and what tells their content from any other."""
    if data is None:
        return ""
    bad = f"; {counted(data.bad, 'bad row')} left out" if data.bad else ""
    return f"; {counted(data.examples, 'example')}, {data.digest}{bad}"


def _left_out(rows: Sequence[RowsLeftOut]) -> str:
    """Return how many rows of a dataset were left out, by their languages."""
    if not rows:
        return ""
    languages = ", ".join(
        f"{one.count:,} {'without a language' if one.language == UNKNOWN else f'in {one.language}'}"
        for one in rows[:MOST]
    )
    return f"; {counted(sum(one.count for one in rows), 'row')} left out: {languages}{', ...' * (len(rows) > MOST)}"


def _mean(values: Sequence[float]) -> Mean:
    mean = average(values)
    return Mean(
        number(mean),
        f"{100 * mean:.0f}" if values else "0",
        f"mean of {counted(len(values), 'cell')}" if values else "not measured",
        bool(values),
    )


def _written(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
