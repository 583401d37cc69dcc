"""Models side by side in the report: a line a model, a row a cell, and what differs first."""

from dataclasses import replace

import pytest
from report_runs import SUITE, cell, estimate, outcome

from albert_robust.report.models import LONG_SETTING, MANY, ModelTable, model_tables
from albert_robust.report.render import render_html, render_markdown
from albert_robust.report.verdicts import MODELS
from albert_robust.results.records import CellRecord, ComparisonRecord, Standing, SuiteRecord
from albert_robust.results.run import Run
from albert_robust.scoring.statistics import Estimate

DROP = Estimate(0.125, 0.05, 0.25, 40)


def model(name: str, first: str = "small") -> SuiteRecord:
    return replace(SUITE, name=f"reviews::{name}", model_name=name, model=f"python: m:{name}", first_model=first)


def beside(verdict: Standing, measure: str = "consistency") -> ComparisonRecord:
    return ComparisonRecord(verdict, "", measure, drop=DROP)


def ran(small: list[CellRecord], large: list[CellRecord]) -> Run:
    cells = [replace(one, suite="reviews::small") for one in small]
    cells += [replace(one, suite="reviews::large") for one in large]
    return Run((model("small"), model("large")), tuple(cells))


def table(small: list[CellRecord], large: list[CellRecord]) -> ModelTable:
    (found,) = model_tables(ran(small, large))
    return found


def test_a_model_is_a_line_with_its_means_and_how_it_stands() -> None:
    good = cell("", expectation="reference", gates=(), measures={"accuracy": estimate(0.75)})
    bad = replace(good, measures={"accuracy": estimate(0.5)}, beside_first=beside("regressed", "accuracy"))
    found = table(
        [cell(value=0.9), cell("case.upper", value=0.8), good],
        [cell(value=1.0, beside_first=beside("improved")), cell("case.upper", "failed", value=0.8), bad],
    )
    assert found.measures == ("consistency", "accuracy")
    assert [(row.name, row.what, row.passed, row.means, row.told) for row in found.models] == [
        ("small", "python: m:small", "3 of 3", ("0.85", "0.75"), ""),
        ("large", "python: m:large", "2 of 3", ("0.90", "0.50"), "1 better, 1 worse"),
    ]
    assert [row.answer for row in found.models] == ["yes", "no"]
    marks = [[one and one.standing for one in row.cells] for row in found.rows]
    assert marks == [[None, MODELS["improved"]], [None, None], [None, MODELS["regressed"]]]


def test_models_are_told_apart_by_the_settings_that_differ() -> None:
    plain, strict = (
        {"prompt": f"Judge {{text}}{end}", "settings": '{"temperature": 0}'} for end in ("", " in one word.")
    )
    run = Run(
        (replace(model("plain", "plain"), settings=plain), replace(model("strict", "plain"), settings=strict)), ()
    )
    (found,) = model_tables(run)
    assert [row.what for row in found.models] == [
        "python: m:plain, prompt: Judge {text}",
        "python: m:strict, prompt: Judge {text} in one word.",
    ]


def test_models_that_differ_in_a_long_prompt_alone_show_where_it_differs() -> None:
    long = "Answer from the passages. " * 40
    plain, strict = (
        replace(model(name, "plain"), model="endpoint: x", settings={"system": f"{long}{end}"})
        for name, end in (("plain", "Be kind."), ("strict", "Be brief."))
    )
    (found,) = model_tables(Run((plain, strict), ()))
    assert [row.what[-9:] for row in found.models] == [" Be kind.", "Be brief."]
    assert all(row.what.startswith("system: \u2026") and len(row.what) < 2 * LONG_SETTING for row in found.models)


def test_measures_with_a_gate_come_first() -> None:
    plain = cell("", expectation="reference", gates=(), measures={"bleu": estimate(0.5)})
    first = replace(plain, beside_first=beside("same", "bleu"))
    assert table([plain, cell()], [first, cell()]).measures == ("consistency", "bleu")


def test_a_setting_that_one_model_lacks_tells_them_apart() -> None:
    run = Run((replace(model("plain", "plain"), settings={"system": "Be brief."}), model("strict", "plain")), ())
    (found,) = model_tables(run)
    assert [row.what for row in found.models] == ["python: m:plain, system: Be brief.", "python: m:strict"]


def test_a_cell_says_how_far_apart_they_are() -> None:
    found = table([cell()], [cell(beside_first=beside("regressed"))])
    second = found.rows[0].cells[1]
    assert second is not None
    assert "-0.125 [-0.250, -0.050] beside the first" in second.title


