"""A picture of an alignment as plain values: where each line, letter and shade goes. The template only draws.

Rows are the candidate's tokens, columns the reference's, the first of each at the top left whatever the script's
direction. A cell's shade is the similarity. What counts is marked without colour: the match of a row's token has lines
above and below (precision), that of a column's token lines left and right (recall), and where both meet, a box. A bar is a
token's weight, its thick part what the match recovers: thick over whole is the measure as matched.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import ceil

from albert_robust.report.caption import Caption, caption, spoken_scores
from albert_robust.report.figures import number
from albert_robust.report.labels import Words, blocks, fitted, readable, width
from albert_robust.results.cases import AlignmentRecord, MatchedText

CELL, HEIGHT = 28, 20  # of a cell, in pixels as everything here
LETTERS, SMALL = 12, 11  # font sizes
LABEL, LEAST = 120, 288  # the longest label; the narrowest picture
ROW_BAR, COLUMN_BAR = 56, 36  # the longest bars
EDGE, GAP, INSET = 8, 6, 2
SLANT = 0.71  # across and up, of a label at 45 degrees
SHADES = 10  # a tenth each


@dataclass(frozen=True, slots=True)
class Frame:
    """Where the cells lie, from the top left corner of the picture."""

    left: float
    top: float
    rows: int
    columns: int

    @property
    def across(self) -> int:
        """How wide it is."""
        return self.columns * CELL

    @property
    def down(self) -> int:
        """How high it is."""
        return self.rows * HEIGHT

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return self.top + self.down

    def x(self, column: float) -> float:
        """Return where a column begins."""
        return self.left + column * CELL

    def y(self, row: float) -> float:
        """Return where a row begins."""
        return self.top + row * HEIGHT


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of a text, as paths: whole weights, and what the matches recover of them."""

    weights: str
    recovered: str


@dataclass(frozen=True, slots=True)
class Picture:
    """All that is drawn. Shades and the grid are paths in units of cells, marks and bars in pixels."""

    name: str
    title: str
    description: str
    width: float
    height: float
    matrix: Frame
    head: tuple[Words, ...]
    rows: tuple[Words, ...]
    columns: tuple[Words, ...]
    shades: tuple[tuple[int, str], ...]
    grid: str
    row_marks: str
    column_marks: str
    matches: tuple[Words, ...]
    row_bars: Bars
    column_bars: Bars
    caption: Caption


def picture(found: AlignmentRecord, candidate: str, reference: str, name: str) -> Picture:
    """Return an alignment as it is drawn.

    Args:
        found: The alignment.
        candidate: What the candidate is called.
        reference: What the reference is called.
        name: Letters, digits and hyphens; no other picture of the page has it.
    """
    rows, columns = ([readable(token) for token in side.tokens] for side in (found.candidate, found.reference))
    head, matrix, across = _placed((f"rows: {candidate}", f"columns: {reference}"), rows, columns)
    foot = matrix.bottom + (2 * GAP + COLUMN_BAR if columns else 0) + 14
    below = caption(found, (candidate, reference), EDGE, foot, across - 2 * EDGE)
    by_row = list(_shown(found.candidate, len(columns)))
    by_column = [(row, column) for column, row in _shown(found.reference, len(rows))]
    return Picture(
        name=name,
        title=f"Which tokens matched: {candidate} and {reference}",
        description=_description(found, rows, columns),
        width=across,
        height=below.bottom,
        matrix=matrix,
        head=tuple(head),
        rows=tuple(_row_labels(found.candidate, matrix, rows, columns)),
        columns=tuple(_column_labels(found.reference, matrix, rows, columns)),
        shades=tuple(_shades(found.similarity)),
        grid=_grid(matrix),
        row_marks=_row_marks(matrix, by_row),
        column_marks=_column_marks(matrix, by_column),
        matches=tuple(
            Words(
                matrix.x(column + 0.5),
                matrix.y(row + 0.5) + 3.5,
                _short(found.similarity[row][column]),
                f"{candidate}: {rows[row]}\n{reference}: {columns[column]}",
            )
            for row, column in sorted({*by_row, *by_column})
        ),
        row_bars=_row_bars(found.candidate, matrix),
        column_bars=_column_bars(found.reference, matrix),
        caption=below,
    )


def _placed(heading: Sequence[str], rows: Sequence[str], columns: Sequence[str]) -> tuple[list[Words], Frame, float]:
    """Return the lines at the top, the matrix below them and the labels, and how wide the picture is."""
    left = ceil(EDGE + GAP + max((width(fitted(token, LETTERS, LABEL), LETTERS) for token in rows), default=0))
    slanted = [SLANT * width(fitted(token, LETTERS, LABEL), LETTERS) + LETTERS for token in columns]
    reach = max((left + CELL * (place + 0.5) + across for place, across in enumerate(slanted)), default=0)
    across = ceil(max(LEAST, left + CELL * len(columns) + GAP + ROW_BAR + EDGE, reach + EDGE))
    head = blocks(heading, SMALL, across - 2 * EDGE, EDGE, 16)
    return head, Frame(left, ceil(head[-1].y + GAP + max(slanted, default=0) + GAP), len(rows), len(columns)), across


