"""benchmarks/worst_of.py: what a search breaks, and in how many questions."""

import json
import subprocess
import sys
from pathlib import Path

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "worst_of.py"


def test_more_questions_break_more_answers() -> None:
    command = [sys.executable, str(BENCHMARK), "--questions", "1", "16"]
    made = subprocess.run(command, capture_output=True, check=False, text=True)
    told = json.loads(made.stdout)
    assert told["texts"] == 80, made.stderr
    for one, many in (figures.values() for figures in told["found"].values()):
        assert one["broken"] < many["broken"] < 1
        assert one["questions"] == 2  # the text and one variant
        assert 2 < many["questions"] <= 17
        assert one["edits"] <= many["edits"]
