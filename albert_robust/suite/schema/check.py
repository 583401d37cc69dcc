"""The grammar of `checks:`, `measures:`, `marks:` and `baseline:`: what is expected of a model, and what is known of it."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator

from albert_robust.errors import Mistake
from albert_robust.grammar import Function, Name, Strict, Undecided, named
from albert_robust.models import ModelSpec
from albert_robust.shown import quoted
from albert_robust.suite.expectations import ExpectationName

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class CheckSpec(Strict):
    """One expectation for all combinations of its datasets and perturbations."""

    expect: Annotated[
        ExpectationName,
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
    becomes: Annotated[
        str | None,
        Field(min_length=1, description="For direction: the label that the answer should have after the change."),
    ] = None
    rises: Annotated[
        str | None,
        Field(
            min_length=1,
            description="For direction: a label whose probability should rise; `label` is the answer's own, `score` a score.",
        ),
    ] = None
    falls: Annotated[
        str | None,
        Field(
            min_length=1,
            description="For direction: a label whose probability should fall; `label` is the answer's own, `score` a score.",
        ),
    ] = None
    by: Annotated[
        float | None, Field(gt=0, description="How far it should rise or fall at least. Default: by anything at all.")
    ] = None
    tolerance: Annotated[
        float | None,
        Field(
            ge=0,
            description="How far it may move the wrong way. For invariance: how far a number, or a label's probability, may go.",
        ),
    ] = None
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
            raise Mistake("a reference check perturbs nothing", f"take out `{key}`, or expect invariance")
        if self.expect != "reference" and not self.perturbations:
            raise Mistake(f"a check of {self.expect} needs perturbations", "add `perturbations: [typos.*]`")
        if self.expect == "reference" and self.meaning is not None:
            raise Mistake("a reference check makes no variants that could stray", "take out `meaning`")
        self._check_movement()
        if self.worst_of > 1 and self.expect != "invariance":
            raise Mistake(
                "`worst_of` searches for what breaks an answer that should stay", "take it out, or expect invariance"
            )
        if self.worst_of > 1 and self.variants > 1:
            raise Mistake("`worst_of` leaves one variant of an example", "take out `variants`")
        if self.expect == "reference" and not self.gates:
            raise Mistake("a reference check needs gates", "add `gates: [...]`, such as accuracy >= 0.8")
        return self

    @property
    def way(self) -> str:
        """The key that says where the answer should move; empty where none does."""
        return next(iter(self._ways), "")

    @property
    def movement(self) -> str:
        """The key by which answers are compared, and not by how alike they are; empty where none does."""
        return self.way or ("tolerance" if self.tolerance is not None else "")

    @property
    def _ways(self) -> list[str]:
        return [key for key in ("becomes", "rises", "falls") if getattr(self, key) is not None]

    def _check_movement(self) -> None:
        """Complain of keys of movement that have no meaning here, or not together."""
        if len(self._ways) > 1:
            raise Mistake(
                f"{' and '.join(f'`{key}`' for key in self._ways)} are two expectations", "make a check of each"
            )
        if self.way and self.expect != "direction":
            raise Mistake(f"`{self.way}` says where the answer should move", "take it out, or expect direction")
        goes, mend = self.way in ("rises", "falls"), "take it out, or say what moves: `falls: ...`"
        if self.by is not None and not goes:
            raise Mistake("`by` says how far something rises or falls", mend)
        if self.tolerance is not None and self.expect == "reference":
            raise Mistake("a reference check has nothing that could move", "take out `tolerance`")
        if self.tolerance is not None and self.expect == "direction" and not goes:
            raise Mistake("`tolerance` says how far something may move the wrong way", mend)
        if self.by is not None and self.tolerance is not None:
            raise Mistake("what should move `by` so much has no `tolerance`", "take out one of them")
        if self.movement and self.agreement is not None:
            raise Mistake(f"`{self.movement}` compares answers, and so does `agreement`", "take out one of them")


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
            raise Mistake(f"{value!r} is no day", "write year, month and day: 2027-03-01")
        return value

    @model_validator(mode="after")
    def _one(self) -> "MarkSpec":
        if (self.skip is None) == (self.xfail is None):
            raise Mistake("a mark is either skip or xfail", "write `xfail: the reason`")
        if self.until is not None and self.xfail is None:
            raise Mistake("only an xfail has a last day", "take out `until`")
        return self


class BaselineSpec(Strict):
    """What counts as a regression, if the suite has a baseline."""

    floor: Annotated[float, Field(ge=0, le=1, description="A drop smaller than this is no regression.")] = 0.01
    tolerance: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="A cell counts as the same if it is shown to have changed by less than this, either way.",
        ),
    ] = 0.05


_MEASURE = re.compile(r"^[a-z][a-z0-9_]*$")


MeasureName = Annotated[
    str,
    Field(pattern=_MEASURE.pattern, max_length=40),
    named(_MEASURE, "is no name that a gate can say", "write small letters, digits and `_`: polite_tone"),
]


class InColumn(Strict):
    """What each row of the data says for itself."""

    column: Annotated[str, Field(min_length=1, description="A column of the data.")]


def _words(value: object) -> object:
    """Return words, listed or in a column, as they are; complain of anything else, and name both forms."""
    listed = [value] if isinstance(value, str) else value
    fits = isinstance(listed, list) and listed and all(isinstance(one, str) and one.strip() for one in listed)
    if not fits and not (isinstance(value, dict) and value.keys() == {"column"}) and value is not None:
        mend = (
            'list them between quotes, `[sorry, "42"]`, or name the column that has them for each row: `{column: must}`'
        )
        raise Mistake(f"{quoted(value)}: expected words", mend)
    return value


def _json(value: object) -> object:
    if value is None or value is True or (isinstance(value, str) and value):
        return value
    raise Mistake(
        f"{quoted(value)}: no JSON Schema", "write `json: true`, or the file of one: `json: order.schema.json`"
    )


Words = Annotated[str | Annotated[list[str], Field(min_length=1)] | InColumn | None, BeforeValidator(_words)]
RULES = ("matches", "contains", "lacks", "json", "max_words")  # of an output's form
WAYS = ("python", "judge", *RULES)


class MeasureSpec(Strict):
    """A measure of your own: a Python function that computes it, a model that judges, or a rule of an output's form."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": [way]} for way in WAYS]})
    python: Annotated[
        Function | None,
        Field(description="module:function: it takes a list of pairs and returns a number in [0, 1] for each."),
    ] = None
    judge: Annotated[
        ModelSpec | None,
        Field(
            description="A model that judges: a chat model with a prompt about {output}, or a Python function that asks one. "
            "What it is asked counts as what the model under test is asked."
        ),
    ] = None
    matches: Annotated[
        str | None,
        Field(
            min_length=1, description="A rule: the output matches this regular expression somewhere, such as '^Dear'."
        ),
    ] = None
    contains: Annotated[
        Words, Field(description="A rule: the output says all of these words. {column: must}: those of its row.")
    ] = None
    lacks: Annotated[
        Words, Field(description="A rule: the output says none of these words. {column: forbidden}: those of its row.")
    ] = None
    json_: Annotated[
        Literal[True] | str | None,
        BeforeValidator(_json),
        Field(
            alias="json",
            description="A rule: the output is JSON; with a file, such as order.schema.json, by that JSON Schema.",
        ),
    ] = None
    max_words: Annotated[int | None, Field(gt=0, description="A rule: the output has so many words at most.")] = None
    of: Annotated[
        Literal["reference", "source", "outputs"],
        Field(
            description="What an output is compared with: its reference, the text it is about, or another output (agreement)."
        ),
    ] = "reference"
    columns: Annotated[
        list[Annotated[str, Field(min_length=1)]],
        Field(description="Further columns of the data that a function reads: [must]. It finds them in pair['row']."),
    ] = []
    scores: Annotated[
        bool,
        Field(description="Whether a function reads the probabilities of labels. It finds them in pair['scores']."),
    ] = False

    @model_validator(mode="before")
    @classmethod
    def _of_a_judge(cls, value: object) -> object:
        for key in value if isinstance(value, dict) else ():
            if key in ModelSpec.model_fields and key not in cls.model_fields:
                raise Mistake(
                    f"only a judge has {str(key)!r}", f"write `judge: {{{key}: ...}}`, with all that it is asked by"
                )
        return value

    @model_validator(mode="after")
    def _one(self) -> "MeasureSpec":
        if len(ways := [way for way in WAYS if self.stated(way) is not None]) != 1:
            what = (
                f"{' and '.join(f'`{way}:`' for way in ways)} are two measures"
                if ways
                else "the measure does not say how"
            )
            raise Mistake(what, f"write one of {', '.join(f'`{way}:`' for way in WAYS)}")
        for key in ("of", "columns", "scores"):
            if self.rule and key in self.model_fields_set:
                raise Mistake(f"a rule looks at the output alone, and has no `{key}`", "take it out")
        return self

    def stated(self, way: str) -> Any:
        """Return what the measure says by one of its keys."""
        return getattr(self, "json_" if way == "json" else way)

    @property
    def rule(self) -> str:
        """The key of its rule; empty for a function and for a judge."""
        return next((rule for rule in RULES if self.stated(rule) is not None), "")


def _is_day(value: str) -> bool:
    try:
        return _DAY.fullmatch(value) is not None and date.fromisoformat(value) is not None
    except ValueError:
        return False