def _shown(side: MatchedText, others: int) -> Iterator[tuple[int, int]]:
    """Yield the place of each token and of its match, where that is one of the first tokens of the other text."""
    return ((place, match) for place, match in enumerate(side.nearest) if 0 <= match < others)


def _row_labels(side: MatchedText, matrix: Frame, rows: Sequence[str], columns: Sequence[str]) -> Iterator[Words]:
    for row, token in enumerate(rows):
        label = fitted(token, LETTERS, LABEL)
        yield Words(matrix.left - GAP, matrix.y(row + 0.5) + 4, label, _told(side, row, token, columns))


def _column_labels(side: MatchedText, matrix: Frame, rows: Sequence[str], columns: Sequence[str]) -> Iterator[Words]:
    for column, token in enumerate(columns):
        label = fitted(token, LETTERS, LABEL)
        yield Words(matrix.x(column + 0.5), matrix.top - GAP, label, _told(side, column, token, rows))


def _told(side: MatchedText, place: int, token: str, others: Sequence[str]) -> str:
    """Return what a pointer shows of a token, each token on a line of its own: directions do not mix."""
    lines = [token, f"weight {100 * side.weights[place]:.1f} %"]
    if side.nearest[place] >= 0:
        lines.append(f"nearest {number(side.similarity[place])}: {_other(side.nearest[place], others)}")
    return "\n".join(lines)


def _other(place: int, others: Sequence[str]) -> str:
    return others[place] if place < len(others) else f"token {place + 1}, not shown"


def _shades(similarity: Sequence[Sequence[float]]) -> Iterator[tuple[int, str]]:
    """Yield the levels above 0 and their cells: lines as thick as a row, neighbours of one level together."""
    paths: dict[int, str] = {}
    for row, values in enumerate(similarity):
        column = 0
        for shade, cells in groupby(map(_shade, values)):
            count = len(list(cells))
            paths[shade] = f"{paths.get(shade, '')}M{column} {row}h{count}"
            column += count
    return ((shade, paths[shade]) for shade in sorted(paths) if shade > 0)


def _shade(value: float) -> int:
    return max(0, min(SHADES - 1, round(100 * value) // 10))


def _grid(matrix: Frame) -> str:
    if not (matrix.rows and matrix.columns):
        return ""
    lines = [f"M0 {row}h{matrix.columns}" for row in range(matrix.rows + 1)]
    return "".join([*lines, *(f"M{column} 0v{matrix.rows}" for column in range(matrix.columns + 1))])


def _row_marks(matrix: Frame, cells: Sequence[tuple[int, int]]) -> str:
    """Return lines above and below cells, each inside its own."""
    return "".join(
        f"M{matrix.x(column) + INSET:g} {matrix.y(row) + edge:g}h{CELL - 2 * INSET}"
        for row, column in cells
        for edge in (INSET, HEIGHT - INSET)
    )


def _column_marks(matrix: Frame, cells: Sequence[tuple[int, int]]) -> str:
    """Return lines left and right of cells, each inside its own."""
    return "".join(
        f"M{matrix.x(column) + edge:g} {matrix.y(row) + INSET:g}v{HEIGHT - 2 * INSET}"
        for row, column in cells
        for edge in (INSET, CELL - INSET)
    )


def _row_bars(side: MatchedText, matrix: Frame) -> Bars:
    starts = [f"M{matrix.x(matrix.columns) + GAP:g} {matrix.y(row + 0.5):g}h" for row in range(matrix.rows)]
    return _bars(side, starts, ROW_BAR)


def _column_bars(side: MatchedText, matrix: Frame) -> Bars:
    starts = [f"M{matrix.x(column + 0.5):g} {matrix.bottom + GAP:g}v" for column in range(matrix.columns)]
    return _bars(side, starts, COLUMN_BAR)


def _bars(side: MatchedText, starts: Sequence[str], longest: float) -> Bars:
    most = max(side.weights, default=0) or 1
    lengths = [longest * weight / most for weight in side.weights]
    recovered = [length * max(0.0, value) for length, value in zip(lengths, side.similarity, strict=True)]
    return Bars(*("".join(map("{}{:.1f}".format, starts, found)) for found in (lengths, recovered)))


def _short(value: float) -> str:
    """Return a similarity of two digits as a cell has room for it: `.83`, `-.12`, `1`."""
    return f"{value:g}" if abs(value) == 1 else f"{value:.2f}".replace("0.", ".", 1)


def _description(found: AlignmentRecord, rows: Sequence[str], columns: Sequence[str]) -> str:
    """Return the picture in words, for those who do not see it."""
    sides = (("row", found.candidate, rows, columns), ("column", found.reference, columns, rows))
    parts = [f"{'; '.join(spoken_scores(found))}."]
    for name, side, tokens, others in sides:
        pairs = [
            f"{token}, {_other(match, others)}, {number(value)}"
            for token, match, value in zip(tokens, side.nearest, side.similarity, strict=True)
            if match >= 0
        ]
        if pairs:
            parts.append(f"Each token of a {name}, its match and their similarity: {'; '.join(pairs)}.")
    return "\n".join(parts)
