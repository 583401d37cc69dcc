"""What adding a task takes: its file and its name, and no other edit. The package stands here as it is, with one task more."""

import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest

import albert_robust

TASK = '''\
"""Shouting: a text, answered aloud."""

from albert_robust.tasks.task import Quality, Task, Each


def alike(output: str, other: str) -> float:
    """Return 1 if two shouts are the same, else 0."""
    return float(output == other)


TASK = Task(
    name="text-shouting",
    inputs=("whisper",),
    reference="shout",
    perturbed=("whisper",),
    agreements={"equality": Each(alike)},
    qualities={"accuracy": Quality(Each(alike))},
    output_key="shout",
)
'''
DATA = "whisper,shout\n" + "".join(f"the train leaves at {hour},{hour}!\n" for hour in range(40))
DOORS = """\
import pytest
from albert_robust.cli import main

def shout(batch):
    return ["".join(filter(str.isdigit, inputs["whisper"])) + "!" for inputs in batch]

def test_by_hand(robust):
    robust.check(shout, [f"in {n} hours" for n in range(40)], "case.upper", language="en", task="text-shouting")

if __name__ == "__main__":
    begun = "init --task text-shouting --model test_doors:shout --data d.csv --language en --out s.robust.yaml"
    assert main(begun.split()) == 0
    assert main(["doctor", "s.robust.yaml"]) == 0
    assert pytest.main(["s.robust.yaml", "test_doors.py"]) == 0
    assert main(["list", "tasks"]) == 0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the package, in which all is as it was but for what is added."""
    package, here = tmp_path / "albert_robust", Path(albert_robust.__file__).parent
    package.mkdir()
    for path in here.iterdir():
        if path.name not in {"tasks", "task_names.py", "__pycache__"}:
            (package / path.name).symlink_to(path)
    copytree(here / "tasks", package / "tasks")
    (package / "tasks" / "text_shouting.py").write_text(TASK, encoding="utf-8")
    names = (here / "task_names.py").read_text(encoding="utf-8")
    (package / "task_names.py").write_text(
        names.replace("Literal[\n", 'Literal[\n    "text-shouting",\n'), encoding="utf-8"
    )
    (tmp_path / "d.csv").write_text(DATA, encoding="utf-8")
    (tmp_path / "test_doors.py").write_text(DOORS, encoding="utf-8")
    return tmp_path


def test_a_task_is_added_by_its_file_and_its_name(folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        [sys.executable, "-P", "test_doors.py"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "7 passed" in ran.stdout
    assert "text-shouting                whisper -> shout" in ran.stdout
