"""The texts that pytest prints for failing cells, for a run and for a forecast.

A failing cell shows its measure, the worst examples with their edits marked, and the command that repeats it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from albert_robust.asking.progress import duration
from albert_robust.gate.comparing import standings
from albert_robust.gate.doubts import doubts
from albert_robust.gate.pooling import told as together
from albert_robust.gate.side_by_side import WORDS, side_by_side, told
from albert_robust.report.cells import worst_first
from albert_robust.report.display import difference, plain, shorten
from albert_robust.report.figures import enough, price
from albert_robust.results.cases import CASE, Shrunk
from albert_robust.results.failures import ATTENTION
from albert_robust.results.outcome import Change, Outcome
from albert_robust.results.records import CellRecord, SuiteRecord
from albert_robust.results.run import Run, counted_verdicts, tested_in, told_kept
from albert_robust.running.cell import Cell, Comparison, Item
from albert_robust.running.forecast import Forecast
from albert_robust.scoring.statistics import Estimate
from albert_robust.shown import counted, shown_character, unobeyed
from albert_robust.text.graphemes import graphemes
from albert_robust.text.lookalikes import telling

SHOWN = 3
EMPTY = "(empty)"  # stands for an empty text
WIDTH = 160
LONGEST = 400  # characters of a line about a cell
LANGUAGES, LANGUAGE = 5, 20  # of rows that were left out: how many are named, and the most characters of each
_START, _MARK = re.compile(""), re.compile(r"\[-|\{\+")
_OTHER_BLANK = re.compile(r"[^\S ]|(?<= ) ")


def describe(
    cell: Cell,
    record: CellRecord,
    worst: Sequence[Outcome],
    again: str,
    shrunk: Sequence[Shrunk] = (),
    moves: Sequence[tuple[str, str, int]] = (),
) -> str:
    """Return the message of a failing cell.

    Args:
        cell: The cell.
        record: Its verdict.
        worst: The cases that speak against the model, the worst first.
        again: The command that repeats the cell.
        shrunk: The smallest sets of edits that break some of the cases.
        moves: The commonest changes of a label, `(expected, said, count)`.
    """
    few = {CASE(one): one for one in shrunk}
    lines = [f"{_what(cell)} [{cell.language}]: {one_line(record.reason)}"]
    if any(count > 1 for *_, count in moves):
        told = "expected -> said" if record.expectation == "reference" else "original -> variant"
        often = ", ".join(
            f"{one_line(should) or EMPTY} -> {one_line(said) or EMPTY} {count}" for should, said, count in moves
        )
        lines.append(f"{told}, most often: {often}")
    distinct = {outcome.example: outcome for outcome in reversed(worst)}  # the worst variant of each
    for outcome in [one for one in worst if distinct[one.example] is one][:SHOWN]:
        lines += ["", *_case(outcome, few.get(CASE(outcome)), outcome.watched(record.watched))]
    lines += ["", f"again: {again}"]
    return "\n".join(lines)


def describe_across(item: Comparison, record: CellRecord, again: str) -> str:
    """Return the message of a failing comparison: each of its cells, the worst first."""
    ranked = sorted(record.members, key=lambda member: (member.estimate.value, member.cell))
    lines = [f"  {member.name:<12} {member.measure} {_measured(member.estimate)}" for member in ranked]
    return "\n".join(
        [f"{_what(item)} {item.measure.over}: {one_line(record.reason)}", "", *lines, "", f"again: {again}"]
    )


def _what(item: Item) -> str:
    check, what = item.check, f"{item.check.expectation} {item.perturbation}".strip()
    searched = f", the worst of {check.worst_of}," if check.worst_of > 1 else ""
    return f"{what}{searched}" + (f" ({check.movement})" if check.movement is not None else "")


def _measured(found: Estimate) -> str:
    if not found.measured:
        return "not measured: no case was tested"
    return f"{found.value:.2f} [{found.low:.2f}, {found.high:.2f}], {counted(found.clusters, 'example')}"


def describe_run(run: Run, shown: int) -> list[str]:
    """Return the lines of a run: up to `shown` cells that did not pass, the worst first, warnings, counts and the baseline."""
    cells, cost = run.cells, run.cost
    names = ", ".join(run.mistakes)
    broken = [f"{counted(len(run.mistakes), 'suite')} could not be run: {names}"[:LONGEST]] if names else []
    if not cells:
        return broken
    told = ATTENTION if tested_in(cells) else (*ATTENTION, "not applicable")  # why nothing was tested
    bad = worst_first([cell for cell in cells if cell.verdict in told])
    lines = [f"{cell.verdict:<12} {cell.suite}::{cell.cell}  {one_line(cell.reason)}"[:LONGEST] for cell in bad[:shown]]
    if 0 < shown < len(bad):
        lines.append(f"... and {len(bad) - shown:,} more that did not pass: the report has them all")
    lines += [
        f"{'warning':<12} {suite.name}: {one_line(what)}"[:LONGEST]
        for suite in run.suites
        for what in doubts(suite, run)
    ]
    lines += [f"{'left out':<12} {suite.name}: {what}"[:LONGEST] for suite in run.suites for what in _left_out(suite)]
    lines.append(
        f"{_all(run)}: {counted_verdicts(cells)}; {counted(tested_in(cells), 'case')} tested; "
        f"{counted(int(cost['predicted']), 'input')} predicted, {int(cost['from_cache']):,} from the cache"
        + (_judged(cost) if cost.get("judged") or cost.get("judged_from_cache") else "")
        + (f", {int(cost['unanswered']):,} without an answer" if cost.get("unanswered") else "")
        + (f", price {price(cost['price'])}" if "price" in cost else "")
        + (_tokens(cost) if "prompt_tokens" in cost else "")
        + (f", {counted(int(cost['spared']), 'case')} spared: their verdicts were certain" if cost["spared"] else "")
    )
    beside = standings([cell.comparison for cell in cells])
    below = filter(None, [told_kept(run.all_kept), f"beside the baseline: {beside}" if beside else ""])
    return [*lines, *broken, *below, *_models(run)]


def _left_out(suite: SuiteRecord) -> Iterator[str]:
    """Yield how many rows of a dataset are in none of its languages."""
    for dataset, rows in suite.rows_left_out.items():
        languages = ", ".join(f"{one_line(one.language)[:LANGUAGE]} ({one.count:,})" for one in rows[:LANGUAGES])
        more = ", ..." if len(rows) > LANGUAGES else ""
        yield f"{counted(sum(one.count for one in rows), 'row')} of {dataset!r} in other languages: {languages}{more}"


def _all(run: Run) -> str:
    """Return how many cells a run has, and how many its suites have if those are more."""
    left = run.cells_left_out
    return f"{len(run.cells):,} of {len(run.cells) + left:,} cells" if left else counted(len(run.cells), "cell")


def _models(run: Run) -> Iterator[str]:
    """Yield how models compare with the first of their file: a line per model, and one per measure over all of its cells."""
    for first, *others in side_by_side(run.suites):
        for other in others:
            cells = told(cell.beside_first for cell in run.cells if cell.suite == other.name)
            yield f"{other.name} beside {first.model_name}: {cells or _nothing(run, first, other)}"
            for one in run.pooled:
                if one.suite == other.name:
                    yield f"  {together(one, WORDS[one.comparison.verdict])}"


def _nothing(run: Run, *models: SuiteRecord) -> str:
    names = {model.name for model in models}
    spared = any(cell.counts.spared for cell in run.cells if cell.suite in names)
    return "nothing to compare" + spared * ": with `early_stop` they are asked of different examples"


def _judged(cost: Mapping[str, float]) -> str:
    return f"; {counted(int(cost['judged']), 'pair')} judged, {int(cost['judged_from_cache']):,} from the cache"


def _tokens(cost: Mapping[str, float]) -> str:
    return f", {int(cost['prompt_tokens']):,} tokens asked and {int(cost['completion_tokens']):,} answered"


def describe_forecasts(found: Sequence[Forecast]) -> list[str]:
    """Return what suites would ask: a line per suite, and one for all if there are several."""
    lines = [f"{one.suite}: {_asked(one.cells, one.cases, [one])}" for one in found]
    if len(found) > 1:
        lines.append(f"all: {_asked(sum(one.cells for one in found), sum(one.cases for one in found), found)}")
    return lines


def _asked(cells: int, cases: int, found: Sequence[Forecast]) -> str:
    unique, missing = (sum(getattr(one, name) for one in found) for name in ("unique", "missing"))
    most = "at most " if any(one.at_most for one in found) else ""
    parts = [
        counted(cells, "cell"),
        counted(cases, "case"),
        counted(unique, "unique input"),
        f"{most}{missing:,} to ask{_in_parts(found)}",
    ]
    if to_judge := sum(one.to_judge for one in found):
        most = "at most " if any(one.judges_at_most or one.at_most for one in found) else ""
        parts.append(f"{most}{to_judge:,} to judge")
    asking = [one for one in found if one.missing or one.to_judge]
    seconds = [one.seconds for one in asking if one.seconds is not None]
    prices = [one.price for one in asking if one.price is not None]
    if asking:
        parts.append(
            f"about {duration(sum(seconds))}" if len(seconds) == len(asking) else "time unknown before a first run"
        )
    if prices:
        guessed = ", tokens guessed by the length of texts" if any(one.price_guessed for one in asking) else ""
        parts.append(f"price {'about ' if guessed else ''}{price(sum(prices))}{guessed}")
    return ", ".join(parts)


def _in_parts(found: Sequence[Forecast]) -> str:
    """Return the number of batches for models and of requests for endpoints."""
    asked, sent = (sum(getattr(one, name) for one in found) for name in ("batches", "requests"))
    parts = [counted(asked, "batch", "batches")] * (asked > 0) + [counted(sent, "request")] * (sent > 0)
    return f" in {' and '.join(parts)}" if parts else ""


def _case(outcome: Outcome, shrunk: Shrunk | None, watched: str) -> list[str]:
    title = f"  {clip(outcome.example)} ({outcome.language})"
    if outcome.status == "error":
        return [f"{title}  {one_line(outcome.message)}"]
    if not outcome.variant:
        expected = " | ".join(outcome.references)
        text = [*outcome.original.values(), ""][-2 if outcome.original else -1]
        # An example of a template may be called by its text.
        asked = "" if text == outcome.example else f"  {clip(text)}"
        said = f"{_output(outcome.before, {})}{_said(outcome.said_before)}"
        return [f"{title}{asked} -> {said}, expected {clip(expected)}"]
    lines = _marked(outcome, outcome.changes)
    before, after = (
        _output(outcome.before, outcome.scores_before, outcome.after, watched) + _said(outcome.said_before),
        _output(outcome.after, outcome.scores_after, outcome.before, watched) + _said(outcome.said_after),
    )
    before, after = f"  {'original':<12} -> {before}", f"  {'variant':<12} -> {after}"
    return [title, *lines, before, after, *(_shrunk(outcome, shrunk) if shrunk else [])]


def _shrunk(outcome: Outcome, shrunk: Shrunk) -> list[str]:
    few, many = len(shrunk.changes), len(outcome.changes)
    if few == many:
        return [f"  {enough(few, many)}"]
    said = f"  {'variant':<12} -> {_output(shrunk.output, {}, outcome.before)}"
    return [f"  {enough(few, many)}:", *_marked(outcome, shrunk.changes), said]


def _marked(outcome: Outcome, changes: Sequence[Change]) -> list[str]:
    """Return each changed field with its edits marked."""
    fields = dict.fromkeys(change.field for change in changes)
    return [
        f"  {name:<12} "
        + clip(mark(outcome.original[name], [change for change in changes if change.field == name]), _MARK)
        for name in fields
    ]


def _output(output: str | None, scores: Mapping[str, float], other: str | None = None, watched: str = "") -> str:
    """Return an output; of a long one the part that differs from the other. Its probability follows, and a watched label's."""
    line = one_line(output or "")
    shown = shorten(line, WIDTH, difference(line, one_line(other or ""))) or EMPTY
    value, beside = scores.get(output or ""), scores.get(watched) if watched != output else None
    shown = shown if value is None else f"{shown} {value:.2f}"
    return shown if beside is None else f"{shown}, {clip(watched)} {beside:.2f}"


