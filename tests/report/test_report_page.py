"""The page: what it answers, what it never does, and who may change it."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from report_runs import SUITE, aligned_run, alignment, cell, estimate, failed_run, outcome, run

from albert_robust.errors import InputError, UsageError
from albert_robust.gate.doubts import contrast
from albert_robust.report import render_html, render_json, render_markdown, write_report
from albert_robust.report.cells import worst_first
from albert_robust.report.matrix import matrices
from albert_robust.report.view import banner, page
from albert_robust.results.alignment_records import recorded
from albert_robust.results.cases import CaseAlignment
from albert_robust.results.failures import rerun_command
from albert_robust.results.records import Counts, DataRecord, Verdict
from albert_robust.results.run import Run
from albert_robust.scoring.statistics import NOTHING
from albert_robust.show import describe_run

NO_COUNTS = Counts(5, 0, 5, 0, 0, 0, 0)
ATTACKS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</textarea><script>alert(1)</script>",
    "<!--<script>alert(1)//-->",
    "--><img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<img/src/onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x>",
    "<svg><script>alert&#40;1&#41;</script>",
    "<math><mi xlink:href='javascript:alert(1)'>x",
    "<iframe src=javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=jav&#x0A;ascript:alert(1)>x</a>",
    "javascript:alert(1)",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "` onmouseover=`alert(1)",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    "x' autofocus onfocus='alert(1)",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<link rel=stylesheet href=http://evil.example/x.css>",
    "<meta http-equiv=refresh content='0;url=http://evil.example'>",
    "<base href=http://evil.example/>",
    "<form action=http://evil.example><input name=x>",
    "{{ 7*7 }}{% raw %}",
    "${alert(1)}",
    "<ſcript>alert(1)</ſcript>",
    "\u202e<script>\ud800alert(1)</script>\x00",
    "<scr\x00ipt>alert(1)</scr\x00ipt>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]


class Parsed(HTMLParser):
    """The elements, attributes and text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.text = ""
        self.headings: list[int] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile_run(attack: str) -> Run:
    made = replace(
        cell(attack, "failed", language=attack, dataset=attack, contract=f"preserves {attack}", reason=attack),
        suite=attack,
        watched="",
    )
    case = outcome(
        made.cell,
        attack,
        suite=attack,
        language=attack,
        original={"text": attack},
        variant={"text": attack * 2},
        changes=(),
        references=(attack,),
        before=attack,
        after=attack + "!",
        scores_before={attack: 0.5},
        scores_after={attack: 0.4},
        message=attack,
        quality_before={attack: 1.0},
        quality_after={attack: 0.0},
    )
    suite = replace(
        SUITE, name=attack, path=attack, description=attack, model=attack, identity=attack, datasets={attack: attack},
        signature=attack,
    )  # fmt: skip
    reference = replace(
        cell("", "error", expectation="reference", dataset=attack, reason=attack),
        suite=attack,
        measures={attack: estimate(0.5)},
    )
    passed = replace(cell("a.b@1"), suite=attack, cell=attack, reason=attack)
    tokens = recorded(alignment([attack, attack], [attack]))
    aligned = CaseAlignment(attack, made.cell, attack, 0, "original", replace(tokens, signature=attack))
    return Run((suite,), (made, reference, passed), (case,), {attack: attack}, {attack: 1.0}, (aligned,))


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_of_a_run_becomes_markup(attack: str) -> None:
    harmless, hostile = Parsed(render_html(hostile_run("harmless"))), Parsed(render_html(hostile_run(attack)))

    assert set(hostile.elements) <= set(harmless.elements) | {"span"}
    assert hostile.elements.count("script") == hostile.elements.count("style") == 1
    known = {(tag, name) for tag, name, _ in harmless.attributes} | {("span", "title"), ("span", "class")}
    assert {(tag, name) for tag, name, _ in hostile.attributes} <= known
    for _, name, value in hostile.attributes:
        if name in ("href", "src"):
            assert value is not None
            assert value.startswith(("#", "data:,"))


@pytest.mark.parametrize("attack", ["<script>alert(1)</script>", "{{ 7*7 }}"])
def test_hostile_text_is_shown_as_it_is(attack: str) -> None:
    assert attack in Parsed(render_html(hostile_run(attack))).text


