"""What is installed: the package alone at the top, and every file of the three folders inside it."""

import email
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKS = ("perturbations", "suites", "reports")
MOST_BYTES = 30_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [path] = folder.glob("*.whl")
    with ZipFile(path) as opened:
        yield opened


def test_the_wheel_holds_the_package_alone_at_its_top(wheel: ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"albert_robust"}
    assert len(tops) == 2


def test_every_file_of_the_three_folders_is_in_the_wheel(wheel: ZipFile) -> None:
    listing = subprocess.run(["git", "ls-files", "-z", *PACKS], cwd=ROOT, check=True, capture_output=True, text=True)
    tracked = {name for name in listing.stdout.split("\0") if name and (ROOT / name).exists()}
    assert {name.split("/")[0] for name in tracked} == set(PACKS)
    missing = {name for name in tracked if f"albert_robust/_builtin/{name}" not in wheel.namelist()}
    assert not missing


def test_the_files_in_the_wheel_are_those_of_the_checkout(wheel: ZipFile) -> None:
    name = "perturbations/typos.py"
    assert wheel.read(f"albert_robust/_builtin/{name}") == (ROOT / name).read_bytes()


def test_the_wheel_holds_the_encoder_and_no_leavings(wheel: ZipFile) -> None:
    names = wheel.namelist()
    assert {"model.safetensors", "config.json", "tokenizer.json"} <= {
        name.removeprefix("albert_robust/encoder/") for name in names
    }
    assert not [name for name in names if "__pycache__" in name or "robustness-report" in name or "/." in name]


def test_the_wheel_is_small(wheel: ZipFile) -> None:
    assert wheel.filename is not None
    assert Path(wheel.filename).stat().st_size <= MOST_BYTES


def test_the_wheel_declares_its_doors_and_its_licence(wheel: ZipFile) -> None:
    [entries] = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    assert "albert_robust = albert_robust.plugin" in wheel.read(entries).decode()
    assert "albert-robust = albert_robust.cli:main" in wheel.read(entries).decode()
    [metadata] = [name for name in wheel.namelist() if name.endswith("METADATA")]
    assert email.message_from_bytes(wheel.read(metadata))["License-Expression"] == "Apache-2.0"


def test_perturbations_suites_and_reports_are_found_in_an_unpacked_wheel(wheel: ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    code = "from albert_robust.builtin import builtin; from albert_robust.cli import main\n"
    code += "print(builtin('suites')); print(builtin('reports')); main(['list', 'perturbations'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True, text=True)
    suites, reports, first, *_ = done.stdout.splitlines()
    assert [suites, reports] == [str(tmp_path / "albert_robust" / "_builtin" / name) for name in ("suites", "reports")]
    assert first.startswith("attacks.")
