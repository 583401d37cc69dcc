"""Whatever made an error, its cell is comparable with one in which there was none; a perturbation that raises makes no text."""

from dataclasses import replace
from pathlib import Path

import pytest
from counted import CALM, asked, planned, ran

from albert_robust.gate import judge
from albert_robust.gate.comparing import Thresholds, compare_all
from albert_robust.gate.lines import Line, line_of
from albert_robust.results.records import ComparisonRecord
from albert_robust.suite.expectations import EXPECTATIONS

CHECK = "- {expect: invariance, perturbations: [typos.swap], gates: [consistency >= 0.1]}"
WORST = CHECK.replace("}", ", worst_of: 8}")
REFERENCE = "- {expect: reference, gates: [accuracy >= 0.1]}"
RAISES = "\ndef answer(text):\n    if 'town 7' in text: raise ValueError('content filter')\n    return 'calm'\n"
HANGS = "\nfrom hanging import hang\ndef answer(text):\n    if 'town 7' in text: hang()\n    return 'calm'\n"
UNREADABLE = "\ndef answer(text):\n    return object() if 'town 7' in text else 'calm'\n"
REPEATED = """
SEEN = set()
def answer(text):
    if 'town 7' in text and text in SEEN: raise ValueError('asked before')
    SEEN.add(text)
    return 'calm'
"""
PACK = """
from pathlib import Path
from random import Random
from albert_robust import Example, Text, perturbation

@perturbation("own.tail", preserves="meaning", languages="any", severities=1, examples=[Example("a", "a.")])
def tail(text: Text, rng: Random, severity: int) -> Text:
    \"\"\"Add a full stop.\"\"\"
    if Path(__file__).with_name("broken").exists() and "town 7" in str(text):
        raise ValueError("no town 7")
    return text.replace(len(text), len(text), ".", "tail")
"""


def line(folder: Path, checks: str = CHECK, answer: str = CALM, model: str = "") -> Line:
    """Return what the one cell of a suite came to."""
    (cell,) = planned(folder, checks, answer=answer, model=model, extra="max_errors: 0.2")
    tally = ran([cell], folder).tallies[cell.key]
    record = replace(judge(cell, tally), definitions={EXPECTATIONS[cell.check.expectation].measure or "accuracy": ""})
    found = line_of(record, tally, cell.suite.seed)
    assert found is not None
    return found


def beside(now: Line, before: Line) -> ComparisonRecord:
    return compare_all({("s", "c"): now}, {("s", "c"): before}, {"s": Thresholds()})["s", "c"]


@pytest.mark.usefixtures("given_up")
@pytest.mark.parametrize(
    ("checks", "answer", "model"),
    [
        (CHECK, RAISES, ""),
        (CHECK, HANGS, ", timeout: 0.3"),
        (CHECK, UNREADABLE, ""),
        (CHECK, REPEATED, ", replicates: 2"),
        (WORST, RAISES, ""),
        (REFERENCE, RAISES, ""),
    ],
    ids=["raised", "timed out", "unreadable", "asked again", "of a search", "of a reference check"],
)
def test_errors_then_or_now_leave_their_examples_out(tmp_path: Path, checks: str, answer: str, model: str) -> None:
    sound, broken = line(tmp_path / "one", checks), line(tmp_path / "other", checks, answer, model)
    assert (set(sound.errors), set(broken.errors)) == (set(), {"r0007"})
    for now, before in ((sound, broken), (broken, sound), (broken, broken)):
        found = beside(now, before)
        assert (found.verdict, found.drop and found.drop.clusters) == ("undecided", 11)
        assert found.reason.endswith("; 1 example not compared: errors")


def test_where_a_perturbation_raised_the_variants_are_others(tmp_path: Path) -> None:
    (tmp_path / "perturbations").mkdir()
    (tmp_path / "perturbations" / "own.py").write_text(PACK)
    own = CHECK.replace("typos.swap", "own.tail")
    sound = line(tmp_path, own)
    (tmp_path / "perturbations" / "broken").touch()
    broken = line(tmp_path, own)
    assert broken.errors == {"r0007"}
    for now, before in ((sound, broken), (broken, sound)):
        found = beside(now, before)
        assert found.verdict == "incomparable"
        assert "the perturbation, its settings or its seed changed, or it raises for some" in found.reason
    assert beside(broken, broken).verdict == "undecided"


def test_the_next_run_asks_for_nothing_but_what_was_an_error(tmp_path: Path) -> None:
    cells = planned(tmp_path, CHECK, answer=RAISES, extra="max_errors: 0.2")
    ran(cells, tmp_path, run="one")
    first = asked(tmp_path)
    ran(cells, tmp_path, run="two")
    again = asked(tmp_path)[len(first) :]
    assert len(set(again)) == 2
    assert all("7" in text for text in again)
