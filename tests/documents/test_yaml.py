"""Only plain YAML is read, and nothing in it unfolds or surprises."""

from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.documents.yaml_file import open_document
from albert_robust.errors import Complaint, InputError, Place

REFUSED = {
    "an anchor": ("a: &x 1\n", r"s\.yaml:1:4: not plain YAML: anchors and aliases are not allowed"),
    "an alias": ("a: 1\nb: *x\n", r"s\.yaml:2:4: not plain YAML: anchors and aliases are not allowed"),
    "a merge": ("a: {b: 1}\nc:\n  <<: *a\n", r"s\.yaml:3:7: .*anchors and aliases"),
    "a tag": ("a: !!python/object:os.system 1\n", r"s\.yaml:1:4: not plain YAML: the tag .* is not allowed"),
    "a key twice": ("a: 1\nb: 2\na: 3\n", r"s\.yaml:3:1: .*the key 'a' is here twice \(first in line 1\)"),
    "a key twice below": ("a:\n  b: 1\n  b: 2\n", r"s\.yaml:3:3: .*the key 'b' is here twice \(first in line 2\)"),
    "too deep": ("a: " + "[" * 100 + "]" * 100, r"s\.yaml:1:43: not plain YAML: nested deeper than 40"),
    "too large": ("# " + "x" * 1_000_000, r"s\.yaml:1:1: the file has 1,000,002 bytes, more than 1,000,000"),
    "two documents": ("a: 1\n---\nb: 2\n", r"s\.yaml:2:1: not plain YAML: but found another document"),
    "an open bracket": ("a: [1, 2\nb: 3\n", r"s\.yaml:2:\d: not plain YAML"),
    "a text with braces": (
        "a: {b: {c} d}\n",
        r"s\.yaml:1:12: not plain YAML: .*\n  .*a text with braces .* between quotes",
    ),
    "a text that begins with one": ("a: {b} c\n", r"s\.yaml:1:8: not plain YAML: .*\n  .*between quotes"),
    "two braces": ("a: {b: {{c}}}\n", r"s\.yaml:1:9: not plain YAML: expected a word for a key\n  .*between quotes"),
    "a tab": ("a:\n\t- 1\n", r"s\.yaml:2:1: not plain YAML: found character '\\t'"),
    "a control character": ("a: 1\nb: é\x07\n", r"s\.yaml:2:5: not plain YAML: unacceptable character #x0007"),
    "too large a number": ("a: 1\nb: {c: -1e999}\n", r"s\.yaml:2:8: not plain YAML: the number -1e999 is too large"),
    "no UTF-8": (b"a: 1\nb: \xff\n", r"s\.yaml:2:1: not UTF-8 text"),
}


@pytest.mark.parametrize(("content", "message"), list(REFUSED.values()), ids=list(REFUSED))
def test_what_is_not_plain_is_refused_with_its_place(
    write: Callable[..., Path], content: str | bytes, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        open_document(write(s_dot_yaml=content))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("12:30", "12:30"),
        ("2024-01-01", "2024-01-01"),
        ("٣", "٣"),
        ('"3"', "3"),
        ("3", 3),
        ("-3", -3),
        ("0", 0),
        ("007", "007"),
        ("+5", "+5"),
        ("0.5", 0.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("~", None),
        ("", None),
    ],
)
def test_words_stay_words_and_numbers_are_numbers(write: Callable[..., Path], written: str, value: object) -> None:
    found = open_document(write(s_dot_yaml=f"a: {written}\n")).value["a"]
    assert (found, type(found)) == (value, type(value))


def test_a_number_of_ten_thousand_digits_is_a_word(write: Callable[..., Path]) -> None:
    assert open_document(write(s_dot_yaml="a: " + "9" * 10_000)).value == {"a": "9" * 10_000}


@pytest.mark.parametrize(
    ("missing", "mend"),
    [
        ("review.robust.yaml", "did you mean '{folder}/reviews.robust.yaml'?"),
        ("none/reviews.robust.yaml", "nor a folder '{folder}/none'"),
    ],
)
def test_of_a_missing_file_is_told_what_is_there(write: Callable[..., Path], missing: str, mend: str) -> None:
    folder = write(reviews_dot_robust_dot_yaml="").parent
    with pytest.raises(InputError) as told:
        open_document(folder / missing)
    assert str(told.value) == f"{folder / missing}:1:1: there is no such file\n  {mend.format(folder=folder)}"


def test_where_nothing_is_like_a_missing_file_nothing_is_meant(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"s\.yaml:1:1: there is no such file$"):
        open_document(tmp_path / "s.yaml")


def test_a_link_to_itself_is_told(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").symlink_to("s.yaml")
    with pytest.raises(InputError, match=r"s\.yaml:1:1: cannot read the file: Too many levels of symbolic links"):
        open_document(tmp_path / "s.yaml")


def test_a_complaint_stands_at_the_deepest_place_that_the_file_has(write: Callable[..., Path]) -> None:
    document = open_document(write(s_dot_yaml="a:\n  - b: 1\n"))
    assert str(document.complain(("a", 0, "b", "c"), "wrong")).endswith("s.yaml:2:5: wrong")
    assert str(document.complain(("z",), "wrong")).endswith("s.yaml:1:1: wrong")


def test_what_a_complaint_quotes_is_written_out_where_it_cannot_be_seen() -> None:
    said = str(Complaint("a.yaml", Place(1, 2), "unknown key 'a\x00'", "did you mean '\u202eb'?"))
    assert said == "a.yaml:1:2: unknown key 'a<U+0000>'\n  did you mean '<U+202E>b'?"


def test_a_complaint_quotes_the_ends_of_what_is_very_long() -> None:
    said = str(Complaint("a.yaml", Place(1, 2), f"'{'x' * 10_000}' is no gate", "write " + "y" * 10_000))
    assert len(said) < 1_500
    assert said.startswith("a.yaml:1:2: 'xxx")
    assert "xxx' is no gate\n  write yyy" in said


def test_of_very_many_mistakes_in_a_file_the_first_are_told_and_the_others_counted() -> None:
    found = [Complaint(path, Place(line), "wrong") for path in ("b.yaml", "a.yaml") for line in range(60, 0, -1)]
    error = InputError([*found, Complaint("c.yaml", Place(), "wrong")])
    lines = str(error).splitlines()
    assert lines[0] == "a.yaml:1:1: wrong"
    assert lines[50:53] == [
        "a.yaml:51:1: here begin 10 more mistakes",
        "  mend those above first",
        "b.yaml:1:1: wrong",
    ]
    assert lines[-1] == "c.yaml:1:1: wrong"
    assert len(error.complaints) == 121