def test_direction_controls_are_badges_everywhere_in_the_page() -> None:
    html = render_html(hostile_run("abc\u202edef\u2066\u200b"))

    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b]", html)
    assert '<span class="cp" title="right-to-left override">U+202E</span>' in html


def test_texts_choose_their_own_direction_apart_from_their_neighbours() -> None:
    html = render_html(failed_run(original={"text": "كان رائعا"}, variant={"text": "كان رائعاا"}, changes=()))

    assert '<bdi class="text" dir="auto" lang="en">' in html


def test_the_page_loads_nothing() -> None:
    html = render_html(failed_run())

    resources = [
        value for _, name, value in Parsed(html).attributes if name in ("src", "href", "srcset", "action", "data")
    ]
    assert all(value is not None and value.startswith(("#", "data:,")) for value in resources)
    assert "http" not in html.replace("http-equiv", "")
    assert "url(" not in html
    assert "@import" not in html


def test_the_policy_of_the_page_allows_its_own_script_and_style_alone() -> None:
    html = render_html(failed_run())
    policy = next(
        value for _, name, value in Parsed(html).attributes if name == "content" and value and "default-src" in value
    )

    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        inlined = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert len(inlined) == 1
        digest = base64.b64encode(hashlib.sha256(inlined[0].encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_same_run_gives_the_same_bytes() -> None:
    assert render_html(failed_run()) == render_html(failed_run())
    assert render_markdown(failed_run()) == render_markdown(failed_run())
    assert render_json(failed_run()) == render_json(failed_run())


@pytest.mark.parametrize(
    ("verdicts", "answer"),
    [
        (["passed", "passed"], "yes"),
        (["passed", "not applicable"], "yes"),
        (["passed", "measured"], "yes"),
        (["passed", "inconclusive"], "undecided"),
        (["passed", "inconclusive", "failed"], "no"),
        (["passed", "error"], "no"),
        ([], "nothing"),
    ],
)
def test_the_first_line_answers_whether_the_model_may_ship(verdicts: list[Verdict], answer: str) -> None:
    assert banner([cell(f"a.b@{place}", verdict) for place, verdict in enumerate(verdicts)]).answer == answer


@pytest.mark.parametrize("verdicts", [["passed"], ["failed", "passed"], []])
def test_a_suite_that_could_not_be_run_is_no_pass_and_says_why(verdicts: list[Verdict]) -> None:
    cells = [cell(f"a.b@{place}", verdict) for place, verdict in enumerate(verdicts)]
    found = banner(cells, {"other": "other.robust.yaml:2:1: no model\n  name <one>"})
    assert found.answer == "no"
    assert found.explanation.startswith("1 suite could not be run")
    broken = Run((), tuple(cells), mistakes={"other": "other.robust.yaml:2:1: no model\n  name <one>"})
    assert "name &lt;one&gt;" in render_html(broken)
    assert "other.robust.yaml:2:1: no model name <one>" in render_markdown(broken)
    assert json.loads(render_json(broken))["mistakes"].keys() == {"other"}


def test_known_failures_are_no_gates_that_are_met() -> None:
    assert banner([cell("a.b@1")]).explanation == "The one cell that applies passed."
    found = banner([cell("a.b@1"), cell("a.b@2", "known failure")])
    assert (found.answer, found.headline) == ("yes", "Yes: every gate that can fail the run is met")


def test_gated_measures_of_reference_checks_come_first_and_the_others_are_folded() -> None:
    gate = replace(cell().gates[0], gate="grounded >= 0.7", measure="grounded", bound=0.7, verdict="passed")
    measures = {name: estimate(0.8) for name in ("rouge", "bleu", "grounded")}
    checked = cell("", expectation="reference", measures=measures, gates=(gate,))
    (table,) = page(run(checked)).references
    assert (table.measures, table.gated) == (("grounded", "rouge", "bleu"), 1)
    first = table.rows[0].values[0]
    assert first is not None
    assert (first.value, first.gate, first.mark and first.mark.word) == ("0.800", ">= 0.7", "passed")
    html = render_html(run(checked))
    assert html.index(">grounded</th>") < html.index("2 more without a gate") < html.index(">rouge</th>")
    assert "0.800 \\[0.750, 0.850\\], gate &gt;= 0.7 passed" in render_markdown(run(checked))


def test_without_a_gate_no_measure_is_folded() -> None:
    assert "more without a gate" not in render_html(run(cell("", expectation="reference", gates=())))


@pytest.mark.parametrize("check", ["", "reviews", "my-reviews"])
def test_a_check_that_is_named_like_its_dataset_has_rows_of_its_own(check: str) -> None:
    made = cell("a.b@1")
    named = replace(made, cell=f"{check}/{made.cell}" if check else made.cell, verdict="failed")
    (matrix,) = matrices([made, replace(named, dataset=made.dataset)])
    rows = [(row.check, row.name) for row in matrix.blocks[0].rows]
    assert rows == list(dict.fromkeys([("", "a.b@1"), (check, "a.b@1")]))


def test_nothing_tested_is_no_pass() -> None:
    found = banner([cell(counts=NO_COUNTS)])

    assert found.answer == "nothing"
    assert "says nothing" in found.explanation


def test_a_run_without_any_gate_is_no_pass() -> None:
    found = banner([cell(verdict="measured", gates=())])  # the gate is of several cells, and was not selected
    assert (found.answer, found.explanation.partition(":")[0]) == ("undecided", "No cell here has a gate")


def test_a_gate_that_was_not_measured_does_not_put_its_cell_before_worse_ones() -> None:
    near, far = cell("f.f@1", "failed", value=0.8), cell("f.f@2", "failed", value=0.2)
    unmeasured = replace(near.gates[0], gate="consistency at 2 >= 0.9", measure="consistency at 2", estimate=NOTHING)
    assert worst_first([replace(near, gates=(*near.gates, unmeasured)), far])[0] == far


def test_the_worst_cells_of_several_suites_name_theirs() -> None:
    made = replace(run(cell(verdict="failed")), suites=(SUITE, replace(SUITE, name="questions")))
    assert '<span class="quiet sub"><bdi>reviews</bdi></span>' in render_html(made)
    assert '<span class="quiet sub"><bdi>reviews</bdi></span>' not in render_html(run(cell(verdict="failed")))


def test_the_card_of_a_suite_says_what_its_model_is_told() -> None:
    told = replace(SUITE, settings={"prompt": "Judge <b>this</b>:\n{text}", "system": "x" * 3_000})
    facts = dict(page(Run((told,), (cell(),))).suites[0].facts)
    assert facts["prompt"] == "Judge <b>this</b>:\n{text}"
    assert len(facts["system"]) < 2_100
    assert "Judge &lt;b&gt;this&lt;/b&gt;:\n{text}" in render_html(Run((told,), (cell(),)))


def test_a_constant_model_gets_a_warning() -> None:
    still = cell("typos.swap@1", value=1.0)
    deaf = cell("meaning.negate", "failed", value=1.0, expectation="direction", contract="alters polarity")

    assert "may be ignoring its input" in render_html(run(still, deaf))
    assert "may be ignoring its input" in render_markdown(run(still, deaf))


def test_a_sensitive_model_gets_no_warning() -> None:
    still = cell("typos.swap@1", value=1.0)
    listens = cell("meaning.negate", value=0.1, expectation="direction", contract="alters polarity")

    assert page(run(still, listens)).suites[0].warnings == ()


def test_one_output_for_all_inputs_gets_a_warning() -> None:
    group = tuple(
        outcome(
            cell().cell, f"r/{place}", original={"text": str(place)}, references=(str(place % 2),), after="positive"
        )
        for place in range(30)
    )

    assert "one and the same output" in page(run(cell(), outcomes=group)).suites[0].warnings[0]


def test_many_repeated_examples_get_a_warning_and_few_do_not() -> None:
    many, few = (replace(SUITE, data={"films": DataRecord(40, different, "")}) for different in (35, 36))
    told = "Only 35 of the 40 examples of 'films' are different: each repeat counts as one more"
    assert [one.startswith(told) for one in page(replace(run(cell()), suites=(many,))).suites[0].warnings] == [True]
    assert page(replace(run(cell()), suites=(few,))).suites[0].warnings == ()


def test_labels_of_other_names_than_the_datas_get_a_warning() -> None:
    wrong = {"quality_before": {"accuracy": 0.0}, "references": ("POSITIVE",), "before": "positive"}
    group = [outcome(cell().cell, f"r/{place}", original={"text": str(place)}, **wrong) for place in range(30)]
    made = replace(run(cell(), outcomes=tuple(group)), cost={"predicted": 30, "from_cache": 0, "spared": 0})
    assert "The model says 'positive', the data say 'POSITIVE'" in page(made).suites[0].warnings[0]
    assert describe_run(made, shown=0)[0].startswith("warning      reviews: No original got its expected label.")
    right = replace(group[0], quality_before={"accuracy": 1.0})
    assert page(run(cell(), outcomes=(right, *group[1:]))).suites[0].warnings == ()


def test_a_suite_that_never_asks_for_change_says_so() -> None:
    assert "could pass" in page(run(cell())).suites[0].note
    assert page(run(cell(), cell("", expectation="reference"))).suites[0].note == ""  # a constant model would not


def test_a_suite_that_asks_only_for_right_answers_does_not_need_to() -> None:
    assert page(run(cell("", expectation="reference"))).suites[0].note == ""


def test_a_failure_is_shown_with_its_edits_outputs_and_command() -> None:
    html = render_html(failed_run())

    assert "the foo<del>d</del> was great" in html
    assert "the foo<ins>f</ins> was great" in html
    text = Parsed(html).text
    for shown in ("r/1", "positive", "0.97", "negative", "0.61"):
        assert shown in text
    assert 'pytest "suites/reviews.robust.yaml::restaurants/typos.keyboard@2[en]" --robust-seed 0' in text


def test_an_empty_output_is_shown_as_one() -> None:
    assert '<span class="quiet">(empty)</span>' in render_html(failed_run(after=""))
    assert "→ (empty)" in render_markdown(failed_run(after=""))


def test_a_cell_shows_ten_failures_and_counts_the_rest() -> None:
    found = cell(verdict="failed")
    group = tuple(outcome(found.cell, f"r/{place:02}") for place in range(25))

    html = render_html(run(found, outcomes=group))

    assert html.count('<li class="case">') == 10
    assert "25 changed outputs; 10 shown" in html
    assert "15 more in outcomes.parquet" in html


def test_what_labels_most_often_became_is_told_the_most_frequent_first() -> None:
    found = cell(verdict="failed")
    labels = ["neutral", *["negative"] * 3, *map(str, range(9))]
    group = tuple(outcome(found.cell, f"r/{place:02}", after=after) for place, after in enumerate(labels))

    moves = page(run(found, outcomes=group)).attention[0].moves

    assert moves[0] == ("positive", "negative", 3)
    assert len(moves) == 5
    assert "original → variant, most often" in render_html(run(found, outcomes=group))


def test_passed_cells_show_no_examples() -> None:
    found = cell()

    assert '<li class="case">' not in render_html(run(found, outcomes=(outcome(found.cell),)))


def test_a_direction_cell_shows_outputs_that_stayed() -> None:
    found = cell("meaning.negate", "failed", expectation="direction", contract="alters polarity")
    group = (outcome(found.cell, "changed"), outcome(found.cell, "stayed", agreement=1.0, after="positive"))

    shown = page(run(found, outcomes=group)).attention[0].cases

    assert [case.example for case in shown] == ["stayed"]


@pytest.mark.parametrize(("watched", "shown"), [("neutral", "neutral 0.02"), ("", "positive 0.38")])
def test_a_probability_that_should_move_is_shown_beside_the_answer(watched: str, shown: str) -> None:
    held = {"right direction": estimate(0.4)}
    found = cell("own.complaint", "failed", expectation="direction", measures=held, watched=watched)
    scores = {"positive": 0.38, "neutral": 0.02, "negative": 0.6}
    made = run(found, outcomes=(outcome(found.cell, agreement=1.0, scores_after=scores),))

    text = " ".join(Parsed(render_html(made)).text.split())

    assert f"negative 0.60 {shown}" in text
    assert "Direction: the output should move as the check says. Shown: right direction" in text
    assert "1 outputs that did not move as they should" in text
    assert re.search(f"negative.* 0.60 .*{shown.split()[0]}.* {shown.split()[1]}", render_markdown(made))


def test_a_case_says_whether_the_answer_moved_as_it_should_and_not_that_two_labels_agree() -> None:
    held = {"right direction": estimate(0.4)}
    found = cell("own.complaint", "failed", expectation="direction", measures=held)
    wrong = outcome(found.cell, agreement=1.0, after="neutral", quality_after={})
    (case,) = page(run(found, outcomes=(wrong,))).attention[0].cases
    assert case.figures == (("right direction", "0.00"),)


def test_an_error_is_shown_first_and_with_its_message() -> None:
    found = cell(verdict="error")
    broken = outcome(
        found.cell, "broken", status="error", before=None, after=None, agreement=None, message="out of memory"
    )

    shown = page(run(found, outcomes=(outcome(found.cell), broken))).attention[0]

    assert shown.cases[0].message == "out of memory"
    assert shown.heading == "1 error and 1 changed outputs"


def test_a_long_text_is_shortened_and_whole_on_demand() -> None:
    text = "word " * 300
    html = render_html(failed_run(original={"text": text + "end"}, variant={"text": text + "fin"}, changes=()))

    assert "whole text with its edits" in html


def test_a_case_whose_score_was_taken_apart_shows_which_tokens_matched() -> None:
    html = render_html(aligned_run(["the", "cat"], ["a", "cat"]))

    assert "<summary>which tokens matched</summary>" in html
    assert 'aria-label="Which tokens matched: output for the variant and output for the original"' in html
    assert html.count('<svg class="alignment" role="img"') == 1


def test_a_case_of_another_variant_shows_no_tokens() -> None:
    made = aligned_run(["a"], ["b"])
    html = render_html(replace(made, alignments=(replace(made.alignments[0], replicate=1),)))

    assert "which tokens matched" not in html


def test_the_names_in_a_page_of_many_pictures_are_unique() -> None:
    made = aligned_run(["a"], ["b"])
    second = outcome(made.cells[0].cell, "r/2")
    again = replace(made.alignments[0], example="r/2")
    html = render_html(replace(made, outcomes=(*made.outcomes, second), alignments=(*made.alignments, again)))

    names = re.findall(r' id="([^"]*)"', html)
    assert len(names) == len(set(names))


def test_a_page_with_pictures_loads_nothing_and_has_one_style() -> None:
    html = render_html(aligned_run(["the", "cat"], ["a", "cat"]))

    assert "http" not in html.replace("http-equiv", "")
    assert "url(" not in html
    assert html.count("<style") == 1
    assert "style=" not in html.replace("style-src", "")


def test_links_from_the_matrix_lead_to_cells() -> None:
    cells = [cell("a.b@1"), cell("a.b@2", "failed"), cell("a.b@3", "not applicable")]

    attributes = Parsed(render_html(run(*cells))).attributes

    targets = {value for _, name, value in attributes if name == "id"}
    links = {str(value)[1:] for _, name, value in attributes if name == "href" and str(value).startswith("#")}
    assert links <= targets


def test_headings_are_in_order() -> None:
    levels = Parsed(render_html(run(cell(), cell("a.b@1", "failed"), cell("", expectation="reference")))).headings

    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_has_a_name_and_scoped_headers() -> None:
    html = render_html(run(cell(), cell("a.b@1", "failed"), cell("", expectation="reference")))

    assert not re.search(r"<th(?![^>]*scope=)[ >]", html)
    assert html.count("<table") == html.count("<caption")
    labels = re.findall(r'role="(?:region|group)" aria-label="([^"]*)"', html)
    assert len(set(labels)) == len(labels) == html.count("<table")


def test_a_command_is_quoted_for_the_shell() -> None:
    assert rerun_command("a b.robust.yaml::x/y[en]", 0) == 'pytest "a b.robust.yaml::x/y[en]" --robust-seed 0'
    assert rerun_command("$(rm -rf ~).robust.yaml::x", 5) == "pytest '$(rm -rf ~).robust.yaml::x' --robust-seed 5"


def test_markdown_keeps_hostile_text_in_code_on_one_line() -> None:
    attack = "| x |\n# y\n```\n<img src=x> @everyone [a](http://b)"

    markdown = render_markdown(hostile_run(attack))

    assert not re.search(r"^(# y|```$)", markdown, re.MULTILINE)
    spans = re.sub(r"(`+).*?\1(?!`)", "", markdown)
    assert "<img" not in spans
    assert "\n| x |" not in markdown


def test_the_summary_is_ascii_json_without_the_texts() -> None:
    content = render_json(hostile_run("\u202e\ud800é"))

    assert content.isascii()
    found = json.loads(content)
    assert found["answer"] == "no"
    assert found["verdicts"]["failed"] == 1
    assert found["cells"][0]["measures"]["consistency"]["examples"] == 40


def test_the_report_is_written_beside_the_run_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = write_report(hostile_run("\ud800"), str(tmp_path / "robustness-report"))

    assert path.name == "index.html"
    assert path.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert [file.name for file in path.parent.iterdir()] == ["index.html"]


def test_a_users_template_goes_before_ours_and_is_as_safe(tmp_path: Path) -> None:
    (tmp_path / "report.html.j2").write_text('<p title="{{ page.suites[0].name }}">{{ page.suites[0].name }}</p>')

    html = render_html(hostile_run('"<b>\u202e'), [tmp_path])

    assert html == '<p title="&#34;&lt;b&gt;&lt;U+202E&gt;">&#34;&lt;b&gt;&lt;U+202E&gt;</p>'


def test_a_users_style_sheet_alone_can_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "report.css").write_text("body { color: teal }")

    html = render_html(failed_run(), [tmp_path])

    assert "<style>body { color: teal }</style>" in html
    assert "May I ship this model?" in html


@pytest.mark.parametrize("name", ["report.css", "report.html.j2", "parts.html.j2"])
def test_a_users_file_that_is_no_text_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"caf\xe9")
    with pytest.raises(ValueError, match=rf"{name} in the folder of templates is not UTF-8 text"):
        render_html(failed_run(), [tmp_path])


