"""Measures of a suite's own: how good an output is, or how alike two are, by a Python function or by a model that judges."""

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import isnan
from numbers import Real
from pathlib import Path
from typing import Any, ClassVar

from albert_robust.documents.yaml_file import Document, Location
from albert_robust.errors import Mistake, Place
from albert_robust.models import Inputs, Model, ModelSpec, Usage, load_model
from albert_robust.models.callable import code_identity, load_callable
from albert_robust.models.files import no_such_files
from albert_robust.models.kinds import why_not
from albert_robust.models.load import with_files
from albert_robust.models.prompt import RESERVED, fields_of
from albert_robust.scoring.statistics import DIGITS
from albert_robust.shown import suggest
from albert_robust.suite.measure import measure_named
from albert_robust.suite.rules import Rule
from albert_robust.suite.schema import MeasureSpec
from albert_robust.tasks import Quality, Task, TextScorer
from albert_robust.tasks.task import OUTSIDE, Compared, Measured

OF_PAIR = (
    "output",
    "reference",
    "language",
    "reference_language",
)  # what is seen of a pair, beside the example's inputs
SCORES = ("scores", "reference_scores")  # what is seen of labels, where a function asks for it
FROM, TO = 0.0, 1.0  # the numbers of a measure, unless a judge's `range:` says otherwise


@dataclass(frozen=True)
class OwnMeasure:
    """A measure that a suite adds to its task's. It is asked as models are.

    Attributes:
        name: As gates and checks write it.
        model: What is asked: a function that computes it, or a judge.
        judges: Whether it is a judge: asked within the budget, and only where a gate or a check names it.
        columns: The further columns of the data that it reads.
        scores: Whether it reads the probabilities of labels.
        folder: The suite's.
        place: Where it stands in the suite.
    """

    name: str
    model: ModelSpec
    judges: bool
    columns: tuple[str, ...]
    scores: bool
    folder: Path
    place: Place
    needs_encoder: ClassVar[bool] = False

    def __call__(self, pairs: Sequence[Compared], scorer: TextScorer) -> Sequence[Measured]:
        """Return a number in [0, 1] a pair; nan where a function has none."""
        return scorer.measured(self.name, pairs) if pairs else ()

    @property
    def identity(self) -> str:
        """What names it: numbers of two are not compared."""
        model, version = self.model, self.model.version or ""
        if isinstance(model.python, Rule):
            return f"{self.name}: {model.python.name}"
        if model.python:
            scale = " from {:g} to {:g}".format(*model.range) if model.range else ""
            code = code_identity(model.python, self.folder, version)
            return f"{self.name} by {with_files(code, model, self.folder)}{scale}"
        return f"{self.name} by {self._loaded(Path(), False, Usage()).identity or getattr(model, model.kind.name)}"

    @cached_property
    def task(self) -> Task:
        """How its answers are read: as one of the labels if it has any, else as a number. Those in another range are others."""
        low, high = self.model.range or (FROM, TO)
        number = f"number from {low:g} to {high:g}"
        return Task(
            name=f"measure, a {number}",
            inputs=(),
            reference="",
            perturbed=(),
            agreements={},
            qualities={},
            output_key="score",
            output_type=number,
            parse=str if self.model.labels else partial(_number, low, high, may_lack=not self.judges),
            single_label=bool(self.model.labels),
            reference_type="number",
            bounds=(low, high),
        )

    def asked(self, models: Path, allow_network: bool, usage: Usage) -> Model:
        """Return what is asked, not loaded yet, for `load_model`'s arguments. A function is given pairs as mappings."""
        loaded = self._loaded(models, allow_network, usage)
        return _OfPairs(self, loaded.identity) if self.model.python else loaded

    def seen(self, pair: Compared) -> Inputs:
        """Return what is asked about a pair, by the names that prompts have for it: of its row no more than is read."""
        row, scores = dict(pair.row), SCORES if self.scores else ()
        return (
            dict(pair.inputs)
            | {name: row[name] for name in self.columns}
            | {name: getattr(pair, name) for name in OF_PAIR}
            | {name: json.dumps(dict(getattr(pair, name))) for name in scores}
        )

    def pair(self, seen: Inputs) -> dict[str, Any]:
        """Return the same as a function is given it."""
        apart = {*OF_PAIR, *self.columns, *(SCORES if self.scores else ())}
        return {
            **{name: seen[name] for name in OF_PAIR},
            "inputs": {name: text for name, text in seen.items() if name not in apart},
            "row": {name: seen[name] for name in self.columns},
            **{name: json.loads(seen[name]) for name in (SCORES if self.scores else ())},
        }

    def number(self, output: str) -> float | str:
        """Return the number that an answer stands for, or why it stands for none. The first label is 0, the last one 1."""
        labels = self.model.own_labels
        if not labels:
            low, high = self.task.bounds
            return (float(output) - low) / (high - low)
        if output not in labels:
            return f"the model returned {output!r:.80}, expected one of {', '.join(labels)}"
        return labels.index(output) / (len(labels) - 1)

    def _loaded(self, models: Path, allow_network: bool, usage: Usage) -> Model:
        return load_model(self.model, self.folder, self.task, models, allow_network, usage)


