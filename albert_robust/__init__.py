"""Robustness tests for NLP models: suites that pytest runs, one score for every language, and a report."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from albert_robust.errors import TransientError
from albert_robust.perturbing.perturbation import Example, perturbation, share
from albert_robust.perturbing.phrases import PhraseTable, in_case, read_rows, read_rules
from albert_robust.text import Edit, Span, Text, Word

if TYPE_CHECKING:
    from albert_robust import metrics, strategies
    from albert_robust.api import Scorer, compare, compare_languages, load_suite, load_suites, perturb, run, score

__version__ = "0.1.0"
__all__ = [
    "Edit",
    "Example",
    "PhraseTable",
    "Scorer",
    "Span",
    "Text",
    "TransientError",
    "Word",
    "compare",
    "compare_languages",
    "in_case",
    "load_suite",
    "load_suites",
    "metrics",
    "perturb",
    "perturbation",
    "read_rows",
    "read_rules",
    "run",
    "score",
    "share",
    "strategies",
]


def __getattr__(name: str) -> Any:
    if name in {"Scorer", "compare", "compare_languages", "load_suite", "load_suites", "perturb", "run", "score"}:
        from albert_robust import api

        return getattr(api, name)
    if name in {"metrics", "strategies"}:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module 'albert_robust' has no attribute {name!r}")