def test_a_folder_of_templates_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no folder of templates at"):
        render_html(failed_run(), [tmp_path / "missing"])


@pytest.mark.parametrize(
    ("template", "raises"),
    [
        ("\n{% if", "TemplateSyntaxError"),
        ("\n{{ nobody.name }}", "UndefinedError"),
        ("\n{{ 1 / 0 }}", "ZeroDivisionError"),
    ],
)
def test_a_users_template_that_raises_is_named_with_its_line(tmp_path: Path, template: str, raises: str) -> None:
    (tmp_path / "report.html.j2").write_text(template)
    with pytest.raises(InputError, match=rf"report\.html\.j2:2:1: the template raises {raises}: "):
        render_html(failed_run(), [tmp_path])


def test_a_run_of_nothing_can_be_drawn() -> None:
    html = render_html(Run((), (), ()))

    assert "Nothing was tested" in html
    assert "No suite was run." in html


def test_answers_that_should_stay_count_as_consistency_though_a_name_changed() -> None:
    cells = [
        cell("entities.name", contract="alters name", value=0.8),
        cell("semantics.negate", contract="alters polarity", expectation="direction", value=0.4),
    ]
    consistency, sensitivity = contrast(cells)
    assert (consistency, sensitivity) == ([0.8], [0.6])


def test_a_suite_shows_how_many_answers_moved_in_the_right_direction_where_a_check_says_which() -> None:
    moves = cell("semantics.negate", expectation="direction", measures={"right direction": estimate(0.75)})
    changes = cell("semantics.negate", expectation="direction", value=0.4)
    html = {name: render_html(run(one)) for name, one in (("moves", moves), ("changes", changes))}
    assert 'Right direction <span class="quiet">where checks say how' in html["moves"]
    assert 'Sensitivity <span class="quiet">' not in html["moves"]
    assert 'Right direction <span class="quiet">' not in html["changes"]
    assert 'Sensitivity <span class="quiet">' in html["changes"]
    assert json.loads(render_json(run(moves)))["suites"][0]["right_direction"] == 0.75
