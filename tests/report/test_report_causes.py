"""The first screen: why cells did not pass, a line for each cause, and what to do."""

from dataclasses import replace

import pytest
from report_runs import SUITE, cell, estimate, outcome, run

from albert_robust.report import render_html, render_markdown
from albert_robust.report.causes import LINES, LINKS, causes
from albert_robust.results.records import CellRecord, ComparisonRecord, MemberRecord, Verdict


def failed(language: str, value: float, perturbation: str = "case.upper", verdict: Verdict = "failed") -> CellRecord:
    return cell(perturbation, verdict, language=language, value=value)


def test_cells_of_one_perturbation_are_one_line_with_what_they_came_to_and_their_gate() -> None:
    cells = [failed("en", 0.47), failed("de", 0.65), cell("case.upper", language="fr"), cell("typos.swap@1", "failed")]
    flips = [outcome(cells[place].cell, f"r/{n}") for place in (0, 1) for n in range(3)]
    line, other = causes(run(*cells, outcomes=tuple(flips))).lines
    assert (line.name, line.where) == ("case.upper", "2 of 3 languages")
    assert [name for _, name in line.links] == ["en", "de"]
    assert line.told == "consistency 0.47 to 0.65, gate >= 0.9; positive \u2192 negative 6 times"
    assert (other.name, other.where, other.told) == (cells[3].cell, "", cells[3].reason)


def test_cells_with_another_verdict_are_a_line_of_their_own() -> None:
    lines = causes(run(failed("en", 0.5), failed("de", 0.88, verdict="inconclusive"))).lines
    assert [line.mark.word for line in lines] == ["failed", "inconclusive"]


def test_over_datasets_or_both_their_names_tell_cells_apart() -> None:
    one, other = (cell("case.upper", "failed", dataset=name) for name in ("restaurants", "products"))
    (line,) = causes(run(one, other)).lines
    assert (line.where, [name for _, name in line.links]) == ("2 of 2 datasets", ["restaurants", "products"])
    (line,) = causes(run(one, replace(other, language="de", cell="products/case.upper[de]"))).lines
    assert (line.where, [name for _, name in line.links]) == ("2 of 2 cells", ["restaurants[en]", "products[de]"])


def test_what_became_worse_says_from_what_behind_its_value_and_gate() -> None:
    beside = ComparisonRecord("regressed", "", "consistency", before=0.9, after=0.5)
    made = replace(failed("en", 0.5), comparison=beside)
    found = causes(run(made))
    assert found.lines[0].told == "consistency 0.50, gate >= 0.9; was 0.90 in the baseline"
    assert found.steps[0].code == "pytest --robust-baseline-update"
    fine = replace(made, gates=(replace(made.gates[0], verdict="passed"),))
    assert causes(run(fine)).lines[0].told == "consistency 0.50, was 0.90 in the baseline"


def test_errors_do_not_hide_failures_and_the_rest_is_counted() -> None:
    errors = [cell(f"e.e@{place}", "error", gates=()) for place in range(1, 6)]
    failures = [cell(f"f.f@{place}", "failed", value=place / 10) for place in range(1, 6)]
    found = causes(run(*failures, *errors))
    assert [line.mark.word for line in found.lines] == ["error"] * 2 + ["failed"] * 4
    assert found.lines[2].name == "restaurants/f.f@1[en]"
    assert (len(found.lines), found.more) == (LINES, 4)


def test_a_gap_of_a_cell_that_failed_is_no_line_of_its_own() -> None:
    bad, good = failed("en", 0.5), cell("case.upper", language="de")
    members = tuple(MemberRecord(one.cell, one.language, "consistency", estimate(0.5), 40) for one in (bad, good))
    gap = cell("case.upper", "inconclusive", across="languages", members=members, language="")
    found = causes(run(bad, good, gap))
    assert ([line.name for line in found.lines], found.more) == ([bad.cell], 1)
    assert [line.name for line in causes(run(cell("case.upper"), good, gap)).lines] == [gap.cell]


def test_the_links_of_a_line_are_bounded() -> None:
    (line,) = causes(run(*(failed(f"x{place}", 0.5) for place in range(LINKS + 3)))).lines
    assert (len(line.links), line.where) == (LINKS, f"{LINKS + 3} of {LINKS + 3} languages")


@pytest.mark.parametrize(
    ("verdict", "about"),
    [
        ("error", ["Error"]),
        ("failed", ["Failed", "Known", "Train"]),
        ("inconclusive", ["Inconclusive"]),
        ("not tested", ["Not tested"]),
        ("known failure", []),
        ("passed", []),
    ],
)
def test_each_kind_of_cell_has_its_steps(verdict: Verdict, about: list[str]) -> None:
    assert [step.about for step in causes(run(cell(verdict=verdict))).steps] == about


def test_a_model_behind_an_endpoint_is_not_trained() -> None:
    suite = replace(SUITE, model="endpoint: http://localhost, model: m")
    assert [step.about for step in causes(run(cell(verdict="failed"), suite=suite)).steps] == ["Failed", "Known"]


def test_both_reports_say_it_first_and_escape_it() -> None:
    made = run(failed("en", 0.47), failed("de", 0.65))
    html, markdown = render_html(made), render_markdown(made)
    assert html.index("What to do") < html.index('id="suites"')
    assert "- **failed** `case.upper` in 2 of 2 languages (en, de): `consistency 0.47 to 0.65, gate >= 0.9`" in markdown
    order = ["### What did not pass", "### What to do", "### Cells", "| suite | task |"]
    assert [markdown.index(part) for part in order] == sorted(markdown.index(part) for part in order)
    hostile = replace(failed("en", 0.5), gates=(), reason="<b>x</b>")
    assert "<b>x</b>" not in render_html(run(hostile))
