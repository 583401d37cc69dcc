"""Robustness tests for NLP models: suites that pytest runs, one score for every language, and a report."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from albert_robust.errors import InputError, MissingExtraError, TransientError, UsageError, WritingError
from albert_robust.perturbing.perturbation import Example, perturbation, share
from albert_robust.perturbing.phrases import PhraseTable, in_case, read_rules
from albert_robust.tables import read_rows
from albert_robust.text import Edit, Span, Text, Word
from albert_robust.version import __version__ as __version__

if TYPE_CHECKING:
    from albert_robust import laws, metrics, strategies
    from albert_robust.api import (
        Run,
        Scorer,
        Scores,
        Suite,
        Variant,
        augment,
        compare,
        compare_languages,
        load_suite,
        load_suites,
        open_run,
        perturb,
        run,
        score,
        write_report,
    )

__all__ = [
    "Edit",
    "Example",
    "InputError",
    "MissingExtraError",
    "PhraseTable",
    "Run",
    "Scorer",
    "Scores",
    "Span",
    "Suite",
    "Text",
    "TransientError",
    "UsageError",
    "Variant",
    "Word",
    "WritingError",
    "augment",
    "compare",
    "compare_languages",
    "in_case",
    "laws",
    "load_suite",
    "load_suites",
    "metrics",
    "open_run",
    "perturb",
    "perturbation",
    "read_rows",
    "read_rules",
    "run",
    "score",
    "share",
    "strategies",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name in {"laws", "metrics", "strategies"}:
        return import_module(f"{__name__}.{name}")
    if name in __all__:
        return getattr(import_module(f"{__name__}.api"), name)
    raise AttributeError(f"module 'albert_robust' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
