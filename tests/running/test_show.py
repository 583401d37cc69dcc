"""What a failing cell prints."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import Text
from albert_robust.asking.workspace import Workspace
from albert_robust.gate import judge
from albert_robust.results.outcome import Change
from albert_robust.running.execute import execute
from albert_robust.running.plan import plan
from albert_robust.show import clip, describe, mark, one_line
from albert_robust.suite.load import load_suite

SUITE = """
task: text-classification
model: {python: "model:answer"}
datasets: {films: {path: d.jsonl, language: en}}
checks: [{expect: invariance, perturbations: [case.upper]}]
seed: 7
"""


def test_a_failing_cell_shows_its_worst_cases_and_how_to_repeat_it(write: Callable[..., Path], tmp_path: Path) -> None:
    rows = "".join(f'{{"id": {number}, "text": "good film {number}", "label": "good"}}\n' for number in range(1, 10))
    model = "def answer(batch):\n    return ['bad' if one['text'].isupper() else 'good' for one in batch]\n"
    write(d_dot_jsonl=rows, model_dot_py=model)
    cell = plan(load_suite(write(s_dot_robust_dot_yaml=SUITE))).cells[0]
    tally = execute([cell], Workspace(tmp_path / "kept", "run")).tallies["s", cell.id]
    lines = describe(cell, judge(cell, tally), tally.evidence.worst, f"s.robust.yaml::{cell.id}").splitlines()
    assert lines[0].startswith("invariance case.upper [en]: consistency 0.00 [0.00, ")
    assert lines[2] == "  1 (en)"
    assert [mark in lines[3] for mark in ("text  ", "[-", "{+GOOD+}", "{+FILM+}")] == [True] * 4
    assert [line.strip() for line in lines[4:6]] == ["original     -> good", "variant      -> bad"]
    assert lines[-1].startswith("again: ")
    assert f"s.robust.yaml::{cell.id}" in lines[-1]


def test_long_texts_are_shown_where_they_differ(write: Callable[..., Path], tmp_path: Path) -> None:
    model = "def answer(batch):\n    return ['long ' * 99 + ('bad' if 'GOOD' in one['text'] else 'fine') for one in batch]\n"
    write(d_dot_jsonl=json.dumps({"text": "1 " * 99 + "good film"}) + "\n", model_dot_py=model)
    cell = plan(load_suite(write(s_dot_robust_dot_yaml=SUITE))).cells[0]
    tally = execute([cell], Workspace(tmp_path / "kept", "run")).tallies["s", cell.id]
    text, before, after = describe(cell, judge(cell, tally), tally.evidence.worst, "").splitlines()[3:6]
    assert text.endswith("1 1 [-good-]{+GOOD+} [-film-]{+FILM+}")
    assert [before[-10:], after[-9:]] == [" long fine", " long bad"]
    assert max(map(len, (text, before, after))) < 200


def test_an_empty_output_is_shown_as_one(write: Callable[..., Path], tmp_path: Path) -> None:
    model = "def answer(batch):\n    return ['' if one['text'].isupper() else 'good' for one in batch]\n"
    write(d_dot_jsonl='{"text": "good film"}\n', model_dot_py=model)
    cell = plan(load_suite(write(s_dot_robust_dot_yaml=SUITE))).cells[0]
    tally = execute([cell], Workspace(tmp_path / "kept", "run")).tallies["s", cell.id]
    assert "variant      -> (empty)" in describe(cell, judge(cell, tally), tally.evidence.worst, "")


def test_each_example_is_shown_once_by_its_worst_variant(write: Callable[..., Path], tmp_path: Path) -> None:
    model = "def answer(batch):\n    return [one['text'] for one in batch]\n"
    suite = SUITE.replace("[case.upper]", "[typos.swap], variants: 5")
    write(
        d_dot_jsonl='{"id": 1, "text": "a long weekend by a quiet river"}\n{"id": 2, "text": "a short winter"}\n',
        model_dot_py=model,
    )
    cell = plan(load_suite(write(s_dot_robust_dot_yaml=suite))).cells[0]
    tally = execute([cell], Workspace(tmp_path / "kept", "run")).tallies["s", cell.id]
    lines = describe(cell, judge(cell, tally), tally.evidence.worst, "").splitlines()
    assert [outcome.example for outcome in tally.evidence.worst[:3]] == ["1", "1", "1"]
    assert [line for line in lines if line.endswith("(en)")] == ["  1 (en)", "  2 (en)"]


@given(st.text(alphabet="abé漢👩", max_size=12), st.text(alphabet="xy", max_size=3), st.data())
def test_without_the_marks_an_edited_text_is_its_variant(string: str, replacement: str, data: st.DataObject) -> None:
    text = Text(string)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    shown = mark(string, [Change("text", start, end, replacement, "edit")])
    removed, added = "".join(text.graphemes[start:end]), replacement
    before, after = "".join(text.graphemes[:start]), "".join(text.graphemes[end:])
    assert shown == before + (f"[-{removed}-]" if removed else "") + (f"{{+{added}+}}" if added else "") + after


@pytest.mark.parametrize(
    ("replacement", "shown"),
    [
        ("\t", "a[- -]{+<U+0009>+}b"),
        ("\u00a0", "a[- -]{+<U+00A0>+}b"),
        ("  ", "a[- -]{+ <U+0020>+}b"),
        ("", "a[- -]b"),
        ("-", "a[- -]{+-+}b"),
    ],
)
def test_a_blank_that_looks_like_another_is_written_out_in_an_edit(replacement: str, shown: str) -> None:
    assert clip(mark("a b", [Change("text", 1, 2, replacement, "blanks")])) == shown


def test_letters_that_look_alike_are_named_in_an_edit() -> None:
    assert mark("food", [Change("text", 1, 2, "о", "homoglyph")]) == "f[-o<U+006F>-]{+о<U+043E>+}od"
    assert mark("été", [Change("text", 0, 3, "e\u0301te\u0301", "nfd")]) == "[-été-]{+e\u0301<U+0301>te\u0301<U+0301>+}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a<U+001B>[31mb"),
        ("a\u202eb", "a<U+202E>b"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("é漢👩", "é漢👩"),
    ],
)
def test_nothing_that_a_terminal_obeys_is_printed(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_a_long_text_is_one_short_line() -> None:
    shown = clip("two\nlines " * 100)
    assert (len(shown), "\n" in shown, shown[-1]) == (160, False, "…")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\n::error::b\r\nc", "a ::error::b c"),
        (" ::stop-commands::x", "<U+003A>:stop-commands::x"),
        ("said ##[add-mask]x", "said <U+0023>#[add-mask]x"),
        ("a::b ## c", "a::b ## c"),
    ],
)
def test_a_text_on_one_line_gives_github_s_runner_no_command(text: str, shown: str) -> None:
    # How the runner reads lines: actions/runner, src/Runner.Common/ActionCommand.cs, TryParseV2 and TryParse.
    assert one_line(text) == shown


def test_what_labels_most_often_became_is_told_where_it_happens_again(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    model = "def answer(batch):\n    return ['bad' if one['text'].isupper() else 'good' for one in batch]\n"
    write(d_dot_jsonl='{"text": "good film"}\n', model_dot_py=model)
    cell = plan(load_suite(write(s_dot_robust_dot_yaml=SUITE))).cells[0]
    tally = execute([cell], Workspace(tmp_path / "kept", "run")).tallies["s", cell.id]
    told = describe(cell, judge(cell, tally), tally.evidence.worst, "", moves=[("good", "bad", 3), ("bad", "good", 1)])
    assert told.splitlines()[1] == "original -> variant, most often: good -> bad 3, bad -> good 1"
    assert "most often" not in describe(cell, judge(cell, tally), tally.evidence.worst, "", moves=[("good", "bad", 1)])