@dataclass(frozen=True)
class _OfPairs:
    """A function that is given pairs."""

    measure: OwnMeasure
    identity: str | None
    stream: None = None

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return what the function makes of the pairs."""
        answers: Sequence[Any] = self._function([self.measure.pair(seen) for seen in batch])
        return answers

    @cached_property
    def _function(self) -> Any:
        return load_callable(self.measure.model.python, self.measure.folder, None).function


def _number(low: float, high: float, answer: Any, *, may_lack: bool) -> str | None:
    """Return a number between two as it is kept; None where the answer is no number.

    Raises:
        ValueError: It lies outside.
    """
    if getattr(answer, "size", 0) == 1:
        answer = answer.item()
    if not isinstance(answer, Real):
        return None
    value = float(answer)
    if not (low <= value <= high or (isnan(value) and may_lack)):
        raise ValueError(f"the model returned {value:g}{OUTSIDE.format(low, high)}")
    return repr(round(value, DIGITS))


def with_measures(task: Task, document: Document, specs: dict[str, MeasureSpec]) -> Task:
    """Return a task with a suite's own measures beside its own, those of two outputs as agreements."""
    made = {key: _made(key, spec, task, document) for key, spec in specs.items()}
    qualities = {
        one.name: Quality(one, of_source=_alone(specs[key]), on_request=one.judges)
        for key, one in made.items()
        if specs[key].of != "outputs"
    }
    agreements = {one.name: one for key, one in made.items() if specs[key].of == "outputs"}
    return replace(
        task,
        qualities={**task.qualities, **qualities},
        agreements={**task.agreements, **agreements},
        shows_inputs=bool(made),
        shows_scores=any(one.scores for one in made.values()),
    )


def _rule_of(spec: MeasureSpec, folder: Path) -> Rule | None:
    return Rule(spec.rule, spec.stated(spec.rule), folder) if spec.rule else None


def _alone(spec: MeasureSpec) -> bool:
    """Return whether a measure needs no reference."""
    return spec.of == "source" or bool(spec.rule)


def _made(key: str, spec: MeasureSpec, task: Task, document: Document) -> OwnMeasure:
    folder, judges = document.path.parent, spec.judge is not None
    rule = _rule_of(spec, folder)
    model = spec.judge or ModelSpec(python=rule or spec.python)
    named_in = sorted(_named_in(model) - {*OF_PAIR, *task.inputs})
    columns = (rule.column,) if rule and rule.column else (*spec.columns, *named_in)
    return OwnMeasure(named(key), model, judges, columns, spec.scores, folder, document.place(("measures", key)))


def own_measures(task: Task) -> list[OwnMeasure]:
    """Return the measures that a suite added to those of its task."""
    metrics = [*(quality.metric for quality in task.qualities.values()), *task.agreements.values()]
    return [metric for metric in metrics if isinstance(metric, OwnMeasure)]


def columns_read(measures: Iterable[OwnMeasure]) -> dict[str, str]:
    """Return the further columns that measures read, each with what reads it."""
    return {column: f"the measure {one.name}" for one in measures for column in one.columns}


def _named_in(model: ModelSpec) -> set[str]:
    """Return what the texts name that a judge is asked by."""
    return fields_of(model.prompt or "") | fields_of(model.system or "")


def named(key: str) -> str:
    """Return a measure's name as gates and reports write it."""
    return key.replace("_", " ")


Located = tuple[Location, Mistake]


