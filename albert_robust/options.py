"""The options of pytest's command line, each with a twin in the ini file, and what a session keeps in pytest's stash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from albert_robust.results.records import CellRecord

OPTIONS = (
    ("report", "DIR", "folder for the run and its report (default: robustness-report)"),
    ("seed", "N", "random seed for all suites, overriding their own (a whole number)"),
    ("workspace", "DIR", "folder for the cache and fine-tuned models (default: .albert_robust)"),
    ("cache-size", "SIZE", "maximum size of the cache, such as 500MB (default: 2GiB)"),
    (
        "max-calls",
        "N",
        "ask models and judges about at most N inputs in total, however often each is sent; cells without budget are not tested "
        "(default: no limit)",
    ),
    ("max-seconds", "S", "ask models and judges for at most S seconds in total (default: no limit)"),
    (
        "max-price",
        "P",
        "ask models and judges for at most P in total, in the unit of their `price:` (default: no limit)",
    ),
    ("note", "KEY=VALUE", "kept with the run and shown in its report, such as commit=1a2b3c; may be repeated"),
    (
        "baseline-correction",
        "METHOD",
        "how p-values are corrected for many cells: holm (default) or benjamini-hochberg",
    ),
    (
        "baseline-update",
        "all|new",
        "save this session as the baseline of its suites (all, the default), or only add cells that have none yet (new)",
    ),
)
UPDATES = ("all", "new")
SWITCHES = (
    ("allow-network", "allow downloading models and encoders from a hub"),
    (
        "shrink",
        "for the worst variants of each cell that did not pass, find the edits that are enough to change the answer",
    ),
    ("plan", "print what a run would ask the models, and ask nothing"),
    ("no-report", "do not write the run folder and the report"),
    ("warn-stale", "only warn about baseline lines whose cell is gone or can no longer be compared"),
)
SESSION: pytest.StashKey[Any] = pytest.StashKey()  # a RobustSession
RECORD: pytest.StashKey[CellRecord] = pytest.StashKey()
SHARED: pytest.StashKey[Path] = pytest.StashKey()  # the folder that the workers of xdist share


def twin(name: str) -> str:
    """Return what the ini file calls an option."""
    return f"robust_{name.replace('-', '_')}"
