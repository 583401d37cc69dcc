"""A small suite, executed with small models in Python: what is caught, what passes, what is counted."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from counted import outcomes_of

from albert_robust.asking.workspace import Workspace
from albert_robust.gate import judge
from albert_robust.results.records import CellRecord
from albert_robust.running import execute as execute_module
from albert_robust.running.cell import Cell
from albert_robust.running.execute import execute
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite

PACK = '''
from albert_robust import perturbation

@perturbation("own.mark", preserves="meaning")
def mark(text, rng, severity):
    """Put an exclamation mark after the text."""
    return text.replace(len(text), len(text), "!", "mark")

@perturbation("own.turn", alters="polarity")
def turn(text, rng, severity):
    """Put "not" before the text."""
    return text.replace(0, 0, "not ", "turn")

@perturbation("own.nothing", preserves="meaning")
def nothing(text, rng, severity):
    """Leave the text."""
    return text

@perturbation("own.all", preserves="meaning")
def everything(text, rng, severity):
    """Take out the text."""
    return text.replace(0, len(text), "", "all")

@perturbation("own.broken", preserves="meaning")
def broken(text, rng, severity):
    """Fail on every tenth text."""
    if str(text).endswith("0"):
        raise RuntimeError("boom")
    return text.replace(0, 0, ".", "dot")

@perturbation("own.french", preserves="meaning", languages=["fr"])
def french(text, rng, severity):
    """Speak French."""
    return text
'''
MODELS = """
CALLS = []
def constant(batch):
    CALLS.append(len(batch))
    return ["good"] * len(batch)
def afraid_of_marks(batch):
    return ["bad" if "!" in inputs["text"] else "good" for inputs in batch]
def afraid_of_not(batch):
    return ["bad" if "not" in inputs["text"] else "good" for inputs in batch]
def stumbles(batch):
    if any(inputs["text"] == "film 3" for inputs in batch):
        raise KeyError("film 3")
    return ["good"] * len(batch)
def short(batch):
    return ["good"] * (len(batch) - 1)
"""
SUITE = """
task: text-classification
model: {{python: "model:{model}"{version}}}
datasets:
  films: {{path: d.jsonl, language: en}}
checks:
  - expect: invariance
    perturbations: [own.mark, own.nothing, own.all, own.broken, own.french]
  - expect: direction
    perturbations: [own.turn]
  - expect: reference
    gates: [accuracy >= 0.5]
"""


@pytest.fixture
def cells(write: Callable[..., Path]) -> Callable[..., list[Cell]]:
    """Return a function from a model's name to the cells of the suite above."""

    def made(model: str, version: str = "") -> list[Cell]:
        rows = "".join(f'{{"id": {number + 1}, "text": "film {number}", "label": "good"}}\n' for number in range(40))
        write(d_dot_jsonl=rows, model_dot_py=MODELS, perturbations__own_dot_py=PACK)
        return list(plan(load_suite(write(s_dot_robust_dot_yaml=SUITE.format(model=model, version=version)))).cells)

    return made


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / ".albert_robust", "run")


def records(cells: list[Cell], workspace: Workspace) -> dict[str, CellRecord]:
    execution = execute(cells, workspace)
    assert execution.mistakes == {}
    return {
        cell.perturbation.split("@")[0] or "reference": judge(cell, execution.tallies["s", cell.id]) for cell in cells
    }


def test_a_constant_model_is_robust_and_useless(cells: Callable[..., list[Cell]], workspace: Workspace) -> None:
    found = records(cells("constant"), workspace)
    assert (found["own.mark"].verdict, found["own.turn"].verdict) == ("passed", "failed")
    assert found["own.turn"].measures["sensitivity"].value == 0


def test_a_model_that_looks_at_one_character_is_caught(cells: Callable[..., list[Cell]], workspace: Workspace) -> None:
    found = records(cells("afraid_of_marks"), workspace)["own.mark"]
    assert (found.verdict, found.counts.flipped, found.measures["flip rate"].value) == ("failed", 40, 1)
    assert found.measures["accuracy drop"].value == 1


def test_a_model_that_hears_a_negation_passes_a_direction(
    cells: Callable[..., list[Cell]], workspace: Workspace
) -> None:
    found = records(cells("afraid_of_not"), workspace)
    assert (found["own.turn"].verdict, found["own.mark"].verdict) == ("passed", "passed")


def test_an_answer_that_should_have_changed_has_no_quality(
    cells: Callable[..., list[Cell]], workspace: Workspace
) -> None:
    marked, turned = (cell for cell in cells("constant") if cell.perturbation in ("own.turn@2", "own.mark@2"))
    outcomes = execute([turned, marked], workspace).outcomes([turned, marked])
    assert {(case.cell, *case.quality_before, *case.quality_after) for case in outcomes} == {
        (marked.id, "accuracy", "accuracy"),
        (turned.id, "accuracy"),
    }


def test_a_variant_that_repeats_another_of_its_example_is_counted_once(
    cells: Callable[..., list[Cell]], workspace: Workspace
) -> None:
    planned = cells("constant")[:1]
    check = replace(planned[0].check, variants=3)
    execution = execute([replace(planned[0], check=check)], workspace)
    counts = execution.tallies["s", planned[0].id].counts
    assert (counts.selected, counts.tested, counts.unchanged) == (120, 40, 80)
    first, second, third = outcomes_of(execution)["s", planned[0].id][:3]
    assert (first.message, second.message, third.message) == ("", "it repeats variant 0", "it repeats variant 0")


