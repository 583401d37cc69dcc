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
    """The price per million tokens, as vendors state it."""

    input: Annotated[float, Field(ge=0, description="The price of a million input tokens.")]
    output: Annotated[float, Field(ge=0, description="The price of a million output tokens.")]


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
        Field(
            description="A function, `module:function`, that takes a list of inputs and returns one output for each.",
            pattern=_FUNCTION.pattern,
        ),
    ] = None
    transformers: Annotated[
        str | None, Field(description="A Hugging Face checkpoint: a folder beside the suite, or a hub name.")
    ] = None
    finetuned: Annotated[
        str | None, Field(description="A file of labelled examples. The embedded encoder is fine-tuned on it once.")
    ] = None
    extractive: Annotated[
        str | None, Field(description="An encoder (`builtin`) that summarises a document by its most central sentence.")
    ] = None
    encoder: Annotated[
        str | None,
        Field(description="A sentence encoder to test: `builtin`, a folder beside the suite, or a hub name."),
    ] = None
    endpoint: Annotated[
        str | None,
        Field(
            description="The URL of a chat model with an OpenAI-compatible API: https://host/v1/chat/completions.",
            pattern=_ENDPOINT.pattern,
        ),
    ] = None
    model: Annotated[
        str | None, Field(min_length=1, description="The name of the model at the endpoint, such as gpt-4o-mini.")
    ] = None
    prompt: Annotated[
        str | None, Field(description="The prompt of a language model. Write the example's fields in braces: {text}.")
    ] = None
    system: Annotated[
        str | None, Field(description="The system message of a language model. It may hold fields in braces, too.")
    ] = None
    settings: Annotated[
        dict[str, JsonValue],
        Field(
            description="Settings sent to an endpoint as they are: {temperature: 0}. A checkpoint takes {max_new_tokens: 5}."
        ),
    ] = {}
    labels: Annotated[
        list[str],
        Field(
            min_length=2,
            description="The labels that a language model chooses from. Its replies are read as one of them.",
        ),
    ] = []
    key_env: Annotated[
        str | None,
        Field(
            description="The name of the environment variable that holds the API key, never the key itself.",
            pattern=_VARIABLE.pattern,
        ),
    ] = None
    key_header: Annotated[
        str | None,
        Field(
            description="The HTTP header that carries the key, such as api-key. Default: Authorization.",
            pattern=_HEADER.pattern,
        ),
    ] = None
    at_once: Annotated[
        int, Field(ge=1, le=256, description="How many requests an endpoint gets at the same time, at most `batch`.")
    ] = 8
    elsewhere: Annotated[
        Name | None,
        Field(description="A name for a model on another machine, reached by `albert-robust inputs` and `outputs`."),
    ] = None
    range: Annotated[
        tuple[float, float] | None,
        Field(description="For text-regression: the lowest and the highest score, such as [1, 5]."),
    ] = None
    device: Annotated[
        str,
        Field(
            description="The device that a checkpoint runs on: cpu, cuda, cuda:1 or mps.",
            pattern=r"^(cpu|cuda(:\d+)?|mps)$",
        ),
    ] = "cpu"
    dtype: Annotated[Number, Field(description="The number format that a checkpoint is computed in.")] = "float32"
    documents: Annotated[
        str | None,
        Field(
            description="For retrieval: the documents that the encoder searches, a text file with one document per line."
        ),
    ] = None
    version: Annotated[
        str | None,
        Field(description="The version of a model that has no files. With it, predictions are kept between runs."),
    ] = None
    batch: Annotated[
        int, Field(gt=0, le=4096, description="The largest number of inputs in one call of the model.")
    ] = 64
    timeout: Annotated[
        float | None,
        Field(
            gt=0,
            le=86400,
            description="Time limit in seconds: for a Python model's batch (default: none), an endpoint's request (600).",
        ),
    ] = None
    replicates: Annotated[
        int,
        Field(
            ge=1,
            le=20,
            description="How often each original is asked, for a model whose answers vary from call to call.",
        ),
    ] = 1
    price: Annotated[
        Annotated[float, Field(ge=0)] | TokenPrice | None,
        BeforeValidator(_price),
        Field(
            description="The price of an input, or of an endpoint's million tokens, in any currency. Plans and runs show it."
        ),
    ] = None
    retries: Annotated[
        int, Field(ge=0, le=20, description="How often a batch is tried again after a temporary error.")
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
Fill = Annotated[
    dict[str, Words], Field(description="The words that fill the slots of templates: {thing: [film, book]}.")
]
Plain = str | int | float
Written = Annotated[Plain | list[Plain] | dict[str, Plain | list[Plain]], BeforeValidator(_text)]


class DatasetSpec(Strict):
    """A dataset: a file at `path`, or examples made from `templates`."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["path"]}, {"required": ["templates"]}]})
    path: Annotated[
        str | None,
        Field(
            description="A file in JSON Lines, CSV, TSV or Parquet. `{language}` in its name stands for one file per language."
        ),
    ] = None
    templates: Annotated[
        list[dict[str, Written]] | None,
        Field(
            min_length=1, description='Examples with slots that `fill` fills: {text: "I {love} it.", label: positive}.'
        ),
    ] = None
    fill: Fill = {}
    language: Annotated[
        str | None, Field(description="The language of all rows, as a BCP 47 tag such as en or pt-BR.")
    ] = None
    languages: Annotated[
        list[str] | None,
        Field(min_length=1, description="The languages to use, if each row names its own in a column `language`."),
    ] = None
    reference_language: Annotated[
        str | None,
        Field(description="The language of the references, if it differs from that of the inputs, as in translation."),
    ] = None
    header: Annotated[
        list[Annotated[str, Field(min_length=1)]],
        Field(description="Column names for a CSV or TSV file without a header line: [text, label]."),
    ] = []
    columns: Annotated[
        dict[str, str | Annotated[list[str], Field(min_length=1)]],
        Field(
            description="The file's column for each of our fields: {text: review}. Choices and passages may have several: [A, B]."
        ),
    ] = {}
    where: Annotated[
        dict[str, bool | Plain | Annotated[list[bool | Plain], Field(min_length=1)]],
        Field(
            description="Keeps only the rows whose column holds this value, or one of several: {product: [book, film]}."
        ),
    ] = {}
    limit: Annotated[
        int | None, Field(gt=0, description="The largest number of ids to use. They are sampled with the suite's seed.")
    ] = None

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
    """One expectation for all combinations of its datasets and perturbations."""

    expect: Annotated[
        Expectation,
        Field(description="What answers should do: stay (invariance), change (direction) or be right (reference)."),
    ]
    name: Annotated[
        Name | None,
        Field(description="The beginning of the check's cell ids. Needed only if two checks would share ids."),
    ] = None
    perturbations: Annotated[
        list[str],
        Field(
            description="Names: typos.swap, typos.swap@3 (severity 3), typos.* (all of a family), typos.swap | case.lower (both)."
        ),
    ] = []
    except_: Annotated[
        list[str],
        Field(
            alias="except",
            description="Members of these to leave out: typos.swap, typos.swap@3, typos.* (all of a family).",
        ),
    ] = []
    severities: Annotated[
        list[Annotated[int, Field(ge=1, le=5)]] | None,
        Field(min_length=1, description="The severities, 1 to 5, of perturbations that name none themselves."),
    ] = None
    ignores: Annotated[
        list[str],
        Field(description="For invariance: what perturbations may alter without changing the answer, such as number."),
    ] = []
    datasets: Annotated[list[str] | None, Field(description="The datasets to check. Default: all.")] = None
    languages: Annotated[
        list[str] | None, Field(description="The languages to check. Default: all languages of the dataset.")
    ] = None
    fields: Annotated[list[str] | None, Field(description="The fields to perturb. Default: those of the task.")] = None
    gates: Annotated[
        list[str],
        Field(description="The bounds to meet: `consistency >= 0.9`, or `language gap <= 0.1` over several cells."),
    ] = []
    agreement: Annotated[
        str | None, Field(description="The measure that compares two outputs. Default: that of the task.")
    ] = None
    agrees_at: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="For the worst case: the agreement below which a variant counts as breaking the answer.",
        ),
    ] = 1.0
    meaning: Annotated[
        float | None,
        Field(
            gt=0,
            le=1,
            description="Rejects variants whose LABS F against their original is lower. The model is not asked about them.",
        ),
    ] = None
    on_failure: Annotated[
        Literal["fail", "warn"],
        Field(description="What a cell that misses its gate counts as. Errors fail in any case."),
    ] = "fail"
    on_inconclusive: Annotated[
        Undecided | None, Field(description="What an inconclusive cell counts as. Default: what the suite says.")
    ] = None
    variants: Annotated[int, Field(gt=0, le=100, description="How many variants are made of each example.")] = 1
    worst_of: Annotated[
        int,
        Field(
            gt=0,
            le=1000,
            description="Searches up to this many variants of each example for the one that breaks its answer.",
        ),
    ] = 1
    min_tested: Annotated[int, Field(gt=0, description="A cell with fewer tested cases fails.")] = 1

    @model_validator(mode="after")
    def _whole(self) -> "CheckSpec":
        if self.expect == "reference" and (self.perturbations or self.except_):
            key = "perturbations" if self.perturbations else "except"
            raise ValueError(f"a reference check perturbs nothing\ntake out `{key}`, or expect invariance")
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
    """A pytest mark, `skip` or `xfail`, for the cells whose id matches a pattern."""

    cells: Annotated[
        str, Field(description="A pattern for cell ids, such as */typos.*[hi]. Brackets are taken literally.")
    ]
    skip: Annotated[str | None, Field(min_length=1, description="Skips the cells, for this reason.")] = None
    xfail: Annotated[str | None, Field(min_length=1, description="Marks failures as known, for this reason.")] = None
    until: Annotated[
        str | None, Field(description="The last day of an xfail, such as 2027-03-01. After it, the cell fails.")
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
    """What counts as a regression, if the suite has a baseline."""

    floor: Annotated[float, Field(ge=0, le=1, description="A drop smaller than this is no regression.")] = 0.01
    tolerance: Annotated[
        float, Field(gt=0, le=1, description="A cell counts as the same if its drop is shown to be smaller than this.")
    ] = 0.05


class MeasureSpec(Strict):
    """A measure of your own, by a Python function."""

    python: Annotated[
        str,
        Field(
            description="module:function: it takes a list of pairs and returns a number in [0, 1] for each.",
            pattern=_FUNCTION.pattern,
        ),
    ]
    of: Annotated[
        Literal["reference", "source", "outputs"],
        Field(
            description="What an output is compared with: its reference, the text it is about, or another output (agreement)."
        ),
    ] = "reference"
    version: Annotated[
        str | None,
        Field(
            description="Raise it when the function measures otherwise: a baseline is compared with the same version only."
        ),
    ] = None


class SuiteSpec(Strict):
    """A suite: a task, one or several models, datasets and checks."""

    model_config = ConfigDict(json_schema_extra={"anyOf": [{"required": ["model"]}, {"required": ["models"]}]})
    task: Annotated[
        TaskName, Field(description="What the model does; `albert-robust list tasks` shows the fields of each task.")
    ]
    model: Annotated[ModelSpec | None, Field(description="The model under test.")] = None
    models: Annotated[
        dict[Name, ModelSpec],
        Field(
            min_length=1,
            description="Several models to compare, by name. What `model` says holds for every one of them that can have it.",
        ),
    ] = {}
    datasets: Annotated[dict[Name, DatasetSpec], Field(min_length=1, description="The datasets, by name.")]
    checks: Annotated[list[CheckSpec], Field(min_length=1, description="What is expected of the model.")]
    measures: Annotated[
        dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)], MeasureSpec],
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
            raise ValueError("say which model is under test\nadd `model: {python: my_model:predict}`")
        return self


def _is_day(value: str) -> bool:
    try:
        return _DAY.fullmatch(value) is not None and date.fromisoformat(value) is not None
    except ValueError:
        return False
