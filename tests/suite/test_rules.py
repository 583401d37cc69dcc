"""Rules: ready-made measures of an output's form, without a function of one's own."""

import json
from collections.abc import Sequence
from math import isnan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import run
from albert_robust.errors import InputError
from albert_robust.results.records import CellRecord
from albert_robust.suite.rules import Rule
from albert_robust.suite.schema.check import InColumn

ORDER = {
    "type": "object",
    "required": ["item"],
    "properties": {"item": {"type": "string", "pattern": "^[a-z]+$"}, "count": {"type": "integer"}},
}
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda held: st.lists(held) | st.dictionaries(st.text(), held),
)
ROWS = [
    {"prompt": f"Order {number}", "must": must} for number, must in enumerate(["sorry", "[1, 2]", "", '["ta", "a"]'])
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "order.schema.json").write_text(json.dumps(ORDER))


def kept(key: str, value: Any, output: str, **row: str) -> float | ValueError:
    (number,) = Rule(key, value, Path())([{"output": output, "row": row}])
    return number


@pytest.mark.parametrize(
    ("key", "value", "held", "missed"),
    [
        ("matches", "^Dear", "Dear Anna,", "Oh Dear"),
        ("matches", "(?i)thanks", "so: THANKS", "thank"),
        ("contains", ["Bern", "two days"], "in two\ndays, to BERN.", "Bern, in two weeks"),
        ("contains", "can't", "I can’t", "I can"),
        ("contains", "C++", "written in C++, mostly", "written in C"),
        ("contains", "東京", "明日東京に行く", "明日京都に行く"),
        ("lacks", ["art", "!!!"], "A party!", "This is art"),
        ("lacks", ["art", "!!!"], "A party!", "A party!!!"),
        ("max_words", 3, "one, two: three.", "one two three four"),
        ("max_words", 3, "東京都", "東京都に"),
        ("json", True, ' {"a": [1, null]}\n', '```json\n{"a": 1}\n```'),
        ("json", True, "3", "{'a': 1}"),
        ("json", True, "[]", "[NaN]"),
        ("json", True, '"[[["', "[" * 100_000),
        ("json", "order.schema.json", '{"item": "tea", "count": 2}', '{"item": "tea", "count": "2"}'),
        ("json", "order.schema.json", '{"item": "tea"}', '{"item": "Tea"}'),
    ],
)
def test_an_output_keeps_a_rule_or_not(key: str, value: Any, held: str, missed: str) -> None:
    assert (kept(key, value, held), kept(key, value, missed)) == (1.0, 0.0)


@given(VALUES)
def test_all_that_is_written_as_json_is_json_and_no_part_of_it_is_an_object(value: Any) -> None:
    written = json.dumps({"held": value})
    assert kept("json", True, written) == 1.0
    assert kept("json", True, written[:-1]) == kept("json", True, f"Here: {written}") == 0.0


@given(st.lists(st.sampled_from(["sorry", "Bern", "a b", "日本", "!?"]), min_size=1), st.text())
def test_words_of_an_output_are_found_in_it_and_what_lacks_one_does_not_contain_it(words: list[str], text: str) -> None:
    assert kept("contains", words, f"{text} {' '.join(words)} {text}") == 1.0
    assert kept("lacks", [words[0]], text) == 1 - float(kept("contains", [words[0]], text))  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["(a+)+$", "(a|aa)+$", "(.*a){20}$"])
