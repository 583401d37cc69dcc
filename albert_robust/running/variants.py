"""Perturb: makes the cases of cells, before any model is asked. A variant depends on its key alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from albert_robust.asking.cache import Cache, key
from albert_robust.data import Example
from albert_robust.errors import MissingExtraError
from albert_robust.foreign import raise_if_ending
from albert_robust.imports import raised_there
from albert_robust.perturbing import KeyedRandom, vary_fields
from albert_robust.results.outcome import Change, Outcome, Status
from albert_robust.running.cell import Cell
from albert_robust.tasks.entities import can_be_told
from albert_robust.text import Text
from albert_robust.text.orders import asks_by_mark, came_from, has_order

ATTEMPTS = 4  # draws of a variant that repeats an earlier one
NO_PLACES = "what is in another language has other places"
Sources = dict[tuple[str, bool], Text]  # of one example, by field and whether the meaning must stay


def cases(cells: Sequence[Cell], examples: Sequence[Example], cache: Cache) -> list[list[Outcome]]:
    """Return the cases of each cell, in the order of its examples; no model has answered them yet.

    Cells are made example by example, so that each text is read once for all of them. A variant that repeats an earlier one of
    its example is drawn again, a few times, and is `unchanged` if it still does.

    Args:
        cells: Of one dataset and language.
        examples: Of the same.
        cache: Keeps variants that an optional module makes, which is slow. Other variants are made again in each run.
    """
    chance = KeyedRandom()
    made: list[list[Outcome]] = [_through(cell, examples, cache, chance) if _slow(cell) else [] for cell in cells]
    quick = [(cell, group) for cell, group in zip(cells, made, strict=True) if not _slow(cell)]
    for example in examples:
        read: Sources = {}
        for cell, group in quick:
            group += _of_example(cell, example, read, chance)
    return made


def _slow(cell: Cell) -> bool:
    return cell.spec is not None and any(cell.suite.registry.get(step.name).needs for step in cell.spec.steps)


def _through(cell: Cell, examples: Sequence[Example], cache: Cache, chance: KeyedRandom) -> list[Outcome]:
    name = _key(cell, examples)
    kept = cache.get([name]).get(name)
    if kept is not None:
        return _restored(cell, examples, kept)
    made = [case for example in examples for case in _of_example(cell, example, {}, chance)]
    if cell.applies and not any(case.status == "error" for case in made):
        cache.put([(name, [_row(case) for case in made])])
    return made


def _of_example(cell: Cell, example: Example, read: Sources, chance: KeyedRandom) -> list[Outcome]:
    if cell.spec is None:
        unfit = cell.needs_references and not example.references
        return [_blank(cell, example, 0, "rejected", "it has no reference") if unfit else _blank(cell, example, 0)]
    if not cell.applies:
        return [_blank(cell, example, 0, "not applicable", f"{cell.spec} does not work in {cell.language}")]
    if cell.check.variants == 1:
        return [varied(cell, example, 0, read, chance)[0]]
    made: list[Outcome] = []
    seen: dict[tuple[str, ...], int] = {}
    for replicate in range(cell.check.variants):
        for attempt in range(ATTEMPTS):
            case, _ = varied(cell, example, replicate, read, chance, attempt)
            first = seen.setdefault((case.variant_language, *case.variant.values()), replicate)
            if first == replicate or case.status != "tested":
                break
            case = _blank(cell, example, replicate, "unchanged", f"it repeats variant {first}")
        made.append(case)
    return made


def _key(cell: Cell, examples: Sequence[Example]) -> str:
    suite, check = cell.suite, cell.check
    settings = [str(cell.spec), suite.seed, suite.task.name, check.expectation, list(check.fields), check.variants]
    protected = [[list(suite.task.protect(example, name)) for name in suite.task.inputs] for example in examples]
    return key("variants", suite.registry.fingerprint, settings, list(map(_content, examples)), protected)


def _content(example: Example) -> list[Any]:
    """Return all that an example holds. `asdict` copies deeply, which takes seconds for examples in 26 languages."""
    parallels = {language: dict(fields) for language, fields in example.parallels.items()}
    return [example.id, example.language, dict(example.fields), list(example.references), parallels]


def _row(case: Outcome) -> list[Any]:
    changes = [[change.field, change.start, change.end, change.replacement, change.kind] for change in case.changes]
    return [case.replicate, case.status, dict(case.variant), changes, case.message, case.variant_language]


def _restored(cell: Cell, examples: Sequence[Example], rows: list[Any]) -> list[Outcome]:
    owners = (example for example in examples for _ in range(cell.check.variants))
    made = []
    for example, row in zip(owners, rows, strict=True):
        replicate, status, variant, changes, message, language = row
        case = _blank(cell, example, replicate, status, message)
        case.variant, case.variant_language = variant, language
        case.changes = tuple(Change(*change) for change in changes)
        made.append(case)
    return made


def _blank(cell: Cell, example: Example, replicate: int, status: Status = "tested", message: str = "") -> Outcome:
    suite, fields, references = cell.suite.name, example.fields, example.references
    return Outcome(
        suite,
        cell.id,
        example.id,
        cell.language,
        replicate,
        status,
        fields,
        references=references,
        message=message,
        slices=example.slices,
        beside=example.beside,
    )


def varied(
    cell: Cell, example: Example, replicate: int, read: Sources, chance: KeyedRandom, attempt: int = 0
) -> tuple[Outcome, dict[str, Text]]:
    """Return a case of an example, and its perturbed texts. An exception of the perturbation is an error of this case alone.

    Args:
        cell: Has a perturbation that works in its language.
        example: Of the cell's dataset and language.
        replicate: Which variant.
        read: The texts that are perturbed; missing ones are read from the example, and added.
        chance: Is seeded anew.
        attempt: Which draw of the variant.
    """
    try:
        texts = _perturbed(cell, example, (replicate, attempt), read, chance)
    except MissingExtraError as error:
        return _blank(cell, example, replicate, "error", str(error)), {}
    except BaseException as error:
        raise_if_ending(error)
        return _blank(cell, example, replicate, "error", f"{cell.spec} raises {raised_there(error)}"), {}
    return _case(cell, example, replicate, texts), texts


def _case(cell: Cell, example: Example, replicate: int, texts: Mapping[str, Text]) -> Outcome:
    variant = dict(example.fields)
    variant.update({name: str(text) for name, text in texts.items()})
    if variant == example.fields:
        return _blank(cell, example, replicate, "unchanged")
    fault = _fault(cell, example, texts, variant)
    case = _blank(cell, example, replicate, "rejected" if fault else "tested", fault)
    case.variant = variant
    case.changes = tuple([Change(name, *edit) for name, text in texts.items() for edit in text.edits])
    output_field = texts.get(cell.suite.task.language_field)
    if output_field is not None and output_field.language != example.language:
        case.variant_language = output_field.language
    return case


def _fault(cell: Cell, example: Example, texts: Mapping[str, Text], variant: Mapping[str, str]) -> str:
    """Return why a model's answer to a variant could not be compared; empty if it can. The last field comes first."""
    for name in reversed([*texts]):
        for rule in _RULES:
            if fault := rule(cell, example, name, texts[name], variant[name]):
                return fault
    return ""


