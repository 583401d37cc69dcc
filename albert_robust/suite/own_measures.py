"""Measures of a suite's own: a Python function that says how good an output is, or how alike two are."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import isnan
from numbers import Real
from pathlib import Path
from typing import Any, ClassVar

from albert_robust.documents.yaml_file import Document
from albert_robust.errors import Complaint, InputError, Mistake, Place, UsageError
from albert_robust.foreign import raise_if_ending
from albert_robust.imports import raised_there
from albert_robust.models.callable import callable_identity, load_callable
from albert_robust.shown import shown_path
from albert_robust.suite.measure import measure_named
from albert_robust.suite.schema import MeasureSpec
from albert_robust.tasks import Quality, Task, TextScorer
from albert_robust.tasks.task import Compared


@dataclass(frozen=True)
class OwnMeasure:
    """A function of the user's, imported at its first call.

    Attributes:
        name: As gates and checks write it.
        written: `module:function`, or the function itself.
        version: That the suite states.
        suite: Its file; modules beside it are found first.
        place: Where the suite says so.
    """

    name: str
    written: str | Callable[..., Any]
    version: str | None
    suite: Path
    place: Place
    needs_encoder: ClassVar[bool] = False

    def __call__(self, pairs: Sequence[Compared], scorer: TextScorer) -> list[float]:
        """Return a number in [0, 1] a pair, nan where there is none.

        Raises:
            InputError: The function cannot be had, raises, or returns anything else.
        """
        return self._measured(pairs) if self.version is None else scorer.kept(self.identity, pairs, self._measured)

    def _measured(self, pairs: Sequence[Compared]) -> list[float]:
        if not pairs:
            return []
        try:
            return self._checked(
                self._function([{**pair._asdict(), "inputs": dict(pair.inputs)} for pair in pairs]), len(pairs)
            )
        except InputError:
            raise
        except UsageError as error:
            raise self._complaint(error.what, error.mend) from None
        except BaseException as error:
            raise_if_ending(error)
            raise self._complaint(f"raises {raised_there(error)}") from None

    @property
    def identity(self) -> str:
        """What names the function: numbers of two are not compared."""
        return f"{self.name} by {callable_identity(self.written, self.suite.parent, self.version or '')}"

    @cached_property
    def _function(self) -> Callable[[list[dict[str, Any]]], Any]:
        return load_callable(self.written, self.suite.parent, None).function

    def _checked(self, values: Any, count: int) -> list[float]:
        try:
            listed = list(values)
        except TypeError:
            raise self._complaint(f"returned {type(values).__name__}, expected a list of numbers") from None
        if len(listed) != count:
            raise self._complaint(f"returned {len(listed)} numbers for {count} pairs")
        return [self._number(one) for one in listed]

    def _number(self, one: Any) -> float:
        value = float(one) if isinstance(one, Real) else -1.0
        if not (isnan(value) or 0 <= value <= 1):
            raise self._complaint(f"returned {one!r:.40}, expected a number in [0, 1], or nan for none")
        return value

    def _complaint(self, what: str, mend: str = "") -> InputError:
        return InputError([Complaint(shown_path(self.suite), self.place, f"the measure {self.name!r}: {what}", mend)])


def with_measures(task: Task, document: Document, specs: dict[str, MeasureSpec]) -> Task:
    """Return a task with a suite's own measures beside its own, those of two outputs as agreements."""
    made = {
        named(key): OwnMeasure(named(key), spec.python, spec.version, document.path, document.place(("measures", key)))
        for key, spec in specs.items()
    }
    of = {named(key): spec.of for key, spec in specs.items()}
    qualities = {
        name: Quality(one, of_source=of[name] == "source") for name, one in made.items() if of[name] != "outputs"
    }
    agreements = {name: one for name, one in made.items() if of[name] == "outputs"}
    return replace(
        task,
        qualities={**task.qualities, **qualities},
        agreements={**task.agreements, **agreements},
        shows_inputs=bool(made),
    )


def named(key: str) -> str:
    """Return a measure's name as gates and reports write it."""
    return key.replace("_", " ")


def unfit(task: Task, specs: dict[str, MeasureSpec]) -> Iterator[tuple[str, Mistake]]:
    """Yield what is wrong with measures, by their keys."""
    for key, spec in specs.items():
        name = named(key)
        measure = measure_named(name)
        known = name in task.qualities or name in task.agreements or name in task.aggregates
        if known or measure.kind != "quality" or measure.over:
            yield key, Mistake(f"there is a measure {name!r} already", "give it another name")
        if spec.of == "source" and not task.source_field:
            what = f"an output of {task.name} is about no text of its own"
            yield key, Mistake(what, "write `of: reference`, or `of: outputs` to compare two outputs")
