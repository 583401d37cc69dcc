"""Slices: results told apart by the values of a column, and gates on the gap between them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from albert_robust import open_run, run, write_report
from albert_robust.errors import InputError
from albert_robust.results.records import CellRecord, SliceRecord
from albert_robust.results.run import Run
from albert_robust.results.table import rows_of
from albert_robust.scoring.gaps import gap
from albert_robust.suite.expectations import EXPECTATIONS
from albert_robust.suite.gates import parse_gate
from albert_robust.tasks import TASKS

PRODUCTS = ("book", "film", "game")
ROWS = [
    {"id": f"r{number}", "text": f"the {product} number {number} was lovely", "label": "calm", "product": product}
    for number, product in enumerate(PRODUCTS * 30)
]
INVARIANCE = {"expect": "invariance", "perturbations": ["case.upper"], "gates": ["gap by product <= 0.1"]}


def deaf_to_games(batch: Sequence[dict[str, str]]) -> list[str]:
    """Answer capitals otherwise, but for games."""
    return ["loud" if one["text"].isupper() and "GAME" not in one["text"] else "calm" for one in batch]


def failing_at_games(batch: Sequence[dict[str, str]]) -> list[Any]:
    return [ValueError("no idea") if "GAME NUMBER 2 " in one["text"] else "calm" for one in batch]


def suite(*checks: dict[str, Any], rows: Any = ROWS, model: Any = deaf_to_games, **more: Any) -> dict[str, Any]:
    datasets = {"data": {"rows": rows, "language": "en", "slices": ["product"], **more.pop("dataset", {})}}
    return {
        "task": "text-classification",
        "model": {"python": model},
        "datasets": datasets,
        "checks": list(checks),
        **more,
    }


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def only(found: Run) -> CellRecord:
    (cell,) = found.cells
    return cell


def means(slices: Sequence[SliceRecord]) -> dict[str, tuple[float, int]]:
    return {one.value: (one.estimate.value, one.estimate.clusters) for one in slices}


def test_each_value_has_the_mean_of_its_own_examples_and_the_gap_is_between_the_best_and_the_worst() -> None:
    cell = only(run(suite(INVARIANCE)))
    assert means(cell.slices) == {"book": (0, 30), "film": (0, 30), "game": (1, 30)}
    assert {(one.column, one.measure) for one in cell.slices} == {("product", "consistency")}
    groups = [{f"{value}{number}": float(value == "game") for number in range(30)} for value in PRODUCTS]
    assert cell.measures["gap by product"] == gap(groups, 2 * 0.95 - 1)
    assert cell.verdict == "failed"
    assert cell.reason.endswith("; consistency by product: best game 1.00, worst book 0.00, of 3")


def test_without_a_gate_slices_are_measured_and_fail_nothing() -> None:
    cell = only(run(suite({**INVARIANCE, "gates": ["consistency >= 0.1"]})))
    assert (cell.verdict, len(cell.slices)) == ("passed", 3)


def test_a_quality_has_slices_and_a_gap_of_its_own() -> None:
    rows = [{**row, "label": "loud" if row["product"] == "game" else "calm"} for row in ROWS]
    reference = {"expect": "reference", "gates": ["accuracy >= 0.1", "gap_by_product <= 0.1"]}
    cell = only(run(suite(reference, rows=rows)))
    assert means(cell.slices) == {"book": (1, 30), "film": (1, 30), "game": (0, 30)}
    assert [gate.measure for gate in cell.gates] == ["accuracy", "accuracy gap by product"]
    assert cell.measures["accuracy gap by product"].value == 1


def test_a_row_without_a_value_is_in_no_slice_and_counts_in_the_cell() -> None:
    rows = [{**row, "product": None if row["product"] == "film" else row["product"]} for row in ROWS]
    cell = only(run(suite(INVARIANCE, rows=rows)))
    assert means(cell.slices) == {"book": (0, 30), "game": (1, 30)}
    assert (cell.counts.tested, cell.measures["consistency"].clusters) == (90, 90)


def test_numbers_and_truth_values_are_values_as_a_table_writes_them() -> None:
    rows = [{**row, "stars": 1.0 + number % 2, "new": number % 2 == 0} for number, row in enumerate(ROWS)]
    cell = only(run(suite(INVARIANCE, rows=rows, dataset={"slices": ["product", "stars", "new"]})))
    found = [(one.column, one.value) for one in cell.slices]
    assert found[3:] == [("stars", "1"), ("stars", "2"), ("new", "false"), ("new", "true")]


def test_one_value_is_no_gap() -> None:
    rows = [{**row, "product": "book"} for row in ROWS]
    cell = only(run(suite(INVARIANCE, rows=rows)))
    assert (cell.verdict, cell.measures["gap by product"].measured) == ("inconclusive", False)


def test_errors_count_as_the_best_answers_of_one_slice_and_the_worst_of_another() -> None:
    alike = suite({**INVARIANCE, "gates": ["gap by product <= 0.25"]}, model=lambda batch: ["calm"] * len(batch))
    assert only(run(alike)).verdict == "passed"
    failing = suite({**INVARIANCE, "gates": ["gap by product <= 0.13"]}, model=failing_at_games, max_errors=0.1)
    cell = only(run(failing))
    assert (cell.counts.error, cell.verdict) == (1, "inconclusive")
    assert "with the errors as the worst answers" in cell.reason
    broken = only(run({**failing, "max_errors": 0.0}))
    assert broken.verdict == "error"
    assert broken.reason.startswith("consistency by product: best ")


def test_a_gate_on_a_gap_lets_no_cell_stop_early() -> None:
    found = run(suite({**INVARIANCE, "gates": ["consistency >= 0.01", "gap by product <= 0.9"]}, early_stop=True))
    assert only(found).counts.spared == 0


def test_templates_are_sliced_by_their_slots_and_fields() -> None:
    templates = [{"text": "{person} wrote number {number}.", "label": "calm"}]
    dataset = {
        "templates": templates,
        "fill": {"person": ["Anna", "Omar"], "number": [str(number) for number in range(10)]},
        "language": "en",
        "slices": ["person", "label"],
    }
    cell = only(run({**suite(INVARIANCE | {"gates": ["gap by person <= 0.9"]}), "datasets": {"data": dataset}}))
    assert [(one.column, one.value, one.estimate.clusters) for one in cell.slices] == [
        ("person", "Anna", 10),
        ("person", "Omar", 10),
        ("label", "calm", 20),
    ]


def test_a_kept_run_its_table_and_its_report_have_the_slices(tmp_path: Path) -> None:
    rows = [{**row, "product": f"<b>{row['product']}</b>"} for row in ROWS]
    found = run(suite(INVARIANCE, rows=rows))
    write_report(found, tmp_path / "report")
    kept = open_run(tmp_path / "report")
    assert kept.cells == found.cells
    assert {one.slices["product"] for one in kept.outcomes} == {f"<b>{product}</b>" for product in PRODUCTS}
    table = [(row["slice"], row["measure"], row["value"]) for row in rows_of(kept) if row["slice"]]
    assert table[0] == ("product=<b>book</b>", "consistency", 0)
    html = (tmp_path / "report" / "index.html").read_text(encoding="utf-8")
    section = html[html.index('<section id="slices"') : html.index('<section id="cells"')]
    assert "<bdi>&lt;b&gt;game&lt;/b&gt;</bdi>" in section
    assert section.count("<b>0.00</b> <small>30</small>") == 2


def test_slices_are_part_of_what_tells_data_apart() -> None:
    cell = {**INVARIANCE, "gates": ["consistency >= 0.01"]}
    swapped = [{**row, "product": "game"} for row in ROWS]
    digests = [run(suite(cell, rows=rows)).suites[0].data["data"].digest for rows in (ROWS, swapped)]
    assert digests[0] != digests[1]


@pytest.mark.parametrize(("dataset", "gates", "what"), [
    ({"slices": ["product", "product"]}, None, "a column is named twice"),
    ({"slices": ["produkt"]}, ["consistency >= 0.1"], "the column 'produkt' is missing"),
    ({"slices": ["id"]}, ["consistency >= 0.1"], "the column 'id' has 90 different values, 50 at most tell results apart"),
    ({"slices": []}, None, "the dataset 'data' has no slices by 'product'\n  add `slices: [product]` to it"),
    ({"slices": ["products"]}, None, "the dataset 'data' has no slices by 'product'\n  did you mean 'products'?"),
    ({"slices": ["pages"]}, ["consistency >= 0.1"], "'pages' holds list, expected text"),
])  # fmt: skip
def test_what_cannot_tell_results_apart_is_told(dataset: dict[str, Any], gates: list[str] | None, what: str) -> None:
    rows = [{**row, "pages": [1]} for row in ROWS]
    with pytest.raises(InputError) as told:
        run(suite({**INVARIANCE, "gates": gates or INVARIANCE["gates"]}, rows=rows, dataset=dataset))
    assert what in str(told.value)


def test_a_template_without_the_slot_is_told() -> None:
    dataset = {
        "templates": [{"text": "{a} x", "label": "calm"}],
        "fill": {"a": ["b"]},
        "language": "en",
        "slices": ["c"],
    }
    with pytest.raises(InputError, match="no template has a slot or a field 'c'"):
        run({**suite(INVARIANCE), "datasets": {"data": dataset}})


@pytest.mark.parametrize(("written", "expectation", "name", "by"), [
    ("gap by product <= 0.1", "invariance", "gap by product", "product"),
    ("consistency gap by product <= 0.1", "invariance", "gap by product", "product"),
    ("gap_by Product-Line<=0.1", "direction", "gap by product line", "product line"),
    ("gap by 产品 <= 0.1", "reference", "accuracy gap by 产品", "产品"),
    ("labs gap by size by weight <= 0.1", "invariance", "labs gap by size by weight", "size by weight"),
])  # fmt: skip
def test_a_gate_names_a_column_in_any_script_and_spelling(written: str, expectation: str, name: str, by: str) -> None:
    measure = parse_gate(written, EXPECTATIONS[expectation], TASKS["text-classification"]).measure
    assert (measure.name, measure.by, measure.over, measure.is_loss) == (name, by, "", True)


def test_a_file_is_sliced_alike_in_workers_and_alone(pytester: pytest.Pytester) -> None:
    pytester.makefile(".jsonl", d="\n".join(map(json.dumps, ROWS)))
    pytester.makepyfile(
        m="def predict(batch):\n    return ['calm' if 'A' not in one['text'] else 'loud' for one in batch]\n"
    )
    pytester.path.joinpath("s.robust.yaml").write_text(
        "task: text-classification\nmodel: {python: 'm:predict', version: '1'}\n"
        "datasets: {d: {path: d.jsonl, language: en, slices: [product]}}\n"
        "checks: [{expect: invariance, perturbations: [case.upper, typos.swap], gates: [gap by product <= 0.5]}]\n"
    )
    found = []
    for more in ([], ["-n", "2"]):
        pytester.runpytest_subprocess(*more, f"--robust-report=r{len(more)}", "-p", "no:randomly")
        found.append(open_run(pytester.path / f"r{len(more)}").cells)
    assert found[0] == found[1]
    assert [len(cell.slices) for cell in found[0]] == [3, 3]
