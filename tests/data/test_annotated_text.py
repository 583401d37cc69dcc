"""Texts with entities, as people keep them: places, strings, tags of tokens."""

import json
from pathlib import Path
from typing import Any

import pytest

from albert_robust.data import Example, Source, read_examples
from albert_robust.errors import InputError
from albert_robust.tasks import TASKS

TASK = TASKS["token-classification"]
CONLL = """-DOCSTART- -X- -X- O

# id 7
Anna NNP B-NP B-PER
Keller NNP I-NP I-PER
likes VBZ B-VP O
# NN O O
. . O O

New B-LOC
York I-LOC
"""


def read(path: Path, language: str = "en", **columns: str) -> list[Example]:
    source = Source(path, (language,), columns=columns, annotation=TASK.annotation)
    return read_examples(source, TASK.inputs, TASK.reference)


def written(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "data.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "entities", [[{"start": 0, "end": 4, "label": "PER"}], [[0, 4, "PER"]], [{"text": "Anna", "label": "PER"}]]
)
def test_places_and_strings_are_one(tmp_path: Path, entities: Any) -> None:
    (example,) = read(written(tmp_path, {"text": "Anna slept.", "entities": entities}))
    assert example.references == ("Anna (PER 0-4)",)


def test_no_entities_are_a_reference_and_nothing_is_none(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"text": "It rained.", "entities": []},
        {"text": "It rained.", "entities": None},
        {"text": "It rained."},
    ]
    assert [example.references for example in read(written(tmp_path, *rows))] == [("",), (), ()]


@pytest.mark.parametrize(
    ("language", "tokens", "text", "entity"),
    [
        ("en", ["In", "New", "York", "."], "In New York .", "New York (LOC 3-11)"),
        ("zh", ["在", "纽", "约", "。"], "在纽约。", "纽约 (LOC 1-3)"),
        ("zh", ["2", "纽", "约", "5"], "2纽约5", "纽约 (LOC 1-3)"),
        ("zh", ["1", "N", "B", "A"], "1NBA", "NB (LOC 1-3)"),
        ("zh", ["看", "New", "York", "。"], "看New York。", "New York (LOC 1-9)"),
    ],
)
def test_tokens_with_tags_are_a_text_with_entities(
    tmp_path: Path, language: str, tokens: list[str], text: str, entity: str
) -> None:
    path = written(tmp_path, {"tokens": tokens, "ner_tags": ["O", "B-LOC", "I-LOC", "O"]})
    (example,) = read(path, language, text="tokens", entities="ner_tags")
    assert (example.fields["text"], example.references) == (text, (entity,))


def test_conll_is_read_by_its_first_and_last_columns(tmp_path: Path) -> None:
    path = tmp_path / "test.conll"
    path.write_text(CONLL, encoding="utf-8")
    first, second = read(path)
    assert (first.line, first.fields["text"], first.references) == (
        4,
        "Anna Keller likes # .",
        ("Anna Keller (PER 0-11)",),
    )
    assert (second.line, second.references) == (10, ("New York (LOC 0-8)",))


@pytest.mark.parametrize("line", ["10\u00a0000 B-NUM", "10 000\tB-NUM", "10 000 \t \tB-NUM\r"])
def test_a_token_may_hold_a_space(tmp_path: Path, line: str) -> None:
    path = tmp_path / "test.conll"
    path.write_text(f"{line}\nwon O\n", encoding="utf-8")
    (example,) = read(path)
    assert example.references == ("10 000 (NUM 0-6)",)


def test_of_columns_with_a_count_and_more_the_token_and_the_tags_are_found(tmp_path: Path) -> None:
    """Universal NER, whose files are called so, has a count before the token, and columns behind the tags."""
    path = tmp_path / "test.iob2"
    path.write_text("1\tAnna\tB-PER\t-\t-\n2\tslept\tO\t-\t-\n\n1\tRain\tO\t-\t-\n", encoding="utf-8")
    assert [(one.fields["text"], one.references) for one in read(path)] == [
        ("Anna slept", ("Anna (PER 0-4)",)),
        ("Rain", ("",)),
    ]


def test_where_a_sentence_is_from_is_no_token_of_it(tmp_path: Path) -> None:
    """As GermEval 2014 says it."""
    path = tmp_path / "test.conll"
    path.write_text("#\thttp://de.example.org [2009-10-17]\n1\tBonn\tB-LOC\n2\tliegt\tO\n", encoding="utf-8")
    (example,) = read(path, "de")
    assert (example.fields["text"], example.references) == ("Bonn liegt", ("Bonn (LOC 0-4)",))


def test_a_table_holds_entities_as_json(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text(
        'text,entities\nAnna slept.,"[{""text"": ""Anna"", ""label"": ""PER""}]"\nIt rained.,[]\nRain.,\n',
        encoding="utf-8",
    )
    assert [example.references for example in read(path)] == [("Anna (PER 0-4)",), ("",), ()]


def test_a_table_holds_tokens_and_tags_as_json_or_as_python_prints_them(tmp_path: Path) -> None:
    path = tmp_path / "data.tsv"
    path.write_text(
        """text\tentities\n['Anna', '.']\t['B-PER', 'O']\n["It's", "."]\t["O", "O"]\n[Rain]\t\n""", encoding="utf-8"
    )
    assert [(example.fields["text"], example.references) for example in read(path)] == [
        ("Anna .", ("Anna (PER 0-4)",)),
        ("It's .", ("",)),
        ("[Rain]", ()),
    ]


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (
            {"text": "Anna", "entities": [[0, 9, "PER"]]},
            "data.jsonl:1:1: 'entities': an entity ends behind its text (0-9 of 4",
        ),
        ({"text": ["Anna", "slept"], "entities": ["B-PER"]}, "1 tags for 2 tokens"),
        ({"text": ["Anna", "slept"], "entities": [1, 0]}, "no entity (1), expected a tag by its name"),
        (
            {"text": "Anna slept", "entities": [{"text": "Bob", "label": "PER"}]},
            "'entities' holds 'Bob', which does not stand in the text",
        ),
        ({"text": "Anna", "entities": "PER"}, "'entities' holds 'PER', expected entities"),
        ({"text": "Anna", "entities": 3}, "write [{start: 0, end: 4, label: PER}], or a tag for each token"),
        ({"text": [1, 2], "entities": []}, "'text' holds list, expected text"),
    ],
)
def test_what_is_no_annotation_is_told_with_its_place(tmp_path: Path, row: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InputError) as told:
        read(written(tmp_path, row))
    assert complaint in str(told.value)


def test_a_tag_with_a_nul_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "test.conll"
    path.write_text("Anna B-PER\0\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"test.conll:1:1: 'entities' holds a NUL character"):
        read(path)


def test_a_token_without_a_tag_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "test.conll"
    path.write_text("Anna B-PER\nslept\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"test.conll:2:1: 'slept' has no tag"):
        read(path)


def test_a_line_that_lacks_its_tag_among_several_columns_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "test.conll"
    path.write_text("Anna X X B-PER\nlives X X\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"test.conll:2:1: 3 columns, the lines of this sentence before it have 4"):
        read(path)
