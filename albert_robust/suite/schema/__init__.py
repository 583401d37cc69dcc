"""The grammar of a `*.robust.yaml` file. `albert-robust schema` prints it as JSON Schema for editors."""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from albert_robust.errors import Mistake
from albert_robust.grammar import Name, Strict, Undecided
from albert_robust.models import ModelSpec, TokenPrice
from albert_robust.suite.schema.check import BaselineSpec, CheckSpec, MarkSpec, MeasureName, MeasureSpec
from albert_robust.suite.schema.dataset import DatasetSpec, Fill
from albert_robust.task_names import TaskName

__all__ = [
    "BaselineSpec",
    "CheckSpec",
    "DatasetSpec",
    "MarkSpec",
    "MeasureSpec",
    "ModelSpec",
    "SuiteSpec",
    "TokenPrice",
]

Share = Annotated[float, Field(ge=0.5, lt=1)]


def _tolerated(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 1:
        raise Mistake(f"{value:g} is no share of a cell's cases", "write 0.01 for one case of a hundred")
    return value


class SuiteSpec(Strict):
    """A suite: a task, one or several models, datasets and checks."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["model"]}, {"required": ["models"]}]})
    task: Annotated[
        TaskName,
        Field(
            description="What the model does; `albert-robust list tasks` shows the fields of each task.",
            examples=["text-classification"],
        ),
    ]
    model: Annotated[ModelSpec | None, Field(description="The model under test.")] = None
    models: Annotated[
        dict[Name, ModelSpec],
        Field(
            min_length=1,
            description="Several models to compare, by name. What `model` says holds for every one of them that can have it.",
        ),
    ] = {}
    datasets: Annotated[
        dict[Name, DatasetSpec],
        Field(
            min_length=1,
            description="The datasets, by name.",
            examples=[{"reviews": {"path": "reviews.jsonl", "language": "en"}}],
        ),
    ]
    checks: Annotated[
        list[CheckSpec],
        Field(
            min_length=1,
            description="What is expected of the model.",
            examples=[[{"expect": "invariance", "perturbations": ["typos.*"]}]],
        ),
    ]
    measures: Annotated[
        dict[MeasureName, MeasureSpec],
        Field(description="Measures of your own, by name: {polite: {python: 'my_measures:polite'}}."),
    ] = {}
    fill: Fill = {}
    description: Annotated[str, Field(description="What the suite is for, in your words.")] = ""
    seed: Annotated[
        int, Field(description="The seed of all random choices: the same seed gives the same variants.")
    ] = 0
    confidence: Annotated[Share, Field(description="The confidence of the one-sided bounds that decide a gate.")] = 0.95
    on_inconclusive: Annotated[Undecided, Field(description="What an inconclusive cell counts as.")] = "warn"
    max_errors: Annotated[
        float,
        Field(
            ge=0,
            lt=1,
            description="The share of a cell's cases that may be errors, such as 0.01. With more, the cell itself is an error.",
        ),
        BeforeValidator(_tolerated),
    ] = 0.0
    encoder: Annotated[str, Field(description="The encoder of the LABS score: `builtin`, a folder, or a hub name.")] = (
        "builtin"
    )
    tags: Annotated[list[Name], Field(description="Keywords that pytest's -k selects by.")] = []
    marks: Annotated[list[MarkSpec], Field(description="Cells that are skipped, or known to fail.")] = []
    baseline: BaselineSpec = BaselineSpec()
    early_stop: Annotated[
        bool,
        Field(
            description="Asks in random order, and only until a cell's verdict is certain. Has no effect with a baseline."
        ),
    ] = False

    @model_validator(mode="after")
    def _asked(self) -> "SuiteSpec":
        if self.model is None and not self.models:
            raise Mistake("say which model is under test", "add `model: {python: my_model:predict}`")
        return self
