"""A dataset: rows become examples; samples are seeded; translations are joined by id."""

import hashlib
import json
import re
from ast import literal_eval
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from heapq import nsmallest
from math import isfinite, isnan
from pathlib import Path
from typing import Any, Literal

from albert_robust.data.conversation import BEFORE, Conversation, conversation, is_conversation
from albert_robust.data.example import Example
from albert_robust.data.options import CHOICES, Options, options
from albert_robust.data.passages import are_passages, numbered
from albert_robust.data.rows import DELIMITED, Row, read_rows
from albert_robust.data.templates import Templates
from albert_robust.data.tokens import Tokens, are_texts, joined, tagged
from albert_robust.errors import SHOWN_CHOICES, InputError, complaint_at, suggest
from albert_robust.text.languages import UNKNOWN, base, is_tag

MAX_CHARACTERS = 200_000  # in one field; a book chapter has about 30,000
PLACEHOLDER = "{language}"
ReferenceType = Literal["text", "number", "list", "object"]
_WHOLE = re.compile(r"(-?\d+)\.0")
_HALF = re.compile("[\ud800-\udfff]")  # of a character
_STRING = r"""'(?:[^'\\]|\\.)*+'|"(?:[^"\\]|\\.)*+\""""
_STRINGS = re.compile(rf"\[\s*+(?:(?:{_STRING})\s*+,?\s*+)*+\]")


