"""The grammar of a `*.robust.yaml` file. `albert-robust schema` prints it as JSON Schema for editors."""

import json
import re
from datetime import date
from math import isfinite
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from albert_robust.models import KINDS, Number, named_kinds
from albert_robust.suite.gates import Expectation
from albert_robust.task_names import TaskName
from albert_robust.text.languages import is_tag

OTHER_FORMATS = ("/api/chat", "/api/generate", "/v1/completions", "/v1/responses", "/v1/messages")
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")


def _name(value: object) -> object:
    if isinstance(value, str) and not _NAME.match(value):
        raise ValueError(
            f"{value!r:.60} cannot stand in a cell's id\nwrite letters from A to Z, digits, dots, `_` and `-`"
        )
    return value


Name = Annotated[str, Field(pattern=_NAME.pattern, max_length=80), BeforeValidator(_name)]
Undecided = Literal["warn", "fail", "pass"]
Share = Annotated[float, Field(ge=0.5, lt=1)]
_FUNCTION = re.compile(r"^[\w./-]+:\w+$")
_ENDPOINT = re.compile(r"^https?://[A-Za-z0-9._:\[\]-]+/[A-Za-z0-9/._~%:@+,;=-]*(\?api-version=[0-9a-z-]+)?$")
_VARIABLE = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_HEADER = re.compile(r"^[A-Za-z0-9-]+$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _has_host(url: str) -> bool:
    """Return whether a URL has a host, and a port if any that there can be: `[::1` and `host:http` are none."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


class Strict(BaseModel):
    """A part of the grammar: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _tolerated(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 1:
        raise ValueError(f"{value:g} is no share of a cell's cases\nwrite 0.01 for one case of a hundred")
    return value


class TokenPrice(Strict):
    """What a million tokens cost, as vendors state it."""

    input: Annotated[float, Field(ge=0, description="Of what is asked.")]
    output: Annotated[float, Field(ge=0, description="Of what is answered.")]


def _price(value: object) -> object:
    """Return a price; of what is none a mistake that names both forms."""
    numbers = value.values() if isinstance(value, dict) and value.keys() == {"input", "output"} else [value]
    fits = all(isinstance(one, int | float) and not isinstance(one, bool) and one >= 0 for one in numbers)
    if not fits and value is not None and not isinstance(value, TokenPrice):
        mend = "write what an input costs, `0.002`, or what a million tokens do: `{input: 0.15, output: 0.6}`"
        raise ValueError(f"that is no price\n{mend}")
    return value


class ModelSpec(Strict):
    """The model under test: one of `python`, `transformers`, `finetuned`, `extractive`, `encoder`, `endpoint`, `elsewhere`."""

    python: Annotated[
        str | None,
        Field(description="module:function, a list of inputs in, a list of outputs out.", pattern=_FUNCTION.pattern),
    ] = None
    transformers: Annotated[str | None, Field(description="A checkpoint folder beside the suite, or a hub name.")] = (
        None
    )
    finetuned: Annotated[
        str | None, Field(description="Training data: the embedded encoder is fine-tuned on it, once.")
    ] = None
    extractive: Annotated[
        str | None, Field(description="An encoder (`builtin`) that picks a document's central sentence.")
    ] = None
    encoder: Annotated[
        str | None, Field(description="An encoder under test: `builtin`, a folder beside the suite, or a hub name.")
    ] = None
    endpoint: Annotated[
        str | None,
        Field(
            description="A chat model's URL, https://host/v1/chat/completions, in OpenAI's format.",
            pattern=_ENDPOINT.pattern,
        ),
    ] = None
    model: Annotated[str | None, Field(min_length=1, description="What the endpoint calls its model.")] = None
    prompt: Annotated[
        str | None, Field(description="What a language model is asked: the example's fields stand in it as {text}.")
    ] = None
    system: Annotated[
        str | None, Field(description="What a language model is told before; fields may stand in it too.")
    ] = None
    settings: Annotated[
        dict[str, JsonValue],
        Field(
            description="Go to an endpoint as they are, {temperature: 0, max_tokens: 5}; a checkpoint has {max_new_tokens: 5}."
        ),
    ] = {}
    labels: Annotated[
        list[str], Field(min_length=2, description="The labels that a language model's answers are read as.")
    ] = []
    key_env: Annotated[
        str | None, Field(description="The environment variable that holds the key.", pattern=_VARIABLE.pattern)
    ] = None
    key_header: Annotated[
        str | None,
        Field(
            description="The header that holds it, such as api-key. Default: Authorization.", pattern=_HEADER.pattern
        ),
    ] = None
    at_once: Annotated[int, Field(ge=1, le=256, description="Requests to an endpoint at a time, `batch` at most.")] = 8
    elsewhere: Annotated[
        Name | None,
        Field(description="A name: `albert-robust inputs` and `outputs` exchange what it is asked and answers."),
    ] = None
    range: Annotated[
        tuple[float, float] | None, Field(description="Of text-regression: the lowest and the highest score, [1, 5].")
    ] = None
    device: Annotated[
        str,
        Field(
            description="What a checkpoint is computed on: cpu, cuda, cuda:1, mps.", pattern=r"^(cpu|cuda(:\d+)?|mps)$"
        ),
    ] = "cpu"
    dtype: Annotated[Number, Field(description="The numbers that a checkpoint is computed in.")] = "float32"
    documents: Annotated[
        str | None, Field(description="What the encoder searches, for retrieval: a text file, a document a line.")
    ] = None
    version: Annotated[
        str | None,
        Field(description="Identity of a model that has no files: with it, predictions are kept between runs."),
    ] = None
    batch: Annotated[int, Field(gt=0, le=4096, description="Inputs a call, at most.")] = 64
    timeout: Annotated[
        float | None,
        Field(
            gt=0,
            le=86400,
            description="Seconds that a Python model has for a batch (default: no limit), an endpoint for a request (600).",
        ),
    ] = None
    replicates: Annotated[
        int,
        Field(
            ge=1, le=20, description="How often each original is asked, of a model that does not always answer alike."
        ),
    ] = 1
    price: Annotated[
        Annotated[float, Field(ge=0)] | TokenPrice | None,
        BeforeValidator(_price),
        Field(
            description="Of one input, or of an endpoint's million tokens, in any currency: told by a plan and a run."
        ),
    ] = None
    retries: Annotated[
        int, Field(ge=0, le=20, description="How often a batch is asked again after errors that pass.")
    ] = 3

    @field_validator("python", mode="before")
    @classmethod
    def _function(cls, value: object) -> object:
        if isinstance(value, str) and not _FUNCTION.fullmatch(value):
            raise ValueError(f"{value!r} names no function\nwrite `module:function`")
        return value

    @field_validator("endpoint", mode="before")
    @classmethod
    def _url(cls, value: object) -> object:
        if isinstance(value, str) and not (_ENDPOINT.fullmatch(value) and _has_host(value)):
            raise ValueError(
                "not an endpoint's URL\nwrite `https://host/v1/chat/completions`, with no password, no query but ?api-version="
            )
        if isinstance(value, str) and value.rstrip("/").endswith("/v1"):
            raise ValueError(f"{value} is where an API begins\nwrite `{value.rstrip('/')}/chat/completions`")
        for other in OTHER_FORMATS:
            if isinstance(value, str) and value.endswith(other):
                mend = f"write `{value.removesuffix(other)}/v1/chat/completions`, which such servers mostly have, too"
                raise ValueError(f"{value} speaks another format than OpenAI's for chat\n{mend}")
        return value

    @field_validator("key_env", mode="before")
    @classmethod
    def _variable(cls, value: object) -> object:
        if isinstance(value, str) and not _VARIABLE.fullmatch(value):
            raise ValueError("not the name of a variable\nwrite `OPENAI_API_KEY` or the like, never the key itself")
        return value

    @field_validator("range")
    @classmethod
    def _wide(cls, value: tuple[float, float] | None) -> tuple[float, float] | None:
        if value is not None and not (isfinite(value[1] - value[0]) and value[0] < value[1]):
            raise ValueError("no range\nwrite the lowest and the highest score: `range: [1, 5]`")
        return value

    @field_validator("settings")
    @classmethod
    def _not_ours(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        for name in ("model", "messages", "stream"):
            if name in value:
                raise ValueError(f"{name!r} is no setting of an answer\ntake it out")
        return value

    @model_validator(mode="after")
    def _one_kind(self) -> "ModelSpec":
        kinds = named_kinds(self)
        if len(kinds) != 1:
            raise ValueError(f"{len(kinds)} kinds of model\nname one of {', '.join(KINDS)}")
        if self.key_header and not self.key_env:
            raise ValueError("'key_header' without a key\nadd `key_env: OPENAI_API_KEY`, the variable that holds it")
        if self.endpoint is not None and not (self.model and self.prompt):
            mend = 'add `model: NAME` and `prompt: "..."`, where the task\'s fields stand in braces: {text}, {prompt}'
            raise ValueError(f"an endpoint needs `model` and `prompt`\n{mend}")
        return self


def _text(value: object) -> object:
    """Return what a template says of a field; what YAML reads otherwise than it was meant is a mistake."""
    held = [*value.values()] if isinstance(value, dict) else value
    if isinstance(held, list) and None not in held:  # `{capital}` without quotes is a key without a value
        for one in held:
            _text(one)
            if isinstance(value, list) and isinstance(one, dict | list):
                raise ValueError(f'{_plain(one)} is no text\nentities are said by label: {{PER: "{{name}}"}}')
    elif isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"{_plain(value)} is no text\nput it between quotes")
    return value


def _word(value: object) -> object:
    """Return a word, or one with fields; what YAML reads otherwise than it was meant is a mistake: 9.90 as 9.9."""
    for one in (value.values() or [value]) if isinstance(value, dict) else [value]:
        if isinstance(one, bool) or not isinstance(one, str | int):
            raise ValueError(f"{_plain(one)} is no word\nput it between quotes")
    return {name: str(one) for name, one in value.items()} if isinstance(value, dict) else str(value)


def _plain(value: object) -> str:
    """Return a value as it may have been written: `{capital}` without quotes is a key without a value."""
    if isinstance(value, dict):
        return f"{{{', '.join(value)}}}"
    return json.dumps(value, ensure_ascii=False)


_WORD = {"type": ["string", "integer", "object"], "additionalProperties": {"type": ["string", "integer"]}}
Word = Annotated[str | dict[str, str], BeforeValidator(_word), WithJsonSchema({**_WORD, "minProperties": 1})]
Words = Annotated[list[Word], Field(json_schema_extra={"minItems": 1})]
Fill = Annotated[dict[str, Words], Field(description="Words for the slots of templates: {thing: [film, book]}.")]
Plain = str | int | float
Written = Annotated[Plain | list[Plain] | dict[str, Plain | list[Plain]], BeforeValidator(_text)]


class DatasetSpec(Strict):
    """Where examples come from: a `path`, or `templates`."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["path"]}, {"required": ["templates"]}]})
    path: Annotated[
        str | None, Field(description="JSON Lines, CSV, TSV, Parquet; `{language}` in its name: a file a language.")
    ] = None
    templates: Annotated[
        list[dict[str, Written]] | None,
        Field(
            min_length=1, description='Examples with slots that are filled: {text: "I {love} it.", label: positive}.'
        ),
    ] = None
    fill: Fill = {}
    language: Annotated[str | None, Field(description="The language of every row, a BCP 47 tag.")] = None
    languages: Annotated[
        list[str] | None, Field(min_length=1, description="Rows say theirs in the column `language`.")
    ] = None
    reference_language: Annotated[
        str | None, Field(description="The language of the references, where it is not the rows' own: a translation's.")
    ] = None
    header: Annotated[
        list[Annotated[str, Field(min_length=1)]],
        Field(description="What the columns of a CSV or TSV file are called that has no header: [text, label]."),
    ] = []
    columns: Annotated[
        dict[str, str | Annotated[list[str], Field(min_length=1)]],
        Field(
            description="From our names to the file's: {text: review}; choices and passages may be in several: [A, B, C, D]."
        ),
    ] = {}
    where: Annotated[
        dict[str, bool | Plain | Annotated[list[bool | Plain], Field(min_length=1)]],
        Field(description="Only rows whose column holds the value, or one of several: {product: [book, film]}."),
    ] = {}
    limit: Annotated[int | None, Field(gt=0, description="At most so many ids, a seeded sample.")] = None

    @field_validator("header")
    @classmethod
    def _apart(cls, value: list[str]) -> list[str]:
        if len(set(value)) < len(value):
            raise ValueError("a column is named twice\ngive each column a name of its own")
        return value

    @field_validator("language", "languages", "reference_language")
    @classmethod
    def _tags(cls, value: str | list[str] | None) -> str | list[str] | None:
        tags = [value] if isinstance(value, str) else value or []
        for tag in tags:
            if not is_tag(tag):
                raise ValueError(f"{tag!r} is no language tag\nwrite a BCP 47 tag such as en, zh or pt-BR")
        if len({tag.casefold() for tag in tags}) != len(tags):
            raise ValueError("a language is named twice")
        return value

    @model_validator(mode="after")
    def _one_kind(self) -> "DatasetSpec":
        if (self.path is None) == (self.templates is None):
            what = "say where the examples are" if self.path is None else "examples are in a file or made of templates"
            raise ValueError(f"{what}\nwrite `path: data.jsonl`, or `templates:`")
        if self.templates is None and self.fill:
            raise ValueError("only templates have `fill`\ntake it out")
        if self.templates is not None and self.where:
            raise ValueError("only a file's rows are chosen by `where`\ntake it out")
        if self.templates is not None and self.columns:
            raise ValueError("templates have no `columns`\ntake it out: their fields have our names")
        return self

    @model_validator(mode="after")
    def _one_way(self) -> "DatasetSpec":
        if (self.language is None) == (self.languages is None):
            raise ValueError(
                "say the language\nwrite `language: en`, or `languages: [en, zh]` with a column `language`"
            )
        return self


class CheckSpec(Strict):
    """Datasets x perturbations x an expectation."""

    expect: Annotated[Expectation, Field(description="invariance, direction or reference.")]
    name: Annotated[
        Name | None, Field(description="Starts the ids of its cells; needed where two checks would share ids.")
    ] = None
    perturbations: Annotated[list[str], Field(description="family.name, family.name@severity, a | b, family.*")] = []
    severities: Annotated[
        list[Annotated[int, Field(ge=1, le=5)]] | None,
        Field(min_length=1, description="For names that do not say theirs."),
    ] = None
    ignores: Annotated[
        list[str],
        Field(description="What perturbations alter and no answer depends on, such as number: invariance to it."),
    ] = []
    datasets: Annotated[list[str] | None, Field(description="Default: all.")] = None
    languages: Annotated[list[str] | None, Field(description="Default: all of the dataset.")] = None
    fields: Annotated[list[str] | None, Field(description="Which fields are perturbed. Default: the task's.")] = None
    gates: Annotated[
        list[str], Field(description="measure >= bound, measure <= bound; also of cells together: language gap <= 0.1.")
    ] = []
    agreement: Annotated[str | None, Field(description="How outputs are compared. Default: the task's.")] = None
    agrees_at: Annotated[
        float, Field(gt=0, le=1, description="Agreement from which a variant breaks nothing, for the worst case.")
    ] = 1.0
    meaning: Annotated[
        float | None,
        Field(gt=0, le=1, description="A variant below this LABS F beside its original is rejected, and not asked."),
    ] = None
    on_failure: Annotated[
        Literal["fail", "warn"], Field(description="What a cell is that misses its gate; errors fail either way.")
    ] = "fail"
    on_inconclusive: Annotated[
        Undecided | None, Field(description="What an undecided cell is. Default: the suite's.")
    ] = None
    variants: Annotated[int, Field(gt=0, le=100, description="Variants an example.")] = 1
    worst_of: Annotated[
        int,
        Field(gt=0, le=1000, description="Search so many variants of an example for the one that breaks its answer."),
    ] = 1
    min_tested: Annotated[int, Field(gt=0, description="Fewer tested cases fail the cell.")] = 1

    @model_validator(mode="after")
    def _whole(self) -> "CheckSpec":
        if self.expect == "reference" and self.perturbations:
            raise ValueError("a reference check perturbs nothing\ntake out `perturbations`, or expect invariance")
        if self.expect != "reference" and not self.perturbations:
            raise ValueError(f"a check of {self.expect} needs perturbations\nadd `perturbations: [typos.*]`")
        if self.expect == "reference" and self.meaning is not None:
            raise ValueError("a reference check makes no variants that could stray\ntake out `meaning`")
        if self.worst_of > 1 and self.expect != "invariance":
            raise ValueError(
                "`worst_of` searches for what breaks an answer that should stay\ntake it out, or expect invariance"
            )
        if self.worst_of > 1 and self.variants > 1:
            raise ValueError("`worst_of` leaves one variant of an example\ntake out `variants`")
        if self.expect == "reference" and not self.gates:
            raise ValueError("a reference check needs gates\nadd `gates: [...]`, such as accuracy >= 0.8")
        return self


class MarkSpec(Strict):
    """A pytest mark for the cells whose id matches a pattern."""

    cells: Annotated[
        str, Field(description="A glob over cell ids: */typos.*[hi], where brackets stand for themselves.")
    ]
    skip: Annotated[str | None, Field(min_length=1, description="The reason.")] = None
    xfail: Annotated[str | None, Field(min_length=1, description="The reason.")] = None
    until: Annotated[
        str | None, Field(description="The last day of an xfail, such as 2027-03-01; then the failure is one.")
    ] = None

    @field_validator("until")
    @classmethod
    def _day(cls, value: str | None) -> str | None:
        if value is not None and not _is_day(value):
            raise ValueError(f"{value!r} is no day\nwrite year, month and day: 2027-03-01")
        return value

    @model_validator(mode="after")
    def _one(self) -> "MarkSpec":
        if (self.skip is None) == (self.xfail is None):
            raise ValueError("a mark is either skip or xfail\nwrite `xfail: the reason`")
        if self.until is not None and self.xfail is None:
            raise ValueError("only an xfail has a last day\ntake out `until`")
        return self


class BaselineSpec(Strict):
    """What counts as a regression against the suite's baseline, where it has one."""

    floor: Annotated[float, Field(ge=0, le=1, description="A smaller drop is no regression.")] = 0.01
    tolerance: Annotated[
        float, Field(gt=0, le=1, description="A cell is the same where its drop is shown to be less.")
    ] = 0.05


class SuiteSpec(Strict):
    """One suite: a task, a model or several, datasets, checks."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["model"]}, {"required": ["models"]}]})
    task: TaskName
    model: ModelSpec | None = None
    models: Annotated[
        dict[Name, ModelSpec],
        Field(
            min_length=1,
            description="Several models side by side, by name. What `model` says beside them holds for all that can have it.",
        ),
    ] = {}
    datasets: Annotated[dict[Name, DatasetSpec], Field(min_length=1)]
    checks: Annotated[list[CheckSpec], Field(min_length=1)]
    fill: Fill = {}
    description: str = ""
    seed: int = 0
    confidence: Annotated[Share, Field(description="Of the one-sided bound that decides a verdict.")] = 0.95
    on_inconclusive: Annotated[Undecided, Field(description="What an undecided cell is.")] = "warn"
    max_errors: Annotated[
        float,
        Field(ge=0, lt=1, description="The share of a cell's cases that may be errors: 0.01. More make the cell one."),
        BeforeValidator(_tolerated),
    ] = 0.0
    encoder: Annotated[str, Field(description="The score's encoder: `builtin`, a folder, or a hub name.")] = "builtin"
    tags: Annotated[list[Name], Field(description="Keywords for -k.")] = []
    marks: list[MarkSpec] = []
    baseline: BaselineSpec = BaselineSpec()
    early_stop: Annotated[
        bool,
        Field(description="Ask in random order, and only until a cell's verdict is certain; not beside a baseline."),
    ] = False

    @model_validator(mode="after")
    def _asked(self) -> "SuiteSpec":
        if self.model is None and not self.models:
            raise ValueError("say which model is under test\nadd `model: {python: my_model:predict}`")
        return self


def _is_day(value: str) -> bool:
    try:
        return _DAY.fullmatch(value) is not None and date.fromisoformat(value) is not None
    except ValueError:
        return False
