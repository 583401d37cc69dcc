"""benchmarks/encoder.py: a figure that has become worse is named; what was not measured is not compared."""

import json
import lzma
import subprocess
import sys
from pathlib import Path

import pytest

from albert_robust.text.languages import SCRIPTS

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def lexicons(tmp_path: Path) -> Path:
    """Return a folder of word lists: every project language has one, of English words."""
    for language in SCRIPTS.keys() - {"en"}:
        (tmp_path / f"{language}-en.tsv").write_text("the\tthe\nand\tand\nfor\tfor\nis\tis\n", encoding="utf-8")
    return tmp_path


def figures(lexicons: Path, *options: str) -> subprocess.CompletedProcess[str]:
    fixed = ["--data", str(lexicons), "--lexicon", str(lexicons), "--words-held-out", "0.5", "--only", "words"]
    command = [sys.executable, str(BENCHMARKS / "encoder.py"), *fixed, *options]
    return subprocess.run(command, capture_output=True, check=False, text=True)


def test_equal_words_find_each_other_and_a_better_past_is_told(lexicons: Path) -> None:
    made = figures(lexicons)
    assert json.loads(made.stdout)["words"]["mean"] == 1.0, made.stderr
    before = lexicons / "before.json"
    before.write_text(json.dumps({"words": {"mean": 0.995, "held_out": 1.2}, "typos": {"mean_loss": 0.0}}))
    again = figures(lexicons, "--against", str(before))
    assert (again.returncode, again.stderr.splitlines()[-2:]) == (
        1,
        ["worse than before:", "words.held_out: 1.0, was 1.2"],
    )


def test_typos_are_made_in_every_language(tmp_path: Path) -> None:
    rows = ["lang\ttext\teng", "deu\tDie Katze schläft.\tThe cat sleeps.", "jpn\t猫が寝ている。\tThe cat sleeps."]
    (tmp_path / "tatoeba").mkdir()
    with lzma.open(tmp_path / "tatoeba" / "tatoeba.dev.tsv.xz", "wt", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
    command = [sys.executable, str(BENCHMARKS / "encoder.py"), "--data", str(tmp_path), "--only", "typos"]
    made = subprocess.run(command, capture_output=True, check=False, text=True)
    assert list(json.loads(made.stdout)["typos"]["languages"]) == ["de", "ja"], made.stderr
