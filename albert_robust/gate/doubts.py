"""Doubts: what makes the verdicts on a suite's model worth little, however certain each of them is."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations
from typing import Any

from albert_robust.models.prompt import fields_of
from albert_robust.results.records import CellRecord, DataRecord, SuiteRecord
from albert_robust.results.run import Run
from albert_robust.results.sample import OUTPUTS
from albert_robust.results.tally import Tally
from albert_robust.scoring.statistics import NOTHING
from albert_robust.shown import counted, on_one_line
from albert_robust.suite.expectations import EXPECTATIONS, Expectation
from albert_robust.suite.measure import measure_named
from albert_robust.tasks import TASKS, Task
from albert_robust.tasks.naming import meant_by, same_but_for_form
from albert_robust.text.languages import NAMES, UNKNOWN

STILL, DEAF = 0.98, 0.05  # a model whose outputs hardly ever change: consistency from, sensitivity up to
MANY_INPUTS = 20  # that one and the same output for all of them is worth a warning
FEW_ROWS = 3  # that are named
FEW_LABELS = 10  # likewise
RARE = 0.01  # the share of a dataset's examples up to which a label may be a slip
MORE = 10  # how many times as often the label has to be that is meant
LONG_ANSWER = 150  # characters
FEW_REPEATS = 0.9  # the share of different examples from which repeats are not worth a warning


def doubts(suite: SuiteRecord, run: Run) -> tuple[str, ...]:
    """Return what makes the verdicts on a suite's model worth little."""
    tallies = [tally for (name, _), tally in run.tallies.items() if name == suite.name]
    cells = [cell for cell in run.cells if cell.suite == suite.name]
    ended = {cell.key for cell in cells if cell.verdict == "error"}
    found = (
        _unchanging(*contrast(cells)),
        _one_output(tallies),
        _no_label_met(suite, tallies),
        _no_label(tallies),
        _cut(tallies),
        _unseen(suite),
        *_unread(suite),
        *(what for name, data in suite.data.items() for what in of_data(name, data)),
        *_misspelt(suite, tallies),
        *_never(suite, cells, tallies),
        *_bad_rows(suite),
        *_learnt(suite),
        *_unmeasured(cells, run),
        _tolerated([tally for key, tally in run.tallies.items() if key[0] == suite.name and key not in ended]),
    )
    return tuple(filter(None, found))


def _unseen(suite: SuiteRecord) -> str:
    """Return which fields of its task a prompt leaves out; nothing of a model without a prompt."""
    told = [suite.settings[name] for name in ("prompt", "system") if name in suite.settings]
    if "prompt" not in suite.settings or suite.task not in TASKS:
        return ""
    seen = fields_of(" ".join(told))
    lacking = [f"{{{name}}}" for name in TASKS[suite.task].inputs if name not in seen]
    return f"The prompt does not hold {' and '.join(lacking)}: the model never sees it." if lacking else ""


def contrast(cells: Sequence[CellRecord]) -> tuple[list[float], list[float]]:
    """Return the consistency of cells whose answers should stay and the sensitivity of those whose answers should change."""
    return values_by(EXPECTATIONS["invariance"], cells), values_by(EXPECTATIONS["direction"], cells)


def values_by(expectation: Expectation, cells: Sequence[CellRecord]) -> list[float]:
    """Return what the cells of checks that expect the same came to, by the measure of that."""
    own = [cell for cell in cells if cell.expectation == expectation.name]
    found = [cell.measures.get(expectation.measure, NOTHING) for cell in own]
    return [estimate.value for estimate in found if estimate.measured]


def average(values: Sequence[float]) -> float:
    """Return the mean of some values; of none it is no number."""
    return sum(values) / len(values) if values else float("nan")


def _unchanging(consistency: Sequence[float], sensitivity: Sequence[float]) -> str:
    if not (average(consistency) >= STILL and average(sensitivity) <= DEAF):
        return ""
    what = "Outputs hardly ever change, whether or not the meaning does"
    return f"{what}: the model may be ignoring its input, or such a change be nothing to its task."


def _one_output(tallies: Sequence[Tally]) -> str:
    asked, outputs, expected = (_in_all(tallies, name) for name in ("asked", "outputs", "expected"))
    if len(asked) < MANY_INPUTS or len(expected) < 2 or len(outputs) != 1:
        return ""
    return "All original inputs got one and the same output, though not the same is expected of them."


