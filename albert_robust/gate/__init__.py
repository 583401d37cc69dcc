"""Verdicts: a cell's outcomes against its gates, and several cells' together."""

from albert_robust.gate.across import judge_across
from albert_robust.gate.early import certain
from albert_robust.gate.judge import judge

__all__ = ["certain", "judge", "judge_across"]
