"""Blocks: splits the examples of a suite into blocks, and makes the cases of all cells for one block."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain, islice, pairwise
from pathlib import PurePath

from albert_robust.asking.cache import Cache
from albert_robust.data import Example, Examples, Source, read_examples
from albert_robust.errors import Complaint, InputError
from albert_robust.models import Inputs
from albert_robust.results.fingerprint import Fingerprint, digest
from albert_robust.results.outcome import Outcome
from albert_robust.results.records import DataRecord
from albert_robust.running.cell import Cell
from albert_robust.running.measure import Made
from albert_robust.running.variants import cases
from albert_robust.scoring.sequential import looks
from albert_robust.shown import SHOWN_CHOICES, suggest
from albert_robust.suite.gates import needs_references
from albert_robust.suite.suite import Check, Suite
from albert_robust.tasks import Task
from albert_robust.tasks.naming import meant_by

BLOCK = 1000  # examples
MOST_SLICES = 50  # by one column
MOST_LABELS = 200  # that are counted one by one
Texts = tuple[str, ...]  # of an example's fields, their blanks made alike
Block = Mapping[tuple[str, str], Sequence[Example]]  # by dataset and language


def examples_of(suite: Suite, names: Sequence[str]) -> dict[str, Examples]:
    """Return the examples of some datasets of a suite.

    Raises:
        InputError: A dataset is broken, or has no references though a gate on quality needs them, or one that is no label, or a
            column that should tell results apart has too many values.
    """
    found = {name: read_examples(suite.datasets[name], suite.task.inputs, suite.task.reference) for name in names}
    for name, examples in found.items():
        _few_slices(suite.datasets[name], examples)
    for check in suite.checks:
        needing = [gate for gate in check.gates if needs_references(gate, suite.task)]
        for name in check.datasets if needing else ():
            if name in found:
                _measurable(suite, suite.datasets[name], found[name], f"{needing[0]} cannot be measured")
        _moves_to_a_label(suite, check, {name: found[name] for name in check.datasets if name in found})
    return found


def _moves_to_a_label(suite: Suite, check: Check, datasets: Mapping[str, Sequence[Example]]) -> None:
    """Complain of a check whose answers move to a label that the data spell otherwise, unless the suite names its labels."""
    told = suite.model.data_labels or suite.model.kind.labels(suite.model, suite.task, suite.path.parent)
    label = check.movement.label if check.movement and suite.task.has_labels and not told else ""
    known = {one for examples in datasets.values() for one in labels_of(suite.task, examples)}
    if label and (meant := meant_by(label, known)):
        what = f"`{check.movement}`: no row of {' or '.join(map(repr, datasets))} is {label!r:.60}"
        mend = f"did you mean {meant!r:.60}? if it is another label, name all in `labels:` of the model"
        raise InputError([Complaint(suite.shown, check.place, what, mend)])


def labels_of(task: Task, examples: Iterable[Example]) -> Iterator[str]:
    """Yield the labels of examples, with repeats: of a task whose outputs are labels; of others nothing."""
    parts = task.annotation
    for reference in chain.from_iterable(one.references for one in examples) if task.has_labels else ():
        yield from parts.labels(reference) if parts else [reference]


def _few_slices(source: Source, examples: Sequence[Example]) -> None:
    """Complain of a column with so many values that few examples have the same one."""
    for column in source.slices:
        values = {one.slices[column] for one in examples if column in one.slices}
        if len(values) > MOST_SLICES:
            what = (
                f"the column {column!r} has {len(values):,} different values, {MOST_SLICES} at most tell results apart"
            )
            mend = "take it out of `slices`, or make a column of a few classes of it"
            raise source.complaint(source.files()[0][0], what, mend)


def learnt_by(suite: Suite) -> frozenset[Texts]:
    """Return the texts of the examples that a suite's model is made from here; most models are made elsewhere.

    Raises:
        InputError: Their file is broken.
    """
    return frozenset(map(_texts, suite.model.kind.learns_from(suite.model, suite.task, suite.path.parent)))


def _texts(example: Example) -> Texts:
    return tuple(" ".join(text.split()) for text in example.fields.values())


def data_of(examples: Examples, task: Task, learnt: Set[Texts] = frozenset()) -> DataRecord:
    """Return what a dataset holds, in numbers.

    Args:
        examples: Its own.
        task: Of its suite.
        learnt: The texts that the model was made from.
    """
    held = Fingerprint()
    held.add(map(_digest, examples))
    different = {(one.language, *one.fields.values()) for one in examples}
    met = sum(_texts(one) in learnt for one in examples) if learnt else 0
    bad = examples.left_out.bad
    held.add(digest(("bad", one.what)) for one in bad)
    named = tuple(f"{one.place.within(PurePath(one.path).name)}: {one.what}" for one in bad[:SHOWN_CHOICES])
    labels = Counter(labels_of(task, examples))
    return DataRecord(
        examples=len(examples),
        different=len(different),
        digest=str(held),
        learnt=met,
        bad=len(bad),
        bad_rows=named,
        empty=sum(not one.fields[task.inputs[0]].strip() for one in examples),
        labels=dict(sorted(labels.items())) if len(labels) <= MOST_LABELS else {},
    )


def _digest(example: Example) -> int:
    own = (example.id, example.language, *example.fields, *example.fields.values(), "references", *example.references)
    parallels = sorted((language, *fields.values()) for language, fields in example.parallels.items())
    more = chain(example.slices.items(), example.beside.items())
    return digest((*own, *chain.from_iterable(parallels), *chain.from_iterable(more)))


def _measurable(suite: Suite, source: Source, examples: Sequence[Example], told: str) -> None:
    """Complain of examples without references, or of one whose label the model is not to answer: no answer would be right."""
    column, path = source.column(suite.task.reference), source.files()[0][0]
    if not any(one.references for one in examples):
        what, mend = (
            f"no row has a reference in the column {column!r}",
            f"map it, `columns: {{{suite.task.reference}: ...}}`",
        )
        if source.templates:
            what, mend = f"no template has a {suite.task.reference!r}", f'add `{suite.task.reference}: "..."`'
        line = source.templates.lines[0] if source.templates else 0
        raise source.complaint(path, what, f"{told}: {mend}", line)
    for one in examples if suite.labels else ():
        if one.references and not {*one.references} & {*suite.labels}:
            what = f"the {column} {one.references[0]!r:.60} of example {one.id!r:.60} is none of the model's `labels`"
            mend = f"add it to them; {suggest(one.references[0], suite.labels)}".removesuffix("; ")
            raise source.complaint(path, what, f"{told}: {mend}", one.line)


def blocks(suite: Suite, datasets: Mapping[str, Sequence[Example]]) -> Iterator[Block]:
    """Yield the examples of datasets, a thousand at a time.

    With `early_stop` the examples come in a random order that depends on the suite's seed alone, and in blocks of the sizes
    that `looks` gives.
    """
    if suite.early_stop:
        yield from _looks(suite.seed, datasets)
        return
    rows = ((name, example) for name, examples in datasets.items() for example in examples)
    while some := list(islice(rows, BLOCK)):
        yield _grouped(some)


def _looks(seed: int, datasets: Mapping[str, Sequence[Example]]) -> Iterator[Block]:
    whole = _grouped((name, example) for name, examples in datasets.items() for example in examples)
    shuffled = {place: sorted(group, key=lambda example: _drawn(seed, example.id)) for place, group in whole.items()}
    chunks = {
        place: [group[start:end] for start, end in pairwise([0, *looks(len(group))])]
        for place, group in shuffled.items()
    }
    for number in range(max(map(len, chunks.values()), default=0)):
        yield {place: parts[number] for place, parts in chunks.items() if number < len(parts)}


def _drawn(seed: int, example: str) -> bytes:
    return hashlib.sha256(f"{seed}\nearly stop\n{example}".encode()).digest()


def _grouped(rows: Iterable[tuple[str, Example]]) -> dict[tuple[str, str], list[Example]]:
    found: dict[tuple[str, str], list[Example]] = {}
    for name, example in rows:
        found.setdefault((name, example.language), []).append(example)
    return found


def perturbed(cells: Sequence[Cell], block: Block, cache: Cache) -> Made:
    """Return the cases of each cell that has examples in a block."""
    own: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        own.setdefault((cell.dataset, cell.language), []).append(cell)
    groups = {place: cases(group, block[place], cache) for place, group in own.items() if place in block}
    made = {cell.id: found for place, group in groups.items() for cell, found in zip(own[place], group, strict=True)}
    return [(cell, made[cell.id]) for cell in cells if cell.id in made]


def inputs_of(made: Made) -> Iterator[Inputs]:
    """Yield the inputs that the model must answer, with repeats."""
    for case in _to_ask(made):
        yield case.original
        if case.variant:
            yield case.variant


def originals_of(made: Made) -> Iterator[Inputs]:
    """Yield the inputs that are asked again with `replicates`: the originals of variants."""
    return (case.original for case in _to_ask(made) if case.variant)


def _to_ask(made: Made) -> Iterator[Outcome]:
    return (case for _, group in made for case in group if case.status == "tested")