def _no_label_met(suite: SuiteRecord, tallies: Sequence[Tally]) -> str:
    task = TASKS.get(suite.task)
    if task is None or not task.has_labels or len(_in_all(tallies, "asked")) < MANY_INPUTS:
        return ""
    quality = next(iter(task.qualities))
    met = [tally.numbers.before[quality].values for tally in tallies if quality in tally.numbers.before]
    if not met or any(values.any() for values in met):
        return ""
    said = _first_two(_labels_in(task, _in_all(tallies, "outputs")))
    labels = _first_two(_labels_in(task, chain.from_iterable(_in_all(tallies, "expected"))))
    mend = "if they mean the same, say so in `model:`, `labels: {LABEL_0: bad}`"
    return f"No original got its expected label. The model says {said}, the data say {labels}: {mend}."


def _no_label(tallies: Sequence[Tally]) -> str:
    strays, tested = (sum(getattr(tally.counts, name) for tally in tallies) for name in ("no_label", "tested"))
    if not strays:
        return ""
    said = on_one_line(next((tally.accounting.stray for tally in tallies if tally.accounting.stray), ""), LONG_ANSWER)
    what = f"{strays:,} of {tested:,} tested cases have an answer that says none of the labels"
    return f"{what}, such as {said!r}: it counts as wrong, and as a flip beside any other."


def _cut(tallies: Sequence[Tally]) -> str:
    cut, tested = (sum(getattr(tally.counts, name) for tally in tallies) for name in ("cut", "tested"))
    if not cut:
        return ""
    what = f"{cut:,} of {tested:,} tested cases have an input that is longer than the model reads"
    return f"{what}: the rest was cut, and what stands there had no effect."


def _tolerated(tallies: Sequence[Tally]) -> str:
    errors, cases = (sum(getattr(tally.counts, name) for tally in tallies) for name in ("error", "selected"))
    if not errors:
        return ""
    first = next(tally.evidence.errors[0] for tally in tallies if tally.evidence.errors)
    said = on_one_line(first.message, LONG_ANSWER)
    return f"{errors:,} of {cases:,} cases are errors, few enough for a verdict, such as {first.example[:60]!r}: {said}"


def _unread(suite: SuiteRecord) -> Iterator[str]:
    """Yield which rows of datasets were left out though they may have been meant."""
    for dataset, rows in suite.rows_left_out.items():
        for one in rows:
            left = f"{counted(one.count, 'row')} of {dataset!r} left out"
            if one.language == UNKNOWN:
                yield f"{left}: no language is said there. Fill in their `language`."
            elif own := NAMES.get(one.language.casefold()):
                yield f"{left}: in {one.language!r}, which is no BCP 47 tag. Write {own!r} there."
            elif one.kin:
                yield f"{left}: in {one.language!r}, and `languages` names {one.kin!r}. Name it too, or write {one.kin!r} there."


def of_data(dataset: str, data: DataRecord) -> Iterator[str]:
    """Yield what is doubtful about the examples of a dataset, whatever the model says."""
    if again := repeated(dataset, data):
        yield again
    if data.empty:
        what = f"{counted(data.empty, 'text')} of {dataset!r} {'is' if data.empty == 1 else 'are'} empty"
        yield f"{what}: fill in, or take out, what is no text that the model has to answer."
    labels = [*data.labels]
    alike = [(one, other) for one, other in combinations(labels, 2) if same_but_for_form(one, other)]
    for one, other in alike[:FEW_ROWS]:
        often = " and ".join(f"{label!r} ({data.labels[label]:,})" for label in (one, other))
        yield f"The labels {often} of {dataset!r} differ in case or blanks alone: write them alike, or an answer of one is wrong."


def repeated(dataset: str, data: DataRecord) -> str:
    """Return what is wrong with a dataset many of whose examples repeat another; empty if there are few."""
    if data.different >= FEW_REPEATS * data.examples:
        return ""
    what = f"Only {data.different:,} of the {counted(data.examples, 'example')} of {dataset!r} are different"
    return f"{what}: each repeat counts as one more, so intervals are too narrow. Take the repeats out."


