"""What measures read beside outputs: further columns of the data, and the probabilities of labels."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from chatting import chat

from albert_robust import open_run, run, write_report
from albert_robust.errors import InputError
from albert_robust.results.run import Run

ROWS = [
    {"text": f"day {n}", "label": "good", "must": "word" if n % 2 else "", "few": ["a", n], "other": n}
    for n in range(20)
]
REFERENCE = {"expect": "reference", "gates": ["held >= 0.1"]}
Pairs = list[dict[str, Any]]


def model(batch: Sequence[dict[str, str]]) -> list[Any]:
    return [{"label": "good", "scores": {"good": 0.75, "bad": 0.25}} for _ in batch]


class Held:
    """A measure that notes what it is given."""

    def __init__(self) -> None:
        self.pairs: Pairs = []

    def __call__(self, pairs: Pairs) -> list[float]:
        self.pairs += pairs
        return [1.0 for _ in pairs]


def suite(held: Any, rows: Any = ROWS, check: Any = REFERENCE, dataset: Any = None, **measure: Any) -> dict[str, Any]:
    return {
        "task": "text-classification",
        "model": {"python": model},
        "measures": {"held": {"python": held, **measure}},
        "datasets": {"d": {"rows": rows, "language": "en", **(dataset or {})}},
        "checks": [check],
    }


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def beside(found: Run) -> list[dict[str, str]]:
    return [dict(one.beside) for one in found.outcomes]


def test_a_function_sees_the_columns_that_it_asks_for_as_text_and_a_run_keeps_no_others() -> None:
    held = Held()
    found = run(suite(held, columns=["must", "few"]))
    rows = {pair["inputs"]["text"]: pair["row"] for pair in held.pairs}
    assert rows["day 0"] == {"must": "", "few": '["a", 0]'}
    assert rows["day 1"] == beside(found)[1] == {"must": "word", "few": '["a", 1]'}
    assert set(held.pairs[0]) == {"output", "reference", "language", "reference_language", "inputs", "row"}


def test_what_no_measure_asks_for_is_not_kept_and_does_not_tell_pairs_apart() -> None:
    held = Held()
    rows = [{**row, "text": "the same", "id": str(row["other"])} for row in ROWS]
    assert beside(run(suite(held, rows)))[0] == {}
    assert (len(held.pairs), held.pairs[0]["row"]) == (1, {})
    run(suite(held, rows, columns=["must"]))
    assert [pair["row"]["must"] for pair in held.pairs[1:]] == ["", "word"]


def test_a_kept_run_has_them(tmp_path: Path) -> None:
    found = run(suite(Held(), columns=["must"]))
    write_report(found, tmp_path / "report")
    assert beside(open_run(tmp_path / "report")) == beside(found)


def test_other_values_are_other_data() -> None:
    rows = [{**row, "must": "another"} for row in ROWS]
    one, other = (run(suite(Held(), some, columns=["must"])) for some in (ROWS, rows))
    assert one.suites[0].data != other.suites[0].data


def test_a_dataset_may_call_a_column_otherwise_and_templates_have_it_as_a_field() -> None:
    held = Held()
    rows = [{"text": row["text"], "label": "good", "wanted": row["must"]} for row in ROWS]
    run(suite(held, rows, dataset={"columns": {"must": "wanted"}}, columns=["must"]))
    assert {pair["row"]["must"] for pair in held.pairs} == {"", "word"}
    templates = {"templates": [{"text": "I like {it}.", "label": "good", "must": "{it}s"}], "language": "en"}
    made = suite(held, columns=["must"]) | {"datasets": {"d": {**templates, "fill": {"it": ["tea", "cake"]}}}}
    run(made)
    assert {pair["row"]["must"] for pair in held.pairs[-2:]} == {"teas", "cakes"}


def test_a_function_sees_the_probabilities_that_it_asks_for() -> None:
    held = Held()
    run(suite(held, scores=True))
    assert held.pairs[0]["scores"] == {"good": 0.75, "bad": 0.25}
    check = {"expect": "invariance", "perturbations": ["case.upper"], "agreement": "held"}
    run(suite(held, check=check, of="outputs", scores=True))
    assert held.pairs[-1]["reference_scores"] == held.pairs[-1]["scores"] == {"good": 0.75, "bad": 0.25}


def test_a_prompt_names_further_columns() -> None:
    with chat(lambda _: "0.5") as server:
        judge = {"endpoint": server.url, "model": "judge-1", "prompt": "Is {output} about {must}, of {text}?"}
        made = suite(None) | {"measures": {"held": {"judge": judge}}}
        found = run(made)
    assert sorted(server.asked)[:2] == ["Is good about , of day 0?", "Is good about , of day 10?"]
    assert "Is good about word, of day 1?" in server.asked
    assert found.cells[0].measures["held"].value == 0.5


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        ({"columns": ["text"]}, '\'text\' is an input\n  take it out: a pair has `["inputs"]["text"]`'),
        ({"columns": ["output"]}, "every pair has 'output' already\n  call the column otherwise"),
        ({"columns": ["musst"]}, "the column 'musst' is missing, which the measure held reads\n  map it in the suite"),
    ],
)
def test_what_cannot_be_read_is_told(measure: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as error:
        run(suite(Held(), **measure))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        ({"columns": ["must"]}, "a judge that is asked by a prompt has no `columns`\n  take it out, and write {must}"),
        ({"scores": True}, "a judge that is asked by a prompt has no `scores`\n  take it out"),
    ],
)
def test_a_prompt_says_itself_what_it_reads(measure: dict[str, Any], message: str) -> None:
    judge = {"endpoint": "http://localhost:1/v1/chat/completions", "model": "j", "prompt": "Is it {output}?"}
    with pytest.raises(InputError) as error:
        run(suite(None) | {"measures": {"held": {"judge": judge, **measure}}})
    assert message in str(error.value)


def test_only_labels_have_probabilities() -> None:
    made = suite(Held(), rows=[{"prompt": "a"}], scores=True) | {"task": "text-generation"}
    with pytest.raises(InputError, match="an output of text-generation has no probabilities of labels"):
        run(made)


def test_a_missing_column_of_a_file_is_told_in_its_first_line(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("text,label,mst\na,good,b\n")
    made = suite(Held(), columns=["must"]) | {"datasets": {"d": {"path": "d.csv", "language": "en"}}}
    with pytest.raises(InputError) as error:
        run(made)
    assert "d.csv:1:1: the column 'must' is missing, which the measure held reads" in str(error.value)
    assert "`columns: {must: ...}`; did you mean 'mst'?" in str(error.value)


def test_rows_as_jsonl_have_a_column_in_each(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text(
        "".join(json.dumps(row) + "\n" for row in [*ROWS, {"text": "b", "label": "good"}])
    )
    made = suite(Held(), columns=["must"]) | {"datasets": {"d": {"path": "d.jsonl", "language": "en"}}}
    with pytest.raises(InputError, match=r"d.jsonl:21:1: the column 'must' is missing"):
        run(made)
