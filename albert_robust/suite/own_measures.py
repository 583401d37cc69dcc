"""Measures of a suite's own: how good an output is, or how alike two are, by a Python function or by a model that judges."""

from collections.abc import Callable, Iterator, Sequence
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
from albert_robust.models.prompt import fields_of
from albert_robust.scoring.statistics import DIGITS
from albert_robust.shown import suggest
from albert_robust.suite.measure import measure_named
from albert_robust.suite.schema import MeasureSpec
from albert_robust.tasks import Quality, Task, TextScorer
from albert_robust.tasks.task import Compared, Measured

OF_PAIR = (
    "output",
    "reference",
    "language",
    "reference_language",
)  # what is seen of a pair, beside the example's inputs
FROM, TO = 0.0, 1.0  # the numbers of a measure, unless a judge's `range:` says otherwise


@dataclass(frozen=True)
class OwnMeasure:
    """A measure that a suite adds to its task's. It is asked as models are.

    Attributes:
        name: As gates and checks write it.
        model: What is asked: a function that computes it, or a judge.
        judges: Whether it is a judge: asked within the budget, and only where a gate or a check names it.
        folder: The suite's.
        place: Where it stands in the suite.
    """

    name: str
    model: ModelSpec
    judges: bool
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
        return _OfPairs(self.model.python, self.folder, loaded.identity) if self.model.python else loaded

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
    """A function that is given pairs, with the example's inputs under a name of their own."""

    written: str | Callable[..., Any]
    folder: Path
    identity: str | None
    stream: None = None

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return what the function makes of the pairs."""
        answers: Sequence[Any] = self._function([_pair(inputs) for inputs in batch])
        return answers

    @cached_property
    def _function(self) -> Any:
        return load_callable(self.written, self.folder, None).function


def seen(pair: Compared) -> Inputs:
    """Return what is asked about a pair, by the names that prompts have for it."""
    return dict(pair.inputs) | {name: getattr(pair, name) for name in OF_PAIR}


def _pair(inputs: Inputs) -> dict[str, Any]:
    own = {name: text for name, text in inputs.items() if name not in OF_PAIR}
    return {name: inputs[name] for name in OF_PAIR} | {"inputs": own}


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
        raise ValueError(f"the model returned {value:g}, expected a number from {low:g} to {high:g}")
    return repr(round(value, DIGITS))


def with_measures(task: Task, document: Document, specs: dict[str, MeasureSpec]) -> Task:
    """Return a task with a suite's own measures beside its own, those of two outputs as agreements."""
    made = {key: _made(key, spec, document) for key, spec in specs.items()}
    qualities = {
        one.name: Quality(one, of_source=specs[key].of == "source", on_request=one.judges)
        for key, one in made.items()
        if specs[key].of != "outputs"
    }
    agreements = {one.name: one for key, one in made.items() if specs[key].of == "outputs"}
    return replace(
        task,
        qualities={**task.qualities, **qualities},
        agreements={**task.agreements, **agreements},
        shows_inputs=bool(made),
    )


def _made(key: str, spec: MeasureSpec, document: Document) -> OwnMeasure:
    place = document.place(("measures", key))
    return OwnMeasure(named(key), spec.model, spec.judge is not None, document.path.parent, place)


def named(key: str) -> str:
    """Return a measure's name as gates and reports write it."""
    return key.replace("_", " ")


def unfit(task: Task, specs: dict[str, MeasureSpec], folder: Path) -> Iterator[tuple[Location, Mistake]]:
    """Yield what is wrong with measures, by their locations below `measures`."""
    for key, spec in specs.items():
        name = named(key)
        measure = measure_named(name)
        known = name in task.qualities or name in task.agreements or name in task.aggregates
        if known or measure.kind != "quality" or measure.over:
            yield (key,), Mistake(f"there is a measure {name!r} already", "give it another name")
        if spec.of == "source" and not task.source_field:
            what = f"an output of {task.name} is about no text of its own"
            yield (key,), Mistake(what, "write `of: reference`, or `of: outputs` to compare two outputs")
        if spec.judge:
            yield from (((key, "judge", *at), mistake) for at, mistake in _unfit_judge(spec.judge, task, folder))


def _unfit_judge(judge: ModelSpec, task: Task, folder: Path) -> Iterator[tuple[Location, Mistake]]:
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
        for name in sorted(fields_of(text) - {*known}):
            yield (key,), Mistake(f"unknown field {name!r}", suggest(name, known))
    if judge.prompt and "output" not in fields_of("".join(said.values())):
        yield ("prompt",), Mistake("the prompt does not hold what is to be judged", "write {output}")
