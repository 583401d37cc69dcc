"""What a failing cell prints: what was measured, the worst examples with their edits marked, and how to repeat it."""

import re
from collections.abc import Iterable, Sequence

from albert_robust.running.plan import Across, Cell
from albert_robust.running.records import CellRecord, Change, Outcome
from albert_robust.text.graphemes import graphemes

SHOWN = 3
WIDTH = 160
_COMMANDS = re.compile(r"^::|##\[")  # of GitHub's runner: at the start of a line, and in its older form anywhere


def describe(cell: Cell, record: CellRecord, outcomes: Sequence[Outcome], again: str) -> str:
    """Return the message of a failing cell; `again` is the command that repeats it."""
    what = f"{cell.check.expectation} {cell.perturbation}".strip()
    lines = [f"{what} [{cell.language}]: {one_line(record.reason)}"]
    for outcome in _first(worst(cell, outcomes), record)[:SHOWN]:
        lines += ["", *_case(outcome)]
    lines += ["", f"again: {again}"]
    return "\n".join(lines)


def describe_across(item: Across, record: CellRecord, again: str) -> str:
    """Return the message of failing cells together: each of them, the worst first."""
    what = f"{item.check.expectation} {item.perturbation}".strip()
    ranked = sorted(record.members, key=lambda member: (member.estimate.value, member.cell))
    lines = [
        f"  {member.name:<12} {member.measure} {member.estimate.value:.2f} "
        f"[{member.estimate.low:.2f}, {member.estimate.high:.2f}], {member.estimate.clusters} examples"
        for member in ranked
    ]
    return "\n".join([f"{what} {item.kind}: {one_line(record.reason)}", "", *lines, "", f"again: {again}"])


def _first(found: Sequence[Outcome], record: CellRecord) -> list[Outcome]:
    """Return cases, those first whose example became worse if that is why the cell fails."""
    lost = record.comparison.worse if record.comparison and record.comparison.verdict == "regressed" else ()
    return sorted(found, key=lambda outcome: lost.index(outcome.example) if outcome.example in lost else len(lost))


def worst(cell: Cell, outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Return the cases that speak against the model, the worst first: errors, then by what the check expects."""
    expectation = cell.check.expectation

    def badness(outcome: Outcome) -> float:
        if outcome.status == "error":
            return 2.0
        if expectation == "reference":
            return 1 - min(outcome.quality_before.values(), default=1.0)
        moved = 1 - (outcome.agreement or 0.0)
        return moved if expectation == "invariance" else 1 - moved

    against = [outcome for outcome in outcomes if outcome.status in {"tested", "error"} and badness(outcome) > 0]
    return sorted(against, key=lambda outcome: (-badness(outcome), outcome.example, outcome.replicate))


def _case(outcome: Outcome) -> list[str]:
    title = f"  {one_line(outcome.example)} ({outcome.language})"
    if outcome.status == "error":
        return [f"{title}  {one_line(outcome.message)}"]
    if not outcome.variant:
        expected = " | ".join(outcome.references)
        text = [*outcome.original.values(), ""][-2 if outcome.original else -1]
        return [f"{title}  {clip(text)} -> {clip(outcome.before or '')}, expected {clip(expected)}"]
    fields = dict.fromkeys(change.field for change in outcome.changes)
    lines = []
    for name in fields:
        marked = mark(outcome.original[name], [change for change in outcome.changes if change.field == name])
        lines.append(f"  {name:<12} {clip(marked)}")
    before = f"  {'original':<12} -> {_output(outcome.before, outcome.scores_before)}"
    after = f"  {'variant':<12} -> {_output(outcome.after, outcome.scores_after)}"
    return [title, *lines, before, after]


def _output(output: str | None, scores: "dict[str, float] | object") -> str:
    shown = clip(output or "")
    value = scores.get(output or "") if isinstance(scores, dict) else None
    return shown if value is None else f"{shown} {value:.2f}"


def mark(original: str, changes: Iterable[Change]) -> str:
    """Return a text with its edits marked: `wea[-th-]{+ht+}er`."""
    characters = graphemes(original)
    pieces, done = [], 0
    for change in sorted(changes, key=lambda change: (change.start, change.end)):
        pieces.append("".join(characters[done : change.start]))
        removed = "".join(characters[change.start : change.end])
        pieces.append(
            (f"[-{removed}-]" if removed else "") + (f"{{+{change.replacement}+}}" if change.replacement else "")
        )
        done = change.end
    return "".join(pieces) + "".join(characters[done:])


def clip(text: str) -> str:
    """Return a text on one line, shortened, with nothing that a terminal would obey."""
    line = one_line(text)
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "…"


def one_line(text: str) -> str:
    """Return a text on one line, with nothing that a terminal or GitHub's runner would obey."""
    return _COMMANDS.sub(lambda found: f"<U+{ord(found[0][0]):04X}>{found[0][1:]}", visible(" ".join(text.split())))


def visible(text: str) -> str:
    """Return a text with control, bidi and other unprintable characters as `<U+202E>`."""
    return "".join(
        character if character.isprintable() or character in "\u200c\u200d" else f"<U+{ord(character):04X}>"
        for character in text
    )
