"""What adding a kind of model takes: its file and a line, and no other edit. The package stands here with one kind more."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

import albert_robust

RULER = '''\
"""A ruler: `ruler: UNIT` calls texts long or short, by letters or by words."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from albert_robust.grammar import Strict
from albert_robust.models.kind import Kind, Wanted
from albert_robust.models.model import Inputs


class RulerSettings(Strict):
    """What only a ruler has."""

    ruler: Annotated[str | None, Field(description="What it counts: letters or words.")] = None
    above: Annotated[int, Field(ge=0, description="How many of them a short text has at most.")] = 40


class Ruler:
    """Counts."""

    def __init__(self, unit: str, above: int) -> None:
        self.unit = unit
        self.above = above

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return `long` or `short` for each text."""
        texts = [inputs["text"] for inputs in batch]
        counts = [len(text.split() if self.unit == "words" else text) for text in texts]
        return ["long" if count > self.above else "short" for count in counts]


def _identity(wanted: Wanted) -> str:
    return f"ruler:{wanted.name}:{wanted.settings.above}"


KIND = Kind(
    name="ruler",
    called="a ruler",
    settings=RulerSettings,
    identity=_identity,
    load=lambda wanted: Ruler(wanted.name, wanted.settings.above),
    tasks=("text-classification",),
)
'''
SUITE = """\
task: text-classification
model: {ruler: letters, above: 20}
datasets: {trains: {path: d.csv, language: en}}
checks: [{expect: invariance, perturbations: [typos.swap], gates: [consistency >= 0.8]}]
"""
BROKEN = """\
task: translation
model: {ruler: letters, above: 20, labels: [a, b]}
datasets: {trains: {path: d.csv, language: en}}
checks: [{expect: invariance, perturbations: [typos.swap]}]
"""
DATA = "text,label\n" + "".join(f"the train leaves at {hour},short\n" for hour in range(40))
DOORS = """\
import pytest
from albert_robust.cli import main

if __name__ == "__main__":
    pytest.main(["s.robust.yaml"])
    pytest.main(["s.robust.yaml", "--robust-plan"])
    pytest.main(["broken.robust.yaml"])
    main(["list", "tasks"])
    main(["schema"])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a suite and the package, in which all is as it was but for what is added."""
    package, here = tmp_path / "albert_robust", Path(albert_robust.__file__).parent
    package.mkdir()
    for path in here.iterdir():
        if path.name not in {"models", "__pycache__"}:
            (package / path.name).symlink_to(path)
    copytree(here / "models", package / "models")
    (package / "models" / "ruler.py").write_text(RULER, encoding="utf-8")
    kinds = package / "models" / "kinds.py"
    line = kinds.read_text(encoding="utf-8")
    kinds.write_text(line.replace("MODULES = (", 'MODULES = ("ruler", '), encoding="utf-8")
    (tmp_path / "s.robust.yaml").write_text(SUITE, encoding="utf-8")
    (tmp_path / "broken.robust.yaml").write_text(BROKEN, encoding="utf-8")
    (tmp_path / "doors.py").write_text(DOORS, encoding="utf-8")
    (tmp_path / "d.csv").write_text(DATA, encoding="utf-8")
    return tmp_path


def test_a_kind_is_added_by_its_file_and_a_line(folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-P", "doors.py"]
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    for told in (
        "1 passed",
        "80 unique inputs, 0 to ask",
        "broken.robust.yaml:2:9: a ruler cannot do translation here",
        "broken.robust.yaml:2:36: only `transformers:` or `endpoint:` has 'labels'",
        "models     ruler:, transformers:, finetuned:, endpoint:, python:",
        '"above": {',
    ):
        assert told in ran.stdout, ran.stdout + ran.stderr
