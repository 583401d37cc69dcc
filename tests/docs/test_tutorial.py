"""The tutorial works from top to bottom: its files are written, its commands run, and they print what it shows."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
AT_ITS_END = ", at its end"


def in_order(content: str) -> list[tuple[str, str]]:
    """Return the blocks of code of the page, each with what it is."""
    return re.findall(r"^```(\w+)\n(.*?)^```", content, flags=re.S | re.M)


def write(content: str, folder: Path) -> None:
    """Write a file that a block shows, or put the block at its end. What a command wrote already is as it is shown."""
    heading, _, text = content.partition("\n")
    name = heading.removeprefix("# ")
    path = folder / name.removesuffix(AT_ITS_END)
    path.parent.mkdir(exist_ok=True)
    if name.endswith(AT_ITS_END):
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    elif path.exists() and path.suffix == ".yaml":
        assert path.read_text(encoding="utf-8") == text
    else:
        path.write_text(text, encoding="utf-8")


def lines(printed: str) -> list[str]:
    """Return what was printed, line by line, however long it took."""
    return [re.sub(r"\b(in|took) [\d.]+ ?s\b", r"\1 a moment", line) for line in printed.splitlines()]


def check(content: str, folder: Path) -> None:
    """Run the commands of a block. Each prints the lines below it in their order; `...` stands for some that are left out."""
    environment = {
        **os.environ,
        "COLUMNS": "80",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTEST_ADDOPTS": "-p no:randomly -p no:cacheprovider",
    }
    for step in re.split(r"^\$ ", content, flags=re.M)[1:]:
        command, _, shown = step.partition("\n")
        made = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True)
        printed = iter(lines(made.stdout))
        for line in lines(shown):
            assert line == "..." or line in printed, f"{command}\n{line}\n{made.stdout}{made.stderr}"


@pytest.mark.skipif(sys.platform == "win32", reason="its commands are of a POSIX shell")
def test_the_tutorial_works_from_top_to_bottom_and_prints_what_it_shows(tmp_path: Path) -> None:
    shutil.copy(DOCS / "quickstart" / "reviews.csv", tmp_path)
    for kind, content in in_order((DOCS / "tutorial.md").read_text(encoding="utf-8")):
        if kind == "console":
            check(content, tmp_path)
        elif content.startswith("# "):
            write(content, tmp_path)
