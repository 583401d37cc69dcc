"""Numbers as a reader sees them. Rounding never turns a flip into none, nor a miss into a hit of 1."""

from bisect import bisect_right
from math import floor, isnan, log10

from albert_robust.scoring.statistics import Estimate
from albert_robust.shown import counted

NONE = "\u2013"
_LEVELS = (0.6, 0.8, 0.9, 0.95, 0.98)


def number(value: float, digits: int = 2) -> str:
    """Return a number in [-1, 1] rounded; nothing measured is a dash, and almost 1 is not 1."""
    if isnan(value):
        return NONE
    least = 10**-digits
    if 1 - least / 2 <= value < 1:
        return f">{1 - least:.{digits}f}"
    if 0 < value < least / 2:
        return f"<{least:.{digits}f}"
    return f"{value if abs(value) >= least / 2 else 0:.{digits}f}"


def interval(estimate: Estimate) -> str:
    """Return both bounds of an estimate to three digits, or an empty string."""
    return f"[{estimate.low:.3f}, {estimate.high:.3f}]" if estimate.measured else ""


def level(value: float) -> str:
    """Return the step of the colour scale that a value stands on: `l0` for the worst to `l5`."""
    return "" if isnan(value) else f"l{bisect_right(_LEVELS, value)}"


def amount(value: float) -> str:
    """Return a count with thousands, or a quantity with one digit."""
    return f"{int(value):,}" if float(value).is_integer() else f"{value:,.1f}"


def price(value: float) -> str:
    """Return a price, in whatever currency it is stated: to the cent, or below one to two digits."""
    digits = 1 - floor(log10(value)) if 0 < value < 0.01 else 2
    return f"{value:,.{digits}f}"


def enough(few: int, many: int) -> str:
    """Return how many of the edits of a variant are enough against the model."""
    if few == many:
        return {1: "the one edit is needed", 2: "both edits are needed"}.get(many, f"all {many:,} edits are needed")
    return f"{few:,} of {counted(many, 'edit')} {'is' if few == 1 else 'are'} enough"
