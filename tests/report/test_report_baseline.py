"""What the report says of cells beside their baseline."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from report_runs import SUITE, cell, outcome, run

from albert_robust.gate.comparing import absent
from albert_robust.report import render_html, render_json, render_markdown
from albert_robust.report.cells import SHOWN, worst_first
from albert_robust.report.view import page
from albert_robust.results.folder import keep, open_run
from albert_robust.results.records import ComparisonRecord, Standing
from albert_robust.results.run import Run
from albert_robust.scoring.statistics import Estimate


def comparison(verdict: Standing, drop: float) -> ComparisonRecord:
    return ComparisonRecord(
        verdict=verdict,
        reason=f"{verdict}: consistency",
        measure="consistency",
        test="McNemar",
        before=0.95,
        after=0.95 - drop,
        drop=Estimate(drop, drop - 0.03, drop + 0.04, 200),
        chance=0.001,
        adjusted=0.012,
        worse=("r/1",),
    )


def compared() -> Run:
    new = ComparisonRecord("new", "new: <b>no line</b>", "consistency")
    return run(
        cell(language="de", comparison=comparison("same", 0.0)),
        cell(language="fr", comparison=new),
        cell(language="en", verdict="failed", comparison=comparison("regressed", 0.1)),
        absent("reviews", "text-classification", "restaurants/typos.swap@2[en]"),
    )


def test_the_worst_stand_first_and_what_did_not_change_apart() -> None:
    found = page(compared()).beside
    assert found.told == "1 regressed, 1 missing, 1 new, 1 same"
    assert [row.mark.word for row in found.rows] == ["regressed", "missing", "new"]
    assert [row.mark.word for row in found.quiet] == ["same"]
    first = found.rows[0]
    shown = (first.before, first.after, first.drop, first.bounds, first.examples, first.chance)
    assert shown == ("0.950", "0.850", "0.100", "[0.070, 0.140]", "200", "0.012")


def test_what_regressed_stands_before_what_missed_its_gate_by_more() -> None:
    missed = cell("typos.swap@1", "failed", value=0.2)
    worse = cell("typos.swap@2", "failed", comparison=comparison("regressed", 0.1))
    assert worst_first([missed, worse]) == [worse, missed]


def test_the_page_has_a_table_and_marks_what_changed_in_the_matrix() -> None:
    html = render_html(compared())
    assert '<section id="baseline"' in html
    assert 'Beside <a href="#baseline">the baseline</a>: 1 regressed, 1 missing, 1 new, 1 same.' in html
    assert html.count('<span class="vh"> regressed</span>') == 1
    assert 'beside the baseline</span> <span class="mark failed">' in html
    assert '<span class="vh"> same</span>' not in html
    assert "<b>no line</b>" not in html
    assert "&lt;b&gt;no line&lt;/b&gt;" in html


def test_a_cell_that_is_missing_is_run_again_by_the_item_that_misses_it() -> None:
    assert "pytest &#34;suites/reviews.robust.yaml::baseline&#34;" in render_html(compared())


def test_without_a_baseline_the_page_has_no_word_of_it() -> None:
    plain = run(cell())
    assert 'id="baseline"' not in render_html(plain)
    assert "Baseline" not in render_markdown(plain)
    assert json.loads(render_json(plain))["cells"][0]["baseline"] is None


def test_markdown_and_json_say_it_too() -> None:
    markdown = render_markdown(compared())
    assert re.search(r"- \*\*regressed\*\* `.*` consistency 0\.850, was 0\.950; drop 0\.100", markdown)
    found = json.loads(render_json(compared()))["cells"][2]["baseline"]
    assert (found["verdict"], found["drop"]["examples"], found["adjusted_p"]) == ("regressed", 200, 0.012)


def test_a_run_folder_keeps_comparisons(tmp_path: Path) -> None:
    made = replace(compared(), cells=(compared().cells[2],))
    keep(made, tmp_path)
    assert open_run(tmp_path).cells[0].comparison == made.cells[0].comparison


def regressed(beside: str, known: int = 12) -> Run:
    """A cell whose first twelve examples fell short before, too, and whose last two are new."""
    found = replace(comparison("regressed", 0.1), worse=("r/13", "r/12"), known=known)
    made = replace(cell(verdict="failed"), comparison=found if beside == "comparison" else None, beside_first=found)
    cases = [outcome(made.cell, f"r/{place}") for place in range(14)]
    return run(made, outcomes=tuple(cases), suite=replace(SUITE, first_model="small"))


@pytest.mark.parametrize(
    ("beside", "told"), [("comparison", "in the baseline"), ("beside_first", "with small")], ids=["baseline", "models"]
)
def test_what_is_new_stands_before_what_was_so_before_and_is_marked(beside: str, told: str, tmp_path: Path) -> None:
    made = regressed(beside)
    (shown,) = page(made).attention
    assert [case.example for case in shown.cases] == ["r/13", "r/12", *(f"r/{place}" for place in range(SHOWN - 2))]
    assert [case.change for case in shown.cases] == ["new", "new", *[""] * (SHOWN - 2)]
    assert shown.since == f"2 of 14 examples that fall short are new: not so {told}; 12 fell short there, too."
    assert '<bdi class="id">r/13</bdi> <span class="badge">new</span>' in render_html(made)
    assert "  - example `r/13` **new**" in render_markdown(made)
    keep(made, tmp_path)
    assert render_html(open_run(tmp_path)) == render_html(made)


def test_where_nothing_is_new_that_is_said() -> None:
    found = replace(comparison("undecided", 0.0), worse=(), known=3)
    (shown,) = page(run(cell(verdict="failed", comparison=found))).attention
    assert shown.since == "None of 3 examples that fall short stood better in the baseline."


def test_an_output_in_markdown_is_a_code_span_and_no_literal_backticks() -> None:
    assert "    - output `positive` 0.97 → `negative` 0.61\n" in render_markdown(regressed("comparison"))