def test_a_cell_that_a_model_lacks_has_no_value() -> None:
    found = table([cell()], [cell("case.upper")])
    assert [[one is not None for one in row.cells] for row in found.rows] == [[True, False], [False, True]]


def test_of_many_cells_those_that_differ_come_first() -> None:
    names = [f"typos.swap@{n}" for n in range(MANY + 1)]
    small = [cell(name) for name in names]
    large = [cell(name, beside_first=beside("regressed" if name == names[7] else "same")) for name in names]
    found = table(small, large)
    assert [row.name for row in found.rows] == [small[7].cell]
    assert len(found.quiet) == MANY
    assert not table(small[:-1], large[:-1]).quiet


def test_cells_that_differ_show_examples_with_what_both_models_said() -> None:
    name = cell().cell
    kept = [outcome(name, f"r/{n}", suite="reviews::small", after="positive", agreement=1.0) for n in range(5)]
    lost = [outcome(name, f"r/{n}", suite="reviews::large", agreement=float(n < 3)) for n in range(5)]
    run = replace(ran([cell()], [cell(beside_first=beside("regressed"))]), outcomes=(*kept, *lost))
    (found,) = model_tables(run)[0].partings
    assert (found.cell, found.first, found.model, found.mark.word) == (name, "small", "large", "worse than small")
    said = [(one.example, one.after and one.after.text, other.after and other.after.text) for one, other in found.cases]
    assert said == [("r/3", "positive", "negative"), ("r/4", "positive", "negative")]
    assert "examples in which they differ" in render_html(run)


def test_reference_checks_differ_by_the_quality_that_they_are_compared_by() -> None:
    check = cell("", expectation="reference", gates=(), measures={"token f1": estimate(0.5)})
    right = {"token f1": 0.5, "labs": 0.9}
    kept = outcome(check.cell, "r/1", suite="reviews::small", quality_before=right)
    same = outcome(check.cell, "r/1", suite="reviews::large", quality_before=right)
    lost = replace(same, quality_before={"token f1": 0.0, "labs": 0.9})
    cells = ran([check], [replace(check, beside_first=beside("regressed", "token f1"))])
    for other, shown in ((same, 0), (lost, 1)):
        (found,) = model_tables(replace(cells, outcomes=(kept, other)))[0].partings
        assert len(found.cases) == shown


def test_cells_that_differ_by_another_quality_show_examples_of_that() -> None:
    name = cell().cell
    kept = [outcome(name, f"r/{n}", suite="reviews::small", agreement=1.0, quality_after={"accuracy": 1}) for n in "01"]
    other = {"agreement": 0.0, "quality_after": {"accuracy": 1.0}}
    lost = [outcome(name, "r/0", suite="reviews::large", **other), replace(kept[1], suite="reviews::large")]
    lost[1].quality_after = {"accuracy": 0.0}
    run = replace(ran([cell()], [cell(beside_first=beside("regressed", "accuracy"))]), outcomes=(*kept, *lost))
    (table,) = model_tables(run)
    assert [one.example for one, _ in table.partings[0].cases] == ["r/1"]
    assert table.rows[0].cells[1] is not None
    assert "accuracy -0.125 [-0.250, -0.050] beside the first" in table.rows[0].cells[1].title


def test_one_model_a_file_has_no_table() -> None:
    assert model_tables(Run((SUITE,), (cell(),))) == ()
    assert "Models side by side" not in render_html(Run((SUITE,), (cell(),)))


def test_both_reports_have_the_table_and_escape_what_a_suite_says() -> None:
    run = ran([cell()], [cell(beside_first=beside("improved"))])
    hostile = replace(run, suites=(replace(run.suites[0], model="<b>|x"), run.suites[1]))
    page = render_html(hostile)
    assert "&lt;b&gt;|x" in page
    assert "<b>|x" not in page
    lines = render_markdown(run).splitlines()
    start = lines.index("### Models side by side")
    assert lines[start + 4 : start + 8] == [
        "| model | may ship | passed | beside `small` | consistency | ",
        "| --- | --- | --- | --- | ---: |",
        "| `small` | yes | 1 of 1 |  | 0.97 | ",
        "| `large` | yes | 1 of 1 | 1 better | 0.97 | ",
    ]


@pytest.mark.parametrize("verdict", ["same", "undecided", "incomparable"])
def test_what_shows_no_difference_has_no_mark(verdict: Standing) -> None:
    (row,) = table([cell()], [cell(beside_first=beside(verdict))]).rows
    assert not row.differs