def _said(said: str) -> str:
    return f" (read from: {clip(said)})" if said else ""


def mark(original: str, changes: Iterable[Change]) -> str:
    """Return a text with its edits marked: `wea[-th-]{+ht+}er`.

    Unusual blanks are written out, and a character that looks like the one it replaces is followed by its code: `{+а<U+0430>+}`.
    """
    characters = graphemes(original)
    pieces, done = [], 0
    for change in sorted(changes, key=lambda change: (change.start, change.end)):
        pieces.append("".join(characters[done : change.start]))
        removed, added = "".join(characters[change.start : change.end]), change.replacement
        named = telling(removed, added)
        removed, added = _spelt(removed, named), _spelt(added, named)
        pieces.append((f"[-{removed}-]" if removed else "") + (f"{{+{added}+}}" if added else ""))
        done = change.end
    return "".join(pieces) + "".join(characters[done:])


def _spelt(piece: str, named: Collection[str]) -> str:
    written = _OTHER_BLANK.sub(lambda found: shown_character(found[0]), piece)
    return "".join(one + shown_character(one) if one in named else one for one in written) if named else written


def clip(text: str, about: re.Pattern[str] = _START) -> str:
    """Return a text on one line, shortened to the surroundings of a pattern, with nothing that a terminal would obey."""
    line = one_line(text)
    found = about.search(line)
    return shorten(line, WIDTH, found.start() if found else 0)


def one_line(text: str) -> str:
    """Return a text on one line, with nothing that a terminal or GitHub's runner would obey."""
    return unobeyed(plain(" ".join(text.split())))
