"""Perturb: the cases of a cell, before any model is asked. What was made once is kept: variants depend on their key alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from albert_robust.data import Example
from albert_robust.errors import MissingExtraError
from albert_robust.perturbing import vary
from albert_robust.running.cache import Cache, key
from albert_robust.running.plan import Cell
from albert_robust.running.records import Change, Outcome
from albert_robust.text import Text


def cases(cell: Cell, examples: Iterable[Example], cache: Cache) -> list[Outcome]:
    """Return a cell's cases in the order of its examples, none of them judged yet.

    Args:
        cell: The cell.
        examples: Of its dataset, in all languages.
        cache: Where variants made by the same perturbations from the same examples are kept.
    """
    own = [example for example in examples if example.language == cell.language]
    if cell.spec is None or not cell.applies:
        return [case for example in own for case in _of_example(cell, example)]
    name = _key(cell, own)
    kept = cache.get([name]).get(name)
    if kept is not None:
        return _restored(cell, own, kept)
    made = [case for example in own for case in _of_example(cell, example)]
    if not any(case.status == "error" for case in made):
        cache.put([(name, [_row(case) for case in made])])
    return made


def _key(cell: Cell, examples: Sequence[Example]) -> str:
    suite, check = cell.suite, cell.check
    settings = [str(cell.spec), suite.seed, suite.task.name, check.expectation, list(check.fields), check.variants]
    return key("variants", suite.registry.fingerprint, settings, [_content(example) for example in examples])


def _content(example: Example) -> list[Any]:
    """Return all that an example holds. `asdict` copies deeply, which takes seconds for examples in 26 languages."""
    parallels = {language: dict(fields) for language, fields in example.parallels.items()}
    return [example.id, example.language, dict(example.fields), list(example.references), parallels]


def _row(case: Outcome) -> list[Any]:
    changes = [[change.field, change.start, change.end, change.replacement, change.kind] for change in case.changes]
    return [case.replicate, case.status, dict(case.variant), changes, case.message, case.variant_language]


def _restored(cell: Cell, examples: Sequence[Example], rows: list[Any]) -> list[Outcome]:
    owners = (example for example in examples for _ in range(cell.check.variants))
    return [
        replace(
            _blank(cell, example),
            replicate=replicate,
            status=status,
            variant=variant,
            changes=tuple(Change(*change) for change in changes),
            message=message,
            variant_language=language,
        )
        for example, (replicate, status, variant, changes, message, language) in zip(owners, rows, strict=True)
    ]


def _blank(cell: Cell, example: Example) -> Outcome:
    return Outcome(
        suite=cell.suite.name,
        cell=cell.id,
        example=example.id,
        language=cell.language,
        replicate=0,
        status="tested",
        original=example.fields,
        references=example.references,
    )


def _of_example(cell: Cell, example: Example) -> Iterator[Outcome]:
    blank = _blank(cell, example)
    if cell.spec is None:
        yield blank
        return
    if not cell.applies:
        yield replace(blank, status="not applicable", message=f"{cell.spec} does not work in {cell.language}")
        return
    for replicate in range(cell.check.variants):
        yield _variant(cell, example, replace(blank, replicate=replicate))


def _variant(cell: Cell, example: Example, blank: Outcome) -> Outcome:
    """Return the case with its variant; an exception of a perturbation is an error of this case alone."""
    try:
        texts = {name: _perturbed(cell, example, name, blank.replicate) for name in cell.check.fields}
    except MissingExtraError as error:
        return replace(blank, status="error", message=str(error))
    except Exception as error:
        return replace(blank, status="error", message=f"{cell.spec} raises {type(error).__name__}: {error}")
    if not any(text.changed for text in texts.values()):
        return replace(blank, status="unchanged")
    variant = {**example.fields, **{name: str(text) for name, text in texts.items()}}
    changes = tuple(
        Change(name, edit.start, edit.end, edit.replacement, edit.kind)
        for name, text in texts.items()
        for edit in text.edits
    )
    spoken = texts.get(cell.suite.task.speaks)
    language = spoken.language if spoken is not None and spoken.language != example.language else ""
    made = replace(blank, variant=variant, changes=changes, variant_language=language)
    if any(not variant[name].strip() for name in texts):
        return replace(made, status="rejected", message="nothing is left of the text")
    return made


def _perturbed(cell: Cell, example: Example, name: str, replicate: int) -> Text:
    assert cell.spec is not None
    suite = cell.suite
    protected = suite.task.protect(example, name) if cell.check.expectation == "invariance" else ()
    parallels = {tag: fields[name] for tag, fields in example.parallels.items()}
    text = Text.of(example.fields[name], example.language, protect=protected, parallels=parallels)
    return vary(suite.registry, cell.spec, text, seed=suite.seed, example=example.id, field=name, replicate=replicate)
