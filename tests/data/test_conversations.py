"""Conversations as chat data keep them: the last thing that the user says is the prompt, what was said before stays before it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from albert_robust.data import Example, Source, read_examples
from albert_robust.data.dataset import MAX_CHARACTERS
from albert_robust.errors import InputError

Write = Callable[..., Path]
USER, ASSISTANT = {"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Hello."}
ASKED, ANSWERED = {"role": "user", "content": "Capital of France?"}, {"role": "assistant", "content": "Paris."}


def read(path: Path) -> list[Example]:
    return read_examples(Source(path, ("en",), columns={"prompt": "messages"}), ("prompt",), "answer")


def row(*turns: object, **more: object) -> str:
    return json.dumps({"messages": turns, **more}) + "\n"


def test_the_last_turns_are_prompt_and_answer(write: Write) -> None:
    (example,) = read(write(d_dot_jsonl=row(USER, ASSISTANT, ASKED, ANSWERED)))
    assert (example.fields["prompt"], example.references) == ("Capital of France?", ("Paris.",))
    assert json.loads(example.fields["before"]) == [USER, ASSISTANT]


def test_a_single_turn_has_nothing_before_and_no_answer(write: Write) -> None:
    (example,) = read(write(d_dot_jsonl=row(ASKED)))
    assert (example.fields, example.references) == ({"prompt": "Capital of France?"}, ())


def test_a_column_of_answers_counts_more_than_what_was_said(write: Write) -> None:
    (example,) = read(write(d_dot_jsonl=row(ASKED, ANSWERED, answer="Paris")))
    assert example.references == ("Paris",)


def test_a_cell_without_anything_is_no_answer(write: Write) -> None:
    (example,) = read(write(d_dot_jsonl=row(ASKED, ANSWERED, answer=None)))
    assert example.references == ("Paris.",)


def test_what_was_said_before_is_read_within_the_bounds_of_every_field(write: Write) -> None:
    for said, message in (("a" * MAX_CHARACTERS, "more than 200,000"), ("\ud83d", "a lone surrogate")):
        with pytest.raises(InputError, match=rf"d\.jsonl:1:1: 'messages' holds .*{message}"):
            read(write(d_dot_jsonl=row({"role": "user", "content": said}, ASSISTANT, ASKED)))


def test_turns_may_be_written_as_sharegpt_does_or_in_parts(write: Write) -> None:
    parts = {"role": "user", "content": [{"type": "text", "text": "Capital "}, {"type": "text", "text": "of France?"}]}
    for turns in (
        [{"from": "human", "value": "Capital of France?"}, {"from": "gpt", "value": "Paris."}],
        [{"from": "user", "value": "Capital of France?"}, {"from": "bing", "value": "Paris."}],
        [parts, ANSWERED],
    ):
        (example,) = read(write(d_dot_jsonl=row(*turns)))
        assert (example.fields, example.references) == ({"prompt": "Capital of France?"}, ("Paris.",))


@pytest.mark.parametrize(
    ("turns", "message"),
    [
        ([ASSISTANT], "the user does not speak last"),
        ([ASKED, ANSWERED, ANSWERED], "the user does not speak last"),
        ([{"content": "Hi."}], "a turn without a role\n  write {role: user, content: ...}"),
        ([{"role": "user", "content": None}], "a turn of role 'user' without a text"),
        ([{"role": "user", "content": [{"type": "image_url"}]}], "a turn of role 'user' without a text"),
        ([], "holds list, expected text"),
        (["Hi."], "holds list, expected text"),
    ],
)
def test_what_is_no_conversation_is_told(write: Write, turns: list[Any], message: str) -> None:
    with pytest.raises(
        InputError, match=rf"d\.jsonl:1:1: 'messages' holds.*{message}" if turns and turns != ["Hi."] else message
    ):
        read(write(d_dot_jsonl=row(*turns)))
