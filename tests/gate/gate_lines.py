"""Lines of cells made by hand."""

from collections.abc import Sequence, Set
from dataclasses import replace
from typing import Any

from albert_robust.gate.lines import Line

LINE = Line("d/typos.swap@2[en]", "consistency", "equality", 0, "i" * 12, "v" * 12, {})


def line(values: Sequence[float | None], errors: Set[str] = frozenset(), **settings: Any) -> Line:
    """A line of a cell with an example a value: r000, r001 ..."""
    numbered = {f"r{number:03}": value for number, value in enumerate(values)}
    return replace(LINE, values=numbered, errors=frozenset(errors), **settings)