@dataclass(frozen=True, slots=True)
class Annotation:
    """References that are one thing of several parts: entities, labels.

    Attributes:
        field: What they are about; data may hold it as a list of tokens.
        read: Returns a reference as it is kept, from what data hold and the text; None where it is none. Raises ValueError.
        labels: Returns the labels in it.
        lacking: Returns those parts of it that the text does not hold, though they are to stand there.
        what: What they are called.
        form: How they are written.
    """

    field: str
    read: Callable[[Any, str], str | None]
    labels: Callable[[str], list[str]]
    lacking: Callable[[str], list[str]]
    what: str
    form: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a dataset lies and how its columns are read.

    Attributes:
        path: A file; with `{language}` in its name, a file a language; of templates, the suite's.
        languages: Those to read, in order, as examples say them. One alone may be the language of all rows.
        per_row: Whether each row says its language in the column `language`.
        columns: From our names (`id`, `language`, a task's fields and reference) to the file's.
        choices: The file's columns that hold the choices of a question; none where there are none. They are set below the first
            field, but where `choices` is a field.
        header: What the columns of a table are called that has no header of its own.
        where: Which rows count: by the file's column, the values of which it holds one, as text.
        limit: At most so many ids, drawn by the seed; None for all.
        seed: Of the draw.
        reference_language: Of the references; empty where each has its row's.
        reference_type: What a reference is: a `text`, a `number`, one of a `list` of several, also where that stands in a table's
            cell, or a text or an `object`, which is kept as JSON.
        mapping: How a missing column is mended; `NAME` stands for ours.
        templates: What makes the rows, in place of a file's.
        annotation: How references are read that point into a field; None for those that are texts.
        passages_field: The task's field that may hold passages, as a list; such a list is set one below the other, numbered.
            Those that are added may, too.
        together: The file's columns of fields whose passages are in several.
        added: The fields beyond the task's own, each with the text that it has in all rows; None where a column has it, and
            an empty cell is no mistake there.
    """

    path: Path
    languages: tuple[str, ...]
    per_row: bool = False
    columns: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    limit: int | None = None
    seed: int = 0
    reference_language: str = ""
    reference_type: ReferenceType = "text"
    mapping: str = "map it in the suite: `columns: {NAME: ...}`"
    templates: Templates | None = None
    annotation: Annotation | None = None
    passages_field: str = ""
    together: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    added: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """What a report calls it."""
        chosen = "".join(f", {column}: {' or '.join(values)}" for column, values in self.where.items())
        return self.path.name + chosen if self.templates is None else str(self.templates)

    def files(self) -> list[tuple[Path, str | None]]:
        """Return the files and the language of each; None where the rows say it."""
        if PLACEHOLDER in self.path.name:
            name = self.path.name
            return [(self.path.with_name(name.replace(PLACEHOLDER, language)), language) for language in self.languages]
        return [(self.path, None if self.per_row else self.languages[0])]

    def rows(self, path: Path) -> Iterator[Row]:
        """Return the rows of one of its files."""
        return read_rows(path, self.header) if self.templates is None else self.templates.rows()

    def column(self, name: str) -> str:
        """Return the file's name of one of our columns."""
        return self.columns.get(name, name)


@dataclass(frozen=True, slots=True)
class _Read:
    path: Path
    line: int
    id: str
    language: str
    fields: dict[str, str]
    references: tuple[str, ...]
    named: bool


def read_examples(source: Source, inputs: tuple[str, ...], reference: str) -> list[Example]:
    """Return the examples of a dataset, parallel ones joined by id, ordered by language and file.

    Args:
        source: The dataset.
        inputs: The task's field names.
        reference: The task's reference column; rows may lack it. A blank cell of a table is no reference.

    Raises:
        InputError: A file is missing or broken, a column is missing, an id stands twice, a field is unfit, a language is empty.
    """
    kept = _sampled(source, inputs, reference)
    rows = [row for row in _wanted(source, inputs, reference) if kept is None or row.id in kept]
    translations: dict[str, dict[str, dict[str, str]]] = {}
    for row in rows:
        if row.named:  # a line number says nothing of what stands in that line of another file
            translations.setdefault(row.id, {})[row.language] = row.fields
    for language in source.languages:
        if not any(row.language == language for row in rows):
            found = ", ".join(sorted({row.language for row in _rows(source, inputs, reference)})[:SHOWN_CHOICES])
            what = f"no example in language {language!r}"
            raise complaint_at(source.files()[0][0], what, f"rows are in: {found}; mend `languages` or add some")
    return [
        Example(row.id, row.language, row.fields, row.references, translations.get(row.id, {}))
        for language in source.languages
        for row in rows
        if row.language == language
    ]


def check_header(source: Source, inputs: tuple[str, ...], reference: str) -> None:
    """Read the first row of each file, no more.

    Raises:
        InputError: A file is missing or empty, its first row is broken, or a column is missing.
    """
    for path, language in source.files():
        first = next(source.rows(path), None)
        if first is None:
            raise complaint_at(path, "the dataset is empty", "a gate cannot pass on nothing: add examples")
        _example(source, path, language, *first, inputs, reference)


def _sampled(source: Source, inputs: tuple[str, ...], reference: str) -> set[str] | None:
    """Return the ids of the sample: those whose keyed hash is smallest, so that order and slices do not matter."""
    if source.limit is None:
        return None
    ids = {row.id for row in _wanted(source, inputs, reference)}
    return set(
        nsmallest(source.limit, ids, key=lambda name: hashlib.sha256(f"{source.seed}\n{name}".encode()).digest())
    )


def _wanted(source: Source, inputs: tuple[str, ...], reference: str) -> Iterator[_Read]:
    """Yield the rows in the languages of a source, each row with the tag as the source spells it."""
    spelling = {language.casefold(): language for language in source.languages}  # tags are the same in any case
    seen: dict[tuple[str, str], _Read] = {}
    for row in _rows(source, inputs, reference):
        language = spelling.get(row.language.casefold())
        if language is None:
            continue
        first = seen.setdefault((row.id, language), row)
        if first is not row:
            what = f"the id {row.id!r:.60} is here twice in language {language}"
            mend = f"first in {first.path.name}:{first.line}: ids are unique in a language"
            if source.templates and not row.named:
                what, mend = f"{row.id!r:.60} is made twice", f"first in line {first.line}: take one out"
            raise complaint_at(row.path, what, mend, row.line)
        yield row if row.language == language else replace(row, language=language)


def _rows(source: Source, inputs: tuple[str, ...], reference: str) -> Iterator[_Read]:
    for path, language in source.files():
        held: dict[str, set[str]] = {column: set() for column in source.where}
        fits, row = False, None
        for line, row in source.rows(path):
            cells = {column: text_of(row.get(column)) for column in held}
            if all(cells[column] in values for column, values in source.where.items()):
                fits = True
                yield _example(source, path, language, line, row, inputs, reference)
            elif not fits:
                for column, cell in cells.items():
                    held[column].add(cell)
        if row is None:
            raise complaint_at(path, "the dataset is empty", "a gate cannot pass on nothing: add examples")
        if not fits:
            raise _none_fits(source, path, held, row)


def _none_fits(source: Source, path: Path, held: Mapping[str, set[str]], last: Mapping[str, Any]) -> InputError:
    """Return the complaint that no row of a file is one that counts."""
    for column, values in source.where.items():
        if not any(held[column]):
            return complaint_at(
                path, f"`where` names the column {column!r}, which no row has", suggest(column, list(last))
            )
        if held[column].isdisjoint(values):
            what = f"no row has {' or '.join(map(repr, values))} in {column!r}"
            return complaint_at(path, what, suggest(values[0], sorted(held[column] - {""})))
    return complaint_at(path, f"no row is as `where` says: {source.shown}", "each column has such rows, no row has all")


def text_of(value: Any) -> str:
    """Return what a cell holds as text: `1` for 1.0 and `true` for True, as data frames write them in a table, too."""
    held = _held(value)
    text = "" if held is None else str(held).strip()
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text.lower() if text in {"True", "False"} else text


def _example(
    source: Source,
    path: Path,
    language: str | None,
    line: int,
    row: dict[str, Any],
    inputs: tuple[str, ...],
    reference: str,
) -> _Read:
    if language is None:
        language = language_of(_cell(source, path, line, row, "language"))
    else:
        _agree(path, line, language, row.get(source.column("language")))
    talk, values, tokens = Conversation(""), {}, Tokens("")
    offered = _options(source, path, line, row)
    for name in inputs:
        held = str(offered) if offered and name == CHOICES else _value(source, path, line, row, name)
        column = source.column(name)
        listed = _unfolded(path, held)
        if is_conversation(listed):
            talk = _conversation(path, line, column, listed)
            held = talk.last
        elif source.annotation and name == source.annotation.field and are_texts(listed):
            tokens = joined(listed, language)
            held = tokens.text
        elif (name == source.passages_field or name in source.added) and are_passages(listed):
            held = _gathered(path, line, " and ".join(source.together.get(name, [column])), listed)
        values[name] = _text(path, line, column, held)
    if offered and CHOICES not in inputs:
        values[inputs[0]] = _text(path, line, source.column(inputs[0]), f"{values[inputs[0]]}\n{offered}")
    own = " ".join(value for name, value in values.items() if source.added.get(name) is None)
    if talk.before:
        values = {BEFORE: talk.before, **values}
    identifier = _held(row.get(source.column("id")))
    column, answer = source.column(reference), _held(row.get(source.column(reference)))
    if source.annotation or source.reference_type == "list":
        answer = _unfolded(path, answer)
    if offered:
        answer = _letter(path, line, column, offered, answer)
    if source.annotation:
        references = _annotated(
            source, path, line, answer, column, tokens._replace(text=values[source.annotation.field])
        )
    else:
        references = _references(source, path, line, talk.answer if answer is None else answer, column)
    unnamed = own if source.templates else str(line)
    name = unnamed if identifier is None else _text(path, line, source.column("id"), str(_whole(identifier)))
    return _Read(path, line, name, language, values, references, identifier is not None)


def _value(source: Source, path: Path, line: int, row: dict[str, Any], name: str) -> Any:
    """Return what a field holds: a cell, or the text that it has in all rows."""
    fixed = source.added.get(name)
    if name in source.together:
        cells = [_cell(source, path, line, row, name, column) for column in source.together[name]]
        compared = name != source.passages_field  # then a label may be a number of theirs
        return cells if compared else [cell for cell in cells if not _is_empty(cell)]
    held = _cell(source, path, line, row, name) if fixed is None else fixed
    return "" if name in source.added and _held(held) is None else held


def _conversation(path: Path, line: int, column: str, turns: list[Any]) -> Conversation:
    try:
        talk = conversation(turns)
    except ValueError as error:
        what, _, mend = str(error).partition("\n")
        raise complaint_at(path, f"{column!r} holds a conversation: {what}", mend, line) from None
    return talk._replace(before=_text(path, line, column, talk.before))


def _gathered(path: Path, line: int, column: str, held: Any) -> str:
    try:
        return numbered(held)
    except ValueError as error:
        what, _, mend = str(error).partition("\n")
        raise complaint_at(path, f"{column!r} holds {what}", mend, line) from None


def _options(source: Source, path: Path, line: int, row: dict[str, Any]) -> Options | None:
    """Return the choices of a row, None where a source has none."""
    cells = [_cell(source, path, line, row, CHOICES, column) for column in source.choices]
    try:
        return options([_unfolded(path, cell, choices=True) for cell in cells], source.choices) if cells else None
    except ValueError as error:
        what, _, mend = str(error).partition("\n")
        columns = " and ".join(map(repr, source.choices))
        raise complaint_at(path, f"{columns} hold{'s' * (len(cells) == 1)} {what}", mend, line) from None


def _letter(path: Path, line: int, column: str, offered: Options, answer: Any) -> str | None:
    """Return the letter of an answer, None for an empty one."""
    if answer is None or (isinstance(answer, str) and not answer.strip()):
        return None
    try:
        return offered.letter(answer)
    except ValueError as error:
        what, _, mend = str(error).partition("\n")
        raise complaint_at(path, f"{column!r} holds {what}", mend, line) from None


def _agree(path: Path, line: int, language: str, held: Any) -> None:
    """Complain of a row that says another language than is said of all rows: it would be perturbed as what it is not."""
    if isinstance(held, str) and is_tag(held) and base(held) != base(language):
        what = f"the row's language is {held!r}, that of all rows is said to be {language!r}"
        raise complaint_at(path, what, f"write `languages: [{language}]`: only rows in it are read then", line)


def language_of(value: Any) -> str:
    """Return the tag that a cell holds, `und` where it holds none; blanks beside it are no part of it."""
    return str(_held(value) or "").strip() or UNKNOWN


def _held(value: Any) -> Any:
    """A cell's value, None where it has none: data frames write NaN for that."""
    return None if isinstance(value, float) and isnan(value) else value


def _is_empty(cell: Any) -> bool:
    return _held(cell) is None or (isinstance(cell, str) and not cell.strip())


def _unfolded(path: Path, held: Any, choices: bool = False) -> Any:
    """Return the list of texts or objects, or SQuAD's answers, that a table's cell holds, as JSON or printed; else the cell.

    Choices may be numbers, too, or one object.
    """
    parts = str | dict | int | float if choices else str | dict
    if isinstance(held, str) and held.startswith(("[", "{")) and path.suffix.lower() in DELIMITED:
        for read in (json.loads, _printed):
            with suppress(ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
                found = read(held)
                listed = isinstance(found, list) and all(isinstance(one, parts) for one in found)
                return found if listed or _is_squad(found) or (choices and isinstance(found, dict)) else held
    return held


def _printed(held: str) -> Any:
    """Return what Python printed, or numpy, which sets blanks for commas: Python would read `['a' 'b']` as one text."""
    strings = _STRINGS.fullmatch(held.strip())
    return [literal_eval(one) for one in re.findall(_STRING, held)] if strings else literal_eval(held)


def _is_squad(held: Any) -> bool:
    """Return whether answers are SQuAD's: their texts, and where each starts."""
    return isinstance(held, dict) and isinstance(held.get("text"), list)


def _whole(value: Any) -> Any:
    """A cell's value, whole numbers without a fraction: data frames keep those of a column with gaps as 1.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _references(source: Source, path: Path, line: int, held: Any, column: str) -> tuple[str, ...]:
    if isinstance(held, str) and not held.strip() and path.suffix.lower() in DELIMITED:
        return ()  # a table has no other way to say that there is none
    if _is_squad(held):
        held = held["text"]
    many = [_plain(source, one) for one in (held if isinstance(held, list) else [held])]
    texts = tuple(_text(path, line, column, value).strip() for value in map(_held, many) if value is not None)
    for text in texts if source.reference_type == "number" else ():
        _number(path, line, column, text)
    return texts


def _plain(source: Source, reference: Any) -> Any:
    """Return a reference that JSON holds as a truth value, or as an object where it may be one, as text."""
    if isinstance(reference, dict) and source.reference_type == "object":
        return json.dumps(reference, ensure_ascii=False, default=str)
    return text_of(reference) if isinstance(reference, bool) else reference


def _annotated(source: Source, path: Path, line: int, held: Any, column: str, tokens: Tokens) -> tuple[str, ...]:
    """Return the reference that points into a text: one, of all that is there, where the row has any."""
    assert source.annotation is not None
    if held is None or (held == "" and path.suffix.lower() in DELIMITED):
        return ()
    try:
        if tokens.places and are_texts(held):
            held = tagged(tokens.places, held)
        found = source.annotation.read(held, tokens.text)
    except ValueError as error:
        raise complaint_at(path, f"{column!r}: {error}", line=line) from None
    if found is None:
        what = f"{column!r} holds {held!r:.40}, expected {source.annotation.what}"
        raise complaint_at(path, what, source.annotation.form, line)
    if lacking := source.annotation.lacking(found):
        what = f"{column!r} holds {lacking[0]!r:.60}, which does not stand in the text"
        raise complaint_at(path, what, "write it as it stands there, or take it out: no answer could match it", line)
    return (found,)


def _cell(source: Source, path: Path, line: int, row: dict[str, Any], name: str, column: str = "") -> Any:
    column = column or source.column(name)
    if column not in row:
        known = [key for key in row if isinstance(key, str)]
        hint = suggest(column, known) if known else ""
        mend = source.mapping.replace("NAME", name)
        mend = f"{mend}; {hint}" if hint else mend
        header = 1 if path.suffix.lower() in DELIMITED else line
        raise complaint_at(path, f"the column {column!r} is missing", mend, header)
    return row[column]


def _number(path: Path, line: int, column: str, text: str) -> None:
    try:
        finite = isfinite(float(text))
    except ValueError:
        finite = False
    if not finite:
        raise complaint_at(path, f"{column!r} holds {text!r:.40}, expected a finite number", line=line)


def _text(path: Path, line: int, column: str, value: Any) -> str:
    text = value if isinstance(value, str) else _as_text(path, line, column, value)
    if len(text) > MAX_CHARACTERS:
        what = f"{column!r} holds {len(text):,} characters, more than {MAX_CHARACTERS:,}"
        raise complaint_at(path, what, "cut the text into examples", line)
    if "\0" in text:
        raise complaint_at(
            path, f"{column!r} holds a NUL character", "take it out: models and reports cannot hold it", line
        )
    if not text.isascii() and _HALF.search(text):
        raise complaint_at(
            path, f"{column!r} holds a lone surrogate", "it is half a character: encode the file anew", line
        )
    return text


def _as_text(path: Path, line: int, column: str, value: Any) -> str:
    """Return a number as text, and complain of anything else."""
    if _held(value) is None:
        raise complaint_at(path, f"{column!r} holds nothing, expected text", "fill it in, or take the row out", line)
    if isinstance(value, bool) or not isinstance(value, int | float):
        mend = (
            "write it as text" if not isinstance(value, list | dict) else "are they choices? `columns: {choices: NAME}`"
        )
        raise complaint_at(path, f"{column!r} holds {type(value).__name__}, expected text", mend, line)
    if isinstance(value, float) and not isfinite(value):
        raise complaint_at(path, f"{column!r} holds the number {value}, expected text", line=line)
    return str(_whole(value))