def test_an_example_without_a_reference_tests_no_quality_and_is_not_asked(
    write: Callable[..., Path], workspace: Workspace
) -> None:
    rows = '{"text": "film 1", "label": "good"}\n{"text": "film 2", "label": null}\n'
    head = SUITE.format(model="constant", version="").partition("checks:")[0]
    suite = f"{head}checks:\n  - {{expect: reference, gates: [accuracy >= 0.5]}}\n"
    write(d_dot_jsonl=rows, model_dot_py=MODELS)
    execution = execute(plan(load_suite(write(s_dot_robust_dot_yaml=suite))).cells, workspace)
    [tally] = execution.tallies.values()
    assert (tally.counts.tested, tally.counts.rejected, execution.cost.predicted) == (1, 1, 1)


def test_each_case_is_counted_in_one_column(cells: Callable[..., list[Cell]], workspace: Workspace) -> None:
    found = records(cells("constant"), workspace)
    counts = {name: record.counts for name, record in found.items()}
    assert counts["own.nothing"].unchanged == 40
    assert counts["own.all"].rejected == 40
    assert counts["own.french"].not_applicable == 40
    assert (counts["own.broken"].error, counts["own.broken"].tested) == (4, 36)
    for one in counts.values():
        assert one.selected == one.not_applicable + one.unchanged + one.rejected + one.error + one.tested == 40


def test_nothing_tested_is_never_a_pass(cells: Callable[..., list[Cell]], workspace: Workspace) -> None:
    found = {name: record.verdict for name, record in records(cells("constant"), workspace).items()}
    assert [found[f"own.{name}"] for name in ("nothing", "all", "french", "broken")] == [
        "failed",
        "failed",
        "not applicable",
        "error",
    ]


def test_an_error_of_a_perturbation_names_it_and_its_example(
    cells: Callable[..., list[Cell]], workspace: Workspace
) -> None:
    reason = records(cells("constant"), workspace)["own.broken"].reason
    assert reason.startswith("4 of 40 cases are errors")
    assert reason.endswith("; example 1: own.broken@2 raises RuntimeError: boom (own.py:28)")


def test_an_exception_of_the_model_is_an_error_and_never_a_flip(
    cells: Callable[..., list[Cell]], workspace: Workspace
) -> None:
    found = records(cells("stumbles"), workspace)["own.mark"]
    assert (found.verdict, found.counts.error, found.counts.flipped) == ("error", 1, 0)
    assert found.reason.endswith("4: the original: the model raises KeyError: 'film 3' (model.py:12)")


def test_inputs_without_an_answer_are_counted_though_their_suite_ends_in_a_mistake(
    cells: Callable[..., list[Cell]], workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = cells("stumbles")
    monkeypatch.setattr(execute_module, "measure", lambda *_: 1 / 0)
    execution = execute(made, workspace)
    assert list(execution.mistakes) == ["s"]
    assert execution.cost.predicted - execution.cost.unanswered == execution.cost.unique_inputs - 1


def test_a_model_that_breaks_its_contract_is_a_mistake_of_the_suite(
    cells: Callable[..., list[Cell]], workspace: Workspace
) -> None:
    execution = execute(cells("short"), workspace)
    assert execution.tallies == {}
    assert "s.robust.yaml:3:1: the model returned" in str(execution.mistakes["s"])


def test_all_inputs_of_all_cells_are_asked_in_as_few_calls_as_can_be(
    cells: Callable[..., list[Cell]], workspace: Workspace
) -> None:
    # 40 originals, and 40 + 36 + 40 variants of the marked, dotted and negated cells; 64 a call.
    cost = execute(cells("constant"), workspace).cost
    assert (cost.unique_inputs, cost.predicted, cost.calls) == (156, 156, 3)


def test_a_second_run_of_a_versioned_model_asks_nothing_and_finds_the_same(
    cells: Callable[..., list[Cell]], tmp_path: Path
) -> None:
    versioned = cells("afraid_of_marks", ', version: "1"')
    first, second = (execute(versioned, Workspace(tmp_path / ".albert_robust", run)) for run in ("a", "b"))
    assert (first.cost.predicted, second.cost.predicted, second.cost.from_cache) == (156, 0, 156)
    assert outcomes_of(first) == outcomes_of(second)


def test_a_cell_alone_has_the_outcomes_that_it_has_among_others(
    cells: Callable[..., list[Cell]], workspace: Workspace
) -> None:
    planned = cells("afraid_of_marks")
    whole = outcomes_of(execute(planned, workspace))
    alone = outcomes_of(execute(planned[3:4], workspace))
    assert alone == {("s", planned[3].id): whole["s", planned[3].id]}


def test_an_answer_in_the_context_stays_as_it_is(write: Callable[..., Path], workspace: Workspace) -> None:
    row = '{"context": "Ada lived in London", "question": "Where?", "answers": ["London"]}\n'
    write(d_dot_jsonl=row, model_dot_py="def find(batch):\n    return [one['context'] for one in batch]\n")
    suite = load_suite(
        write(
            s_dot_robust_dot_yaml="task: question-answering\nmodel: {python: 'model:find'}\n"
            "datasets: {d: {path: d.jsonl, language: en}}\n"
            "checks:\n- {expect: invariance, perturbations: [typos.*], severities: [5], fields: [context],"
            " agreement: exact match, variants: 5}\n"
        )
    )
    outcomes = [one for group in outcomes_of(execute(plan(suite).cells, workspace)).values() for one in group]
    assert Counter(one.status for one in outcomes)["tested"] >= 10
    assert all("London" in one.variant["context"] for one in outcomes if one.variant)
