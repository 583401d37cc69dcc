"""Conversations in a cell, as chat data are published: the last thing that the user says is the prompt."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from albert_robust.data import Example, Source, read_examples
from albert_robust.data.conversation import turns_before, written
from albert_robust.errors import InputError

Write = Callable[..., Path]
HELLO = [{"role": "user", "content": "Hello!"}, {"role": "assistant", "content": "Hi."}]
ASKED = {"role": "user", "content": "Why?"}


def read(write: Write, turns: list[Any], **more: str | None) -> Example:
    """Read a dataset of one row."""
    path = write(d_dot_jsonl=json.dumps({"messages": turns, **more}))
    return read_examples(Source(path, ("en",), columns={"prompt": "messages"}), ("prompt",), "answer")[0]


def test_what_the_user_says_last_is_the_prompt_and_what_follows_the_reference(write: Write) -> None:
    example = read(write, [*HELLO, ASKED, {"role": "assistant", "content": "Because."}])
    assert (example.fields["prompt"], example.references) == ("Why?", ("Because.",))
    assert turns_before(example.fields) == HELLO


def test_a_column_with_the_reference_comes_first(write: Write) -> None:
    assert read(write, [*HELLO, ASKED], answer="So.").references == ("So.",)
    assert read(write, [ASKED, HELLO[1]], answer="So.").references == ("So.",)


def test_a_cell_without_anything_is_no_reference(write: Write) -> None:
    assert read(write, [ASKED, HELLO[1]], answer=None).references == ("Hi.",)


def test_one_question_alone_has_nothing_before_it(write: Write) -> None:
    assert read(write, [ASKED]).fields == {"prompt": "Why?"}


def test_turns_of_sharegpt_are_turns(write: Write) -> None:
    turns = [{"from": who, "value": who, "role": None} for who in ("system", "human", "gpt", "human", "gpt")]
    example = read(write, turns)
    assert (example.fields["prompt"], example.references) == ("human", ("gpt",))
    assert [turn["role"] for turn in turns_before(example.fields)] == ["system", "user", "assistant"]


def test_turns_are_shown_a_line_each_and_what_are_none_as_they_are() -> None:
    assert written(json.dumps(HELLO)) == "user: Hello!\nassistant: Hi."
    for other in ("none", "3", "[3]", '[{"role": "user"}]'):
        assert written(other) == other


def test_a_table_holds_a_conversation_as_json(write: Write) -> None:
    path = write(d_dot_tsv=f"prompt\n{json.dumps([*HELLO, ASKED])}\n")
    (example,) = read_examples(Source(path, ("en",)), ("prompt",), "answer")
    assert (example.fields["prompt"], turns_before(example.fields)) == ("Why?", HELLO)


def test_texts_may_come_in_parts(write: Write) -> None:
    parts = [{"type": "text", "text": "Why "}, {"type": "text", "text": "not?"}]
    assert read(write, [{"role": "user", "content": parts}]).fields["prompt"] == "Why not?"


CALL = {"role": "assistant", "content": None, "tool_calls": [{"id": "1", "function": {"name": "today"}}]}
GIVEN = {"role": "tool", "content": "Friday", "tool_call_id": "1", "tool_calls": None}


def test_calls_of_tools_are_said_before_with_what_the_tools_gave(write: Write) -> None:
    before = read(write, [ASKED, CALL, GIVEN, HELLO[1], ASKED]).fields["before"]
    assert json.loads(before)[1:3] == [
        {**CALL, "content": ""},
        {"role": "tool", "content": "Friday", "tool_call_id": "1"},
    ]
    assert written(before).splitlines()[1] == "assistant: [{'id': '1', 'function': {'name': 'today'}}]"


def test_a_call_of_a_tool_is_no_reference(write: Write) -> None:
    assert read(write, [ASKED, CALL]).references == ()


UNFIT: dict[str, tuple[list[Any], str]] = {
    "no text": ([ASKED, {**CALL, "tool_calls": []}, ASKED], "turn 2 has no text"),
    "a picture": ([{"role": "user", "content": [{"type": "image_url"}]}], "turn 1 has no text"),
    "no role": ([ASKED, {"content": "Why?"}], "turn 2 has no role"),
    "no turn": ([ASKED, "Why?"], "turn 2 has no role"),
    "an answer alone": ([HELLO[1]], "the user does not speak last"),
    "two answers": ([*HELLO, HELLO[1]], "the user does not speak last"),
}


@pytest.mark.parametrize(("turns", "message"), UNFIT.values(), ids=list(UNFIT))
def test_a_conversation_that_cannot_be_gone_on_with_is_told_with_its_line(
    write: Write, turns: list[Any], message: str
) -> None:
    with pytest.raises(InputError, match=rf"d\.jsonl:1:1: 'messages' holds a conversation: {message}\n  \w+"):
        read(write, turns)


@pytest.mark.parametrize("turns", [[], ["Why?"], [{"text": "Why?"}]])
def test_a_list_of_other_things_is_no_conversation(write: Write, turns: list[Any]) -> None:
    with pytest.raises(InputError, match=r"d\.jsonl:1:1: 'messages' holds list, expected text"):
        read(write, turns)


@pytest.mark.parametrize(("said", "message"), [("a" * 200_001, "more than 200,000"), ("\ud800", "lone surrogate")])
def test_what_was_said_before_is_held_to_what_any_text_is(write: Write, said: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(write, [{"role": "system", "content": said}, ASKED])