def test_a_pattern_that_takes_too_long_is_an_error_of_that_output(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("albert_robust.suite.rules.LONGEST", 0.05)
    assert str(kept("matches", f"^{value}", "a" * 5000 + "!")) == "a pattern takes more than 0.05 s for this output"


def test_words_may_be_each_row_s_own() -> None:
    column = InColumn(column="must")
    assert kept("contains", column, "I am sorry", must="sorry") == 1.0
    assert kept("lacks", column, "I am sorry", must='["yes", "sorry"]') == 0.0
    assert isnan(float(kept("lacks", column, "I am sorry", must="")))  # type: ignore[arg-type]  # nothing is asked of it


def polite(batch: Sequence[dict[str, str]]) -> list[str]:
    return ["I am sorry, ta" if one["prompt"].isupper() else '{"item": "tea"}' for one in batch]


def suite(measures: Any, *checks: Any, rows: Any = ROWS, task: str = "text-generation") -> dict[str, Any]:
    datasets = {"d": {"rows": rows, "language": "en"}}
    return {"task": task, "model": {"python": polite}, "measures": measures, "datasets": datasets, "checks": checks}


def cells(found: Any) -> list[CellRecord]:
    return list(found.cells)


def test_gates_name_them_without_references_and_invariance_measures_the_variants() -> None:
    reference = {"expect": "reference", "gates": ["valid >= 0.1", "says >= 0.1"]}
    invariance = {
        "expect": "invariance",
        "perturbations": ["case.upper"],
        "gates": ["valid >= 0.1", "valid drop <= 0.5"],
    }
    measures = {"valid": {"json": "order.schema.json"}, "says": {"contains": {"column": "must"}}}
    one, other = cells(run(suite(measures, reference, invariance)))
    assert (one.measures["valid"].value, one.measures["says"].value, one.measures["says"].clusters) == (1.0, 0.0, 3)
    assert (other.measures["valid"].value, other.measures["valid drop"].value) == (0.0, 1.0)


def test_another_schema_is_another_definition(tmp_path: Path) -> None:
    made = suite({"valid": {"json": "order.schema.json"}}, {"expect": "reference", "gates": ["valid >= 0.1"]})
    (one,) = cells(run(made))
    (tmp_path / "order.schema.json").write_text("{}")
    (other,) = cells(run(made))
    assert one.definitions["valid"] != other.definitions["valid"]


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        ({"matches": "(a"}, "measures.own.matches: '(a' is no pattern: missing )"),
        ({"json": "order.json"}, "measures.own.json: no file 'order.json' of text here"),
        ({"json": "bad.json"}, "measures.own.json: 'bad.json' is no JSON Schema: Expecting value"),
        ({"json": "odd.json"}, "measures.own.json: 'odd.json' is no JSON Schema: 'txt' is not valid"),
        ({"json": False}, "measures.own.json: False: no JSON Schema\n  write `json: true`"),
        ({"lacks": []}, "expected words\n  list them between quotes"),
        ({"lacks": {"columns": "must"}}, "expected words\n  list them between quotes"),
        (
            {"lacks": "a", "matches": "b"},
            "`matches:` and `lacks:` are two measures\n  write one of `python:`, `judge:`",
        ),
        ({"max_words": 0}, "measures.own.max_words"),
        ({"max_words": 9, "of": "source"}, "a rule looks at the output alone, and has no `of`\n  take it out"),
        ({"contains": {"column": "prompt"}}, "'prompt' is no further column of the data"),
        ({"contains": {"column": "missing"}}, "the column 'missing' is missing, which the measure own reads"),
    ],
)
def test_what_is_wrong_with_one_is_told_at_its_place(measure: Any, message: str, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("x")
    (tmp_path / "odd.json").write_text('{"type": "txt"}')
    with pytest.raises(InputError) as error:
        run(suite({"own": measure}, {"expect": "reference", "gates": ["own >= 0.1"]}))
    assert message in str(error.value)


def test_a_label_is_no_text_that_could_keep_one() -> None:
    made = suite(
        {"own": {"max_words": 9}}, {"expect": "reference", "gates": ["own >= 0.1"]}, task="text-classification"
    )
    with pytest.raises(InputError, match="an output of text-classification is no text that could keep a rule"):
        run(made)


def test_nothing_is_fetched_for_a_schema(tmp_path: Path) -> None:
    (tmp_path / "order.schema.json").write_text('{"$ref": "https://example.org/order.json"}')
    (cell,) = cells(
        run(suite({"own": {"json": "order.schema.json"}}, {"expect": "reference", "gates": ["own >= 0.1"]}))
    )
    assert cell.verdict == "error"
    assert "example.org/order.json" in cell.reason
