"""The picture of a search: how much each setting mattered, and every trial's value against each setting."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from albert_robust.pretrain.space import Drawn, Setting
from albert_robust.report.display import plain
from albert_robust.report.labels import Words, block, fitted
from albert_robust.report.templates import environment, source
from albert_robust.shown import counted

WIDTH, MARGIN, GAP = 760, 20, 24  # pixels, as everything here
LETTERS, SMALL = 12, 11
LINE, BAR = 22, 12  # of the bars: a line's height, a bar's
LABEL, LONGEST_BAR = 270, 360
PANEL, DOWN = (WIDTH - 2 * MARGIN - GAP) // 2, 150  # a panel's width; how high its field is
AXIS, HEAD, FOOT = 50, 24, 34  # of a panel: left of its field, above it, below it
INSIDE, SPREAD = 12, 4  # the field's own margin; how far apart equal points lie
Point = tuple[Drawn, float]


@dataclass(frozen=True, slots=True)
class Bar:
    """A setting's importance."""

    name: Words
    share: Words
    x: float
    y: float
    length: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A trial."""

    x: float
    y: float
    title: str
    best: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """A setting's trials: its place in the picture, and what it holds."""

    x: float
    y: float
    name: Words
    across: tuple[Words, ...]
    down: tuple[Words, ...]
    grid: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """All of it."""

    height: float
    description: str
    head: tuple[Words, ...]
    bars: tuple[Bar, ...]
    panels: tuple[Panel, ...]
    notes: tuple[Words, ...]


def search_svg(
    settings: Mapping[str, Setting],
    points: Sequence[Point],
    importances: Mapping[str, float],
    failed: int = 0,
) -> str:
    """Return a search as an SVG picture: self-contained, without a script, fit for light and dark.

    Args:
        settings: What was searched.
        points: Each trial's settings and its value, the best first, at least one.
        importances: The settings' shares, the most important first; empty where they are not known.
        failed: How many trials failed, which are not drawn.
    """
    from markupsafe import Markup

    found = environment((), autoescape=True, made_safe=plain)
    drawing = _drawing(settings, points, importances, failed)
    style = Markup(source(found, "search.css"))
    return found.get_template("search.svg.j2").render(found=drawing, width=WIDTH, style=style).strip() + "\n"


def _drawing(
    settings: Mapping[str, Setting], points: Sequence[Point], importances: Mapping[str, float], failed: int
) -> Drawing:
    names = [*importances, *(name for name in settings if name not in importances)]
    y = MARGIN + LETTERS
    head = [Words(MARGIN, y, f"What mattered in {counted(len(points) + failed, 'trial')}")]
    bars = [_bar(name, share, y + LINE * number) for number, (name, share) in enumerate(importances.items(), start=1)]
    y += LINE * len(bars) + LINE
    if not bars:
        head.append(Words(MARGIN, y, "Not told: too few trials succeeded, or all are worth the same."))
        y += LINE
    panels = [
        _panel(
            name, settings[name], points, MARGIN + number % 2 * (PANEL + GAP), y + number // 2 * (HEAD + DOWN + FOOT)
        )
        for number, name in enumerate(names)
    ]
    y += math.ceil(len(names) / 2) * (HEAD + DOWN + FOOT) + LETTERS
    notes: list[Words] = []
    for text in _notes(failed):
        notes += block(text, SMALL, WIDTH - 2 * MARGIN, MARGIN, notes[-1].y + SMALL + 4 if notes else y)
    return Drawing(
        notes[-1].y + MARGIN, _described(points, importances), tuple(head), tuple(bars), tuple(panels), tuple(notes)
    )


def _notes(failed: int) -> list[str]:
    notes = [
        "Upwards: the share of held-out texts whose nearest text is their translation, the mean over pairs of languages. "
        "A dot is a trial, the filled one the best.",
        "Bars: PED-ANOVA, how much a setting's values in the best quarter of the trials differ from those in all. "
        "A setting that was searched evenly and does not matter has a short bar; few trials make all of them rough.",
    ]
    return [*notes, f"Not drawn: {counted(failed, 'trial')} that failed."] if failed else notes