def _misspelt(suite: SuiteRecord, tallies: Sequence[Tally]) -> Iterator[str]:
    """Yield which labels of few rows may be a common one misspelt: those that the model never says."""
    said = _said(suite, tallies)
    if said is None or len(_in_all(tallies, "asked")) < MANY_INPUTS:
        return
    for dataset, data in suite.data.items():
        few = max(1, RARE * data.examples)
        rare = [label for label, often in data.labels.items() if often <= few and label not in said]
        common = [label for label, often in data.labels.items() if often >= MORE * few]
        meant = [(label, near) for label in rare if (near := meant_by(label, common))]
        for label, near in meant[:FEW_ROWS]:
            if not same_but_for_form(label, near):
                rows = f"{counted(data.labels[label], 'row')} of {dataset!r}"
                yield f"{label!r} is the label of {rows} and of no answer: did you mean {near!r}?"


def _never(suite: SuiteRecord, cells: Sequence[CellRecord], tallies: Sequence[Tally]) -> Iterator[str]:
    """Yield which labels checks wait for in vain: no row has them, and no answer."""
    said = _said(suite, tallies)
    if said is None or not any(tally.counts.tested for tally in tallies):
        return
    known = said.union(suite.labels, *(data.labels for data in suite.data.values()))
    for label in sorted({cell.becomes for cell in cells if cell.becomes} - known):
        mend = f"known: {', '.join(sorted(known)[:FEW_LABELS])}"
        yield f"`becomes: {label}` is met by no answer, and no row has that label either. Is it spelt so? {mend}."


def _said(suite: SuiteRecord, tallies: Sequence[Tally]) -> set[str] | None:
    """Return all labels that the model said; None where its answers are no labels, or too many to know."""
    task = TASKS.get(suite.task)
    outputs = _in_all(tallies, "outputs") | _in_all(tallies, "varied")
    if task is None or not task.has_labels or len(outputs) >= OUTPUTS:
        return None
    return _labels_in(task, outputs)


def _labels_in(task: Task, outputs: Iterable[str]) -> set[str]:
    """Return the labels of outputs, each of which has one, or any number."""
    parts = task.annotation
    return {label for output in outputs for label in (parts.labels(output) if parts else [output])}


def _bad_rows(suite: SuiteRecord) -> Iterator[str]:
    """Yield how many rows of datasets were left out because they are no examples, and the first of them."""
    for dataset, data in suite.data.items():
        if data.bad:
            more = f"; and {data.bad - FEW_ROWS:,} more" if data.bad > FEW_ROWS else ""
            named = "; ".join(on_one_line(one, LONG_ANSWER) for one in data.bad_rows[:FEW_ROWS])
            yield f"{counted(data.bad, 'bad row')} of {dataset!r} left out: {named}{more}."


def _learnt(suite: SuiteRecord) -> Iterator[str]:
    """Yield of which datasets the model has learnt examples: what it does with them says little of others."""
    for dataset, data in suite.data.items():
        if data.learnt:
            what = f"{data.learnt:,} of the {counted(data.examples, 'example')} of {dataset!r}"
            yield f"The model ({suite.model}) has learnt {what}: take them out of one of the two."


def _unmeasured(cells: Sequence[CellRecord], run: Run) -> Iterator[str]:
    """Yield which measures that gates name could not be measured of all tested cases."""
    missing: dict[str, list[int]] = {}
    for cell in (cell for cell in cells if cell.key in run.tallies):
        tally = run.tallies[cell.key]
        for name in dict.fromkeys(gate.measure for gate in cell.gates):
            measure = measure_named(name, cell.measure)
            numbers = tally.series(measure.base if measure.by else name)
            measured = len(tally.numbers.agreement if measure.compares_outputs else numbers)
            if 0 < measured < tally.counts.tested:
                missing.setdefault(name, []).append(tally.counts.tested - measured)
    for name, counts in missing.items():
        where = f"in {counted(len(counts), 'cell')}"
        yield f"{name!r} could not be measured of {sum(counts):,} tested cases {where}: its gates are judged by the others."


def _first_two(values: Iterable[str]) -> str:
    return ", ".join(sorted(map(repr, values))[:2])


def constant(tallies: Sequence[Tally]) -> str:
    """Return what is wrong with a model that gave all texts and variants one answer; nothing where it did not."""
    asked, outputs, varied = (_in_all(tallies, name) for name in ("asked", "outputs", "varied"))
    if len(asked) < MANY_INPUTS or len(outputs | varied) != 1:
        return ""
    (said,) = outputs
    return f"every text and variant got the answer {said!r}, as of a model that ignores its input: add texts of other answers"


def _in_all(tallies: Sequence[Tally], name: str) -> set[Any]:
    """Return what cells have seen together: `asked`, `outputs`, `varied` or `expected`."""
    return {value for tally in tallies for value in getattr(tally.sample, name)}
