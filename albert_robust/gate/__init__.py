"""Verdicts: a cell's outcomes against its gates."""

from albert_robust.gate.judge import judge

__all__ = ["judge"]