def _described(points: Sequence[Point], importances: Mapping[str, float]) -> str:
    mattered = "; ".join(f"{name} {share:.0%}" for name, share in importances.items()) or "importances are not told"
    best = ", ".join(f"{name} {shown(value)}" for name, value in points[0][0].items())
    return f"Importances: {mattered}. The best trial has the value {points[0][1]:.4f}: {best}."


def _bar(name: str, share: float, y: float) -> Bar:
    length = round(share * LONGEST_BAR, 1)
    x = MARGIN + LABEL
    label = Words(MARGIN, y, fitted(name, LETTERS, LABEL), name)
    return Bar(label, Words(x + length + 6, y, f"{share:.0%}"), x, y - BAR + 2, length)


def _panel(name: str, setting: Setting, points: Sequence[Point], x: float, y: float) -> Panel:
    room = PANEL - AXIS
    low, high = _limits([value for _, value in points])
    heights = [HEAD + INSIDE + (DOWN - 2 * INSIDE) * share for share in (0, 0.5, 1)]
    values = (high, (low + high) / 2, low)
    digits = 2 if high - low >= 0.1 else 3 if high - low >= 0.01 else 4
    down = [Words(AXIS - 6, height + 4, f"{value:.{digits}f}") for height, value in zip(heights, values, strict=True)]
    seen: dict[tuple[float, float], int] = {}
    dots = []
    for number, (drawn, value) in enumerate(points):
        across = AXIS + INSIDE + (room - 2 * INSIDE) * _along(setting, drawn[name])
        upward = heights[2] - (heights[2] - heights[0]) * (value - low) / (high - low)
        spot = round(across, 0), round(upward / 4, 0)
        aside = seen[spot] = seen.get(spot, -1) + 1
        shift = SPREAD * (aside % 5 + 1) // 2 * (-1) ** aside if aside else 0
        dots.append(
            Dot(round(across + shift, 1), round(upward, 1), f"{value:.4f} at {shown(drawn[name])}", number == 0)
        )
    lines = "".join(f"M{AXIS} {height:g}h{room}" for height in heights)
    heading = Words(AXIS, HEAD - 10, fitted(name, LETTERS, room), name)
    return Panel(x, y, heading, tuple(_ticks(setting, room)), tuple(down), lines, tuple(reversed(dots)))


def _limits(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high - low > 1e-6 else (low - 0.01, high + 0.01)


def _along(setting: Setting, value: Any) -> float:
    """Return where a value stands between the left (0) and the right (1)."""
    if setting.values is not None:
        kinds = [(type(one), one) for one in setting.values]
        return (kinds.index((type(value), value)) + 0.5) / len(kinds)
    low, high = float(setting.low or 0), float(setting.high or 0)
    if setting.log:
        return math.log(value / low) / math.log(high / low)
    return float((value - low) / (high - low))


def _ticks(setting: Setting, room: float) -> list[Words]:
    inner, y = room - 2 * INSIDE, HEAD + DOWN + 16
    if setting.values is not None:
        each = inner / len(setting.values)
        places = [(number + 0.5) / len(setting.values) for number in range(len(setting.values))]
        labels = [
            (place, fitted(shown(value), SMALL, each), shown(value))
            for place, value in zip(places, setting.values, strict=True)
        ]
    else:
        low, high = float(setting.low or 0), float(setting.high or 0)
        middle = math.sqrt(low * high) if setting.log else (low + high) / 2
        labels = [(place, _short(value), f"{value:g}") for place, value in ((0, low), (0.5, middle), (1, high))]
    return [Words(AXIS + INSIDE + inner * place, y, text, title) for place, text, title in labels]


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def shown(value: Any) -> str:
    """Return a setting's value as a recipe would have it, a number in four digits at most."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:.4g}" if isinstance(value, float) else str(value)
