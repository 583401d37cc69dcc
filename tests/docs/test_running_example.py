"""The example of the original description works as its page says: probabilities, consistency, score."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "running-example"
TEXT = "猫是宠物，狗是宠物，猫是猫。"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pets")
    for path in PAGE.iterdir():
        if path.is_file():
            shutil.copy(path, made)
    subprocess.run([sys.executable, "make_model.py"], cwd=made, check=True, capture_output=True)
    return made


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", (PAGE / "README.md").read_text(encoding="utf-8"), flags=re.S)


def test_the_page_runs_from_top_to_bottom_and_prints_what_it_says(folder: Path) -> None:
    code = "\n".join(blocks())
    made = subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, capture_output=True, text=True)
    probabilities, score = made.stdout.splitlines()[-2:]
    numbers = [float(value) for value in re.findall(r": ([0-9.e-]+)", probabilities)]
    assert sum(numbers) == pytest.approx(1, abs=1e-6)
    assert "宠物" in probabilities
    assert "LABS-F|" in score
    assert "lang:zh" in score


def test_the_text_is_called_a_pet_text_and_its_chinese_variants_mostly_too(folder: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pytest", "pets.robust.yaml", "-q", "-p", "no:randomly", "--rootdir", "."],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    run = json.loads((folder / "robustness-report" / "run.json").read_text(encoding="utf-8"))
    assert {cell["verdict"] for cell in run["cells"]} == {"passed"}
    consistency = [cell["measures"]["consistency"]["value"] for cell in run["cells"] if cell["perturbation"]]
    assert len(consistency) == 5
    assert min(consistency) >= 0.7


def test_the_model_is_an_ordinary_bert_checkpoint_in_safetensors(folder: Path) -> None:
    config = json.loads((folder / "model" / "config.json").read_text(encoding="utf-8"))
    assert config["architectures"] == ["BertForSequenceClassification"]
    assert (folder / "model" / "model.safetensors").is_file()
    assert TEXT in (folder / "pets.jsonl").read_text(encoding="utf-8")
