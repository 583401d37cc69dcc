"""Cases as a reader sees them: the outcomes that speak against the model."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from albert_robust.data.conversation import BEFORE, written
from albert_robust.report.display import difference, shorten
from albert_robust.report.edits import SHORT, Segment, segments, shortened, side
from albert_robust.report.figures import enough, number
from albert_robust.report.picture import Picture, picture
from albert_robust.results.cases import CaseAlignment, Shrunk
from albert_robust.results.outcome import Outcome, edited
from albert_robust.results.records import CellRecord
from albert_robust.suite.expectations import DIRECTED

COMPARED = {"original": "output for the original", "reference": "expected"}
LINE = 80  # code points of outputs that stand side by side
LONGEST = 4000  # code points of a whole text; longer ones are in the outcomes file alone


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field before and after, its edits marked; `whole` is empty where nothing was left out."""

    name: str
    changed: bool
    original: tuple[Segment, ...]
    variant: tuple[Segment, ...]
    whole: tuple[Segment, ...]
    too_long: bool


@dataclass(frozen=True, slots=True)
class OutputView:
    """An output or a reference: short, and whole where that differs; `watched` is another label whose probability is compared."""

    text: str
    whole: str
    probability: str = ""
    said: str = ""
    watched: str = ""
    watched_probability: str = ""


@dataclass(frozen=True, slots=True)
class ShrunkView:
    """The edits that are enough, marked in each field that they change; no fields where all are needed."""

    told: str
    fields: tuple[tuple[str, tuple[Segment, ...]], ...]
    output: OutputView | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """One outcome of a cell; `apart` where its outputs are too long to stand side by side, `change` is that of its example."""

    example: str
    language: str
    replicate: str
    message: str
    fields: tuple[FieldView, ...]
    several: bool
    before: OutputView | None
    after: OutputView | None
    apart: bool
    references: tuple[OutputView, ...]
    figures: tuple[tuple[str, str], ...]
    picture: Picture | None
    shrunk: ShrunkView | None
    change: str = ""


def case_view(
    cell: CellRecord,
    outcome: Outcome,
    numbered: bool,
    aligned: CaseAlignment | None = None,
    shrunk: Shrunk | None = None,
    change: str = "",
) -> CaseView:
    """Return one outcome, fit to be shown; `numbered` where examples have several variants."""
    reference, watched = cell.expectation == "reference", outcome.watched(cell.watched)
    return CaseView(
        example=shorten(outcome.example, SHORT),
        language=outcome.language,
        replicate=str(outcome.replicate) if numbered else "",
        message=shorten(outcome.message, SHORT),
        fields=tuple(_field(name, outcome) for name in outcome.original),
        several=len(outcome.original) > 1,
        before=_output(outcome.before, outcome.scores_before, outcome.said_before, outcome.after, watched),
        after=None
        if reference
        else _output(outcome.after, outcome.scores_after, outcome.said_after, outcome.before, watched),
        apart=any(len(text) > LINE or "\n" in text for text in (outcome.before, outcome.after) if text),
        # Where the answer should change they are those of the text as it was.
        references=() if cell.expectation == "direction" else tuple(_text(text) for text in outcome.references[:3]),
        figures=(
            *((shorten(column, SHORT), shorten(value, SHORT)) for column, value in _beside(outcome).items()),
            *_figures(cell, outcome),
        ),
        picture=None if aligned is None else _picture(aligned, reference),
        shrunk=None if shrunk is None else _shrunk(shrunk, outcome),
        change=change,
    )


def _beside(outcome: Outcome) -> dict[str, str]:
    """Return what an outcome's example has in further columns, by their names."""
    return {**outcome.slices, **outcome.beside}


def _shrunk(found: Shrunk, outcome: Outcome) -> ShrunkView:
    few, many = len(found.changes), len(outcome.changes)
    if few == many:
        return ShrunkView(enough(few, many), (), None)
    texts = edited(outcome.original, found.changes)
    fields = tuple(
        (name, shortened(segments(text, texts[name], edits)))
        for name, text in outcome.original.items()
        if (edits := [change for change in found.changes if change.field == name])
    )
    return ShrunkView(enough(few, many), fields, _output(found.output, {}, "", outcome.before))


def _picture(found: CaseAlignment, reference: bool) -> Picture:
    """Return the alignment's picture, under a name that no other picture of the page has."""
    case = f"{found.suite}\0{found.cell}\0{found.example}\0{found.replicate}".encode("utf-8", "surrogatepass")
    output = "output" if reference else "output for the variant"
    return picture(found.alignment, output, COMPARED[found.against], f"t-{hashlib.sha256(case).hexdigest()[:10]}")


def _field(name: str, outcome: Outcome) -> FieldView:
    original = outcome.original[name]
    variant = outcome.variant.get(name, original)
    if name == BEFORE:  # which no check perturbs
        original = variant = written(original)
    changes = [change for change in outcome.changes if change.field == name]
    whole = segments(original, variant, changes)
    short = shortened(whole)
    cut = short != whole
    too_long = cut and sum(len(part.text) for part in whole) > LONGEST
    return FieldView(
        name=name,
        changed=side(whole, "inserted") != original,
        original=tuple(part for part in short if part.kind != "inserted"),
        variant=tuple(part for part in short if part.kind != "deleted"),
        whole=whole if cut and not too_long else (),
        too_long=too_long,
    )


def _text(text: str, place: int = 0) -> OutputView:
    short = shorten(text, SHORT, place)
    return OutputView(short, "" if short == text else shorten(text, LONGEST))


def _output(
    text: str | None, scores: Mapping[str, float], said: str, other: str | None, watched: str = ""
) -> OutputView | None:
    """Return an output, in short from where it differs from the other one, with its probability and that of a watched label."""
    if text is None:
        return None
    found = _text(text, difference(text, other or ""))
    probability = number(scores[text]) if text in scores else ""
    view = OutputView(found.text, found.whole, probability, shorten(" ".join(said.split()), SHORT))
    if watched == text or watched not in scores:
        return view
    return replace(view, watched=shorten(watched, SHORT), watched_probability=number(scores[watched]))


def _figures(cell: CellRecord, outcome: Outcome) -> list[tuple[str, str]]:
    """Return what was measured of a case; where a check says how answers move it is whether they did, and no agreement."""
    if cell.expectation == "reference":
        return [(name, number(value)) for name, value in outcome.quality_before.items()]
    found: list[tuple[str, str]] = []
    if outcome.agreement is not None:
        directed = cell.measure == DIRECTED.measure
        found = [
            (cell.measure, number(1 - outcome.agreement)) if directed else ("agreement", number(outcome.agreement))
        ]
    for name, after in outcome.quality_after.items():
        if name in outcome.quality_before:
            found.append((name, f"{number(outcome.quality_before[name])} \u2192 {number(after)}"))
    return found