def _emptied(cell: Cell, example: Example, name: str, text: Text, varied: str) -> str:
    return "nothing is left of the text" if text.edits and not varied.strip() else ""


def _indistinct(cell: Cell, example: Example, name: str, text: Text, varied: str) -> str:
    for order in reversed(cell.reorders):
        came = {} if text.language != example.language else came_from(order, text.source, varied)
        others = [other for field, other in example.fields.items() if field != name]
        if asks_by_mark(order, text.source, others, came):
            return f"what is asked names one of its {order} by the mark of another"
        if has_order(order, text.source) and not came:
            return f"its {order} cannot be told apart"
    return ""


def _misplaced(cell: Cell, example: Example, name: str, text: Text, varied: str) -> str:
    task = cell.suite.task
    if not task.has_spans:
        return ""
    annotated = task.annotation is not None and name == task.annotation.field
    if cell.reorders and annotated and text.edits:
        return "what is in another order has other places"
    translated = name == task.language_field and text.language != example.language
    if translated and cell.check.agreement not in task.spanless_agreements:
        return f"{NO_PLACES}: compare {' or '.join(task.spanless_agreements)}"
    named = example.references if annotated and text.language == example.language else ()
    if not all(can_be_told(one, text.source, text.edits, varied, text.language) for one in named):
        return "a part of an entity is elsewhere or gone"
    return ""


_RULES = (_emptied, _indistinct, _misplaced)


def _perturbed(
    cell: Cell, example: Example, draw: tuple[int, int], read: Sources, chance: KeyedRandom
) -> dict[str, Text]:
    assert cell.spec is not None
    suite, keeping = cell.suite, cell.check.expectation == "invariance"

    def source(name: str) -> Text:
        text = read.get((name, keeping))
        if text is None:
            text = read[name, keeping] = _source(cell, example, name, keeping)
        return text

    return vary_fields(
        suite.registry,
        cell.spec,
        {name: source(name) for name in cell.check.fields},
        beside=[*map(source, _others(cell)), *_answers(cell, example)] if cell.exchanges else None,
        seed=suite.seed,
        example=example.id,
        replicate=draw[0],
        attempt=draw[1],
        source=chance,
    )


def _others(cell: Cell) -> list[str]:
    return [name for name in cell.suite.task.inputs if name not in cell.check.fields]


def _answers(cell: Cell, example: Example) -> list[Text]:
    """Return the protected gold answers.

    A field may hold an inflected form only (Сергея), so the answer itself (Сергей) is read along.
    """
    task = cell.suite.task
    answers = dict.fromkeys(answer for name in task.inputs for answer in task.protect(example, name))
    return [Text.of(answer, example.language) for answer in answers]


def _source(cell: Cell, example: Example, name: str, keeping: bool) -> Text:
    """Return a field's text, unedited; if the meaning must stay, with the spans that the task protects."""
    protected = cell.suite.task.protect(example, name) if keeping else ()
    parallels = {tag: fields[name] for tag, fields in example.parallels.items()}
    return Text.of(example.fields[name], example.language, protect=protected, parallels=parallels)
