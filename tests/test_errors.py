"""What is wrong is said on one line, and how to mend it on the next, whatever says it."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import AfterValidator, BaseModel

from albert_robust.documents.explaining import validate
from albert_robust.documents.yaml_file import open_document
from albert_robust.errors import InputError, Mistake, UsageError, WritingError, mistake_of


@pytest.mark.parametrize("kind", [Mistake, UsageError, WritingError])
def test_advice_is_indented_below_what_is_wrong(kind: type[Mistake | WritingError]) -> None:
    assert str(kind("no such suite", "name another")) == "no such suite\n  name another"
    assert str(kind("no such suite")) == "no such suite"


def test_a_mistake_survives_the_way_to_another_process() -> None:
    sent = pickle.loads(pickle.dumps(UsageError("no such suite", "name another")))  # noqa: S301  # our own
    assert (type(sent), sent.what, sent.mend) == (UsageError, "no such suite", "name another")


def test_a_message_is_replaced_with_the_arguments_of_its_error() -> None:
    error = UsageError("no entry for the key k-123", "name another")
    error.args = ("no entry for (the key)",)
    assert str(error) == error.what == "no entry for (the key)"
    assert error.mend == ""


def test_a_foreign_reader_s_advice_is_below_the_first_line_of_its_error() -> None:
    told = mistake_of(ValueError("no number\nwrite 1\nor 2"))
    assert (told.what, told.mend) == ("no number", "write 1\nor 2")


def _refused(error: ValueError) -> Callable[[int], int]:
    def refuse(value: int) -> int:
        raise error

    return refuse


def test_a_mistake_of_a_user_is_a_complaint_and_a_bug_of_ours_is_none(tmp_path: Path) -> None:
    class Mistaken(BaseModel):
        age: Annotated[int, AfterValidator(_refused(Mistake("too old", "write 40")))]

    class Faulty(BaseModel):
        age: Annotated[int, AfterValidator(_refused(ValueError("a bug")))]

    (path := tmp_path / "s.yaml").write_text("age: 41\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"s\.yaml:1:1: too old\n  write 40"):
        validate(open_document(path), Mistaken)
    with pytest.raises(ValueError, match="a bug"):
        validate(open_document(path), Faulty)
