"""What a rewriter answers is read as wordings of a text, and sifted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from albert_robust.asking.progress import Progress
from albert_robust.asking.workspace import Workspace
from albert_robust.errors import InputError
from albert_robust.reword import read_rewriter, reworded, wanted_in, wordings_in
from albert_robust.suite.load import load_suite

Write = Callable[..., Path]
SUITE = """task: question-answering
model: {python: "m:f"}
datasets: {d: {path: d.jsonl, language: en}}
checks: [{expect: invariance, perturbations: [typos.swap]}]
"""
WRITER = """
def reword(batch):
    return [answers(inputs["text"], int(inputs["n"])) for inputs in batch]

def answers(text, n):
    if "fail" in text:
        raise ValueError("too hard")
    return [f"So, {text}", text, "Bananas are yellow.", text.replace("Anna", "she")][:n]
"""


@pytest.mark.parametrize(("answer", "wordings"), [
    (["a", " b "], ["a", "b"]),
    ("a", ["a"]),
    ('Sure: ["a", "b"] I hope that helps.', ["a", "b"]),
    ('{"paraphrases": ["a", "b"]}', ["a", "b"]),
    ({"text": "a"}, ["a"]),
    ("1. a\n2) b\n\n- c", ["a", "b", "c"]),
    ("See [1] for more.", ["See [1] for more."]),
    ("One line,\nand another.", ["One line,\nand another."]),
])  # fmt: skip
def test_wordings_are_a_list_or_lines_behind_numbers_or_all_that_is_said(answer: Any, wordings: list[str]) -> None:
    assert json.loads(wordings_in(answer) or "[]") == wordings


@pytest.mark.parametrize("answer", ["", " \n", [], [""], [1], {}, None, 7])
def test_what_says_nothing_is_no_wording(answer: Any) -> None:
    assert wordings_in(answer) is None


def test_wordings_that_stray_or_lack_a_gold_answer_are_rejected(write: Write, tmp_path: Path) -> None:
    rows = [
        {"context": f"Anna {what} in Bern.", "question": "Who?", "answers": "Anna"} for what in ("lives", "may fail")
    ]
    write(d_dot_jsonl="\n".join(map(json.dumps, rows)), w_dot_py=WRITER, r_dot_yaml="python: w:reword\n")
    suite = load_suite(write(s_dot_robust_dot_yaml=SUITE))
    wanted = wanted_in(suite, ["context", "question"])
    assert [(one.text, one.protect) for one in wanted][:2] == [("Anna lives in Bern.", ("Anna",)), ("Who?", ())]
    rewriter = tmp_path / "r.yaml"
    found, failures = reworded(
        suite,
        read_rewriter(rewriter),
        rewriter,
        wanted,
        Workspace(tmp_path, "run"),
        4,
        0.3,
        Progress(lambda told: None),
    )
    assert [(one.variant, one.fault) for one in found if one.text == "Anna lives in Bern."] == [
        ("So, Anna lives in Bern.", ""),
        ("Bananas are yellow.", "it lacks what has to stay as it is"),
        ("she lives in Bern.", "it lacks what has to stay as it is"),
    ]
    (strayed,) = [one for one in found if (one.text, one.variant) == ("Who?", "Bananas are yellow.")]
    assert "LABS" in strayed.fault
    assert len(failures) == 1
    assert "too hard" in failures[0]


@pytest.mark.parametrize(("prompt", "said"), [
    ("{text} {txt}", r"r.yaml:3:1: a rewriter is told no \{txt\}"),
    ("{n} ways", r"r.yaml:3:1: the prompt does not hold \{text\}"),
])  # fmt: skip
def test_a_rewriter_is_told_text_language_and_number_alone(write: Write, prompt: str, said: str) -> None:
    path = write(r_dot_yaml=f'endpoint: http://h/v1/chat/completions\nmodel: m\nprompt: "{prompt}"\n')
    with pytest.raises(InputError, match=said):
        read_rewriter(path)