def unfit(task: Task, specs: dict[str, MeasureSpec], data: Collection[str], folder: Path) -> Iterator[Located]:
    """Yield what is wrong with measures, by their locations below `measures`.

    Args:
        task: With the fields that the suite adds.
        specs: By name.
        data: The names that datasets say a column for.
        folder: The suite's.
    """
    for key, spec in specs.items():
        name = named(key)
        measure = measure_named(name)
        known = name in task.qualities or name in task.agreements or name in task.aggregates
        if known or measure.kind != "quality" or measure.over:
            yield (key,), Mistake(f"there is a measure {name!r} already", "give it another name")
        if spec.of == "source" and not task.source_field:
            what = f"an output of {task.name} is about no text of its own"
            yield (key,), Mistake(what, "write `of: reference`, or `of: outputs` to compare two outputs")
        yield from (((key, *at), mistake) for at, mistake in _unfit_reading(spec, task))
        if rule := _rule_of(spec, folder):
            yield from (((key, *at), mistake) for at, mistake in _unfit_rule(rule, task))
        if spec.judge:
            yield from (((key, "judge", *at), mistake) for at, mistake in _unfit_judge(spec.judge, task, data, folder))


def _unfit_reading(spec: MeasureSpec, task: Task) -> Iterator[Located]:
    """Yield what is wrong with what a measure reads beside outputs, by its locations in it."""
    for key in ("columns", "scores"):
        if getattr(spec, key) and spec.judge and spec.judge.prompt:
            mend = "take it out, and write {must} in the prompt" if key == "columns" else "take it out"
            yield (key,), Mistake(f"a judge that is asked by a prompt has no `{key}`", mend)
    if spec.scores and not task.single_label:
        yield ("scores",), Mistake(f"an output of {task.name} has no probabilities of labels", "take it out")
    for number, name in enumerate(spec.columns):
        if name in task.inputs:
            yield (
                ("columns", number),
                Mistake(f"{name!r} is an input", f'take it out: a pair has `["inputs"]["{name}"]`'),
            )
        elif name in (*OF_PAIR, *SCORES):
            mend = f"call the column otherwise: `columns: [own_{name}]` here, `columns: {{own_{name}: {name}}}` in the dataset"
            yield ("columns", number), Mistake(f"every pair has {name!r} already", mend)


def _unfit_rule(rule: Rule, task: Task) -> Iterator[Located]:
    """Yield what is wrong with a rule, by its location in a measure."""
    if not task.free_text:
        yield (rule.key,), Mistake(f"an output of {task.name} is no text that could keep a rule", "take it out")
    try:
        rule.holds  # noqa: B018  # it is made where it is first looked at
    except Mistake as mistake:
        yield (rule.key,), mistake
    if rule.column in (*task.inputs, *OF_PAIR):
        yield (rule.key,), Mistake(f"{rule.column!r} is no further column of the data", "give it a name of its own")


def _unfit_judge(judge: ModelSpec, task: Task, data: Collection[str], folder: Path) -> Iterator[Located]:
    """Yield what is wrong with a judge, by its locations in it."""
    kind = judge.kind
    if not (judge.python or (kind.is_prompted and judge.prompt)):
        mend = "write `python: my_measures:polite`, or `endpoint:` or `transformers:` with a `prompt:` about {output}"
        yield (kind.name,), Mistake(f"{kind.called} cannot judge here", mend)
        return
    written = {key: getattr(judge, key) for key in type(judge).model_fields if key in judge.model_fields_set}
    for key in written:
        if mistake := why_not(kind, key, written):
            yield (key,), mistake
    if judge.names:
        yield (
            ("labels",),
            Mistake(
                "the labels of a judge stand for numbers by their order",
                "list them beside a `prompt:`, `labels: [no, yes]`",
            ),
        )
    if judge.replicates > 1:
        yield ("replicates",), Mistake("a judge is asked once for each pair", "take it out")
    for key, what, mend in kind.unfit(judge, task, folder):
        yield (key,), Mistake(what, mend)
    yield from ((("files", number), mistake) for number, mistake in no_such_files(judge.files, folder))
    known, said = [*OF_PAIR, *task.inputs], {"prompt": judge.prompt or "", "system": judge.system or ""}
    for key, text in said.items():
        for name in sorted(fields_of(text) - {*known, *data}):
            near = suggest(name, known)
            if near.startswith("did") or name in RESERVED:  # else it is a column of the data
                mend = f"{near} a column of that name: `columns: {{{name}: {name}}}`" if near else ""
                yield (key,), Mistake(f"unknown field {name!r}", mend)
    if judge.prompt and "output" not in fields_of("".join(said.values())):
        yield ("prompt",), Mistake("the prompt does not hold what is to be judged", "write {output}")
