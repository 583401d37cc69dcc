"""Small suites in a folder, and pytest run on them: in this process where that is possible, for speed.

pytester forgets what an inner run imported; numpy and pyarrow cannot be imported twice, so they are imported here.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet  # noqa: F401  # see above
import pytest

import albert_robust.items
import albert_robust.report.render  # noqa: F401  # see above

LOUD = """
def predict(batch):
    return ["loud" if one["text"].isupper() else "calm" for one in batch]
"""
LOGGING = """
import json, pathlib

def predict(batch):
    with pathlib.Path(__file__).with_name("asked.jsonl").open("a") as log:
        log.writelines(json.dumps(one["text"]) + "\\n" for one in batch)
    return ["long" if len(one["text"]) > 40 else "short" for one in batch]
"""
HEAVY = ("numpy", "pydantic", "torch", "transformers", "yaml")
Row = Mapping[str, object]


def rows(count: int = 12, language: str = "en", text: str = "the weather in town {} was lovely") -> list[Row]:
    """Examples whose labels the model LOUD predicts."""
    return [{"id": f"r{n}", "text": text.format(n), "label": "calm", "language": language} for n in range(count)]


def suite_text(perturbations: str, gate: str, languages: str, extra: str) -> str:
    """A suite of one check; the lines that tests of complaints name stand first."""
    return (
        "task: text-classification\n"
        'model: {python: "model:predict", version: "1"}\n'
        f"datasets:\n  data: {{path: data.jsonl, languages: [{languages}]}}\n"
        f"checks:\n  - expect: invariance\n    perturbations: [{perturbations}]\n    gates: [{gate}]\n{extra}"
    )


def write_suite(
    folder: Path,
    perturbations: str = "typos.swap, case.upper",
    *,
    gate: str = "consistency >= 0.7",
    languages: str = "en",
    examples: Iterable[Row] | None = None,
    model: str = LOUD,
    extra: str = "",
    name: str = "suite",
) -> Path:
    """Write a suite, its data and its model. With LOUD, `case.upper` fails and the others pass."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.robust.yaml"
    path.write_text(suite_text(perturbations, gate, languages, extra), encoding="utf-8")
    (folder / "model.py").write_text(model, encoding="utf-8")
    lines = (json.dumps(row) + "\n" for row in (rows() if examples is None else examples))
    (folder / "data.jsonl").write_text("".join(lines), encoding="utf-8")
    return path


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run pytest in this process, its items in their own order."""
    return pytester.runpytest_inprocess("-p", "no:randomly", *arguments)


def asked(folder: Path) -> list[str]:
    """What a model that keeps a log of it, as LOGGING does, was asked, text after text."""
    log = folder / "asked.jsonl"
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def kept_run(folder: Path) -> dict[str, Any]:
    """The run.json that a run left in a folder."""
    found: dict[str, Any] = json.loads((folder / "robustness-report" / "run.json").read_text(encoding="utf-8"))
    return found


def verdicts(folder: Path) -> dict[str, str]:
    """The verdicts of the run that was left in a folder, by cell."""
    return {cell["cell"]: cell["verdict"] for cell in kept_run(folder)["cells"]}


def python(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a Python of its own in a folder."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def loaded_by(folder: Path, statement: str) -> tuple[set[str], str]:
    """Which heavy modules a statement loads in a Python of its own, and what it prints."""
    code = f"import sys\n{statement}\nprint('\\nloaded', *(name for name in {HEAVY!r} if name in sys.modules))"
    done = python(folder, "-c", code)
    assert done.returncode == 0, done.stderr
    printed, _, loaded = done.stdout.rpartition("\nloaded")
    return set(loaded.split()), printed
