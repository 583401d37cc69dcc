"""Judges: what they are asked is planned, kept, counted and paid for as what the model under test is asked."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chatting import Chat, Reply, chat, saying

from albert_robust.asking.budget import Budget
from albert_robust.asking.workspace import Workspace
from albert_robust.conclude import run_suites
from albert_robust.doctor import diagnosed, unjudged
from albert_robust.errors import InputError
from albert_robust.results.records import CellRecord
from albert_robust.results.run import Run
from albert_robust.running.forecast import Forecast, forecast
from albert_robust.running.plan import plan
from albert_robust.show import describe_forecasts, describe_run
from albert_robust.suite.load import load_suite

Write = Callable[..., Path]
SUITE = """\
task: text-generation
model: {python: "the_model:predict", version: "1"}
measures:
  polite: {judge: JUDGE, of: source}
datasets: {prompts: {path: d.jsonl, language: en}}
checks:
  - {expect: reference, gates: [GATE]}
  - {expect: invariance, perturbations: [case.upper], gates: ["consistency >= 0.5"]}
"""
MODEL = "def predict(batch):\n    return [f\"please {one['prompt'].lower()}\" for one in batch]\n"
JUDGE = """\
def polite(pairs):
    with open(__file__.replace("judge.py", "asked.txt"), "a") as asked:
        asked.writelines(pair["output"] + chr(10) for pair in pairs)
    return [float("please" in pair["output"] and pair["inputs"]["prompt"].lower() in pair["output"]) for pair in pairs]
"""
FUNCTION = '{python: "judge:polite", version: "1", batch: 8, price: 0.5}'
PLACE = "prompts/reference[en]"
N = 40


@pytest.fixture
def suite(write: Write) -> Callable[..., Path]:
    """Return a function that writes a suite with a judge."""

    def written(judge: str = FUNCTION, gate: str = "polite >= 0.5", code: str = JUDGE, more: str = "") -> Path:
        text = SUITE.replace("JUDGE", judge).replace("GATE", gate) + more
        rows = "".join(
            json.dumps({"id": n + 1, "prompt": f"Write about day {n}.", "answer": f"day {n}"}) + "\n" for n in range(N)
        )
        return write(d_dot_jsonl=rows, the_model_dot_py=MODEL, judge_dot_py=code, s_dot_robust_dot_yaml=text)

    return written


def asked(path: Path) -> list[str]:
    """What the judge has been asked about."""
    told = path.parent / "asked.txt"
    return told.read_text().splitlines() if told.exists() else []


def ran(path: Path, most: int | None = None, name: str = "run") -> Run:
    return run_suites([load_suite(path)], Workspace(path.parent / "work", name, budget=Budget(inputs=most)))


def foreseen(path: Path) -> Forecast:
    workspace = Workspace(path.parent / "work", "plan")
    found = forecast(plan(load_suite(path)).cells, workspace)
    workspace.cache.close()
    return found


def cell(found: Run, place: str = PLACE) -> CellRecord:
    return next(one for one in found.cells if one.cell == place)


def test_it_is_asked_where_a_gate_names_it_and_its_answers_are_kept(suite: Callable[..., Path]) -> None:
    path = suite()
    first = ran(path)
    assert cell(first).measures["polite"].value == 1.0
    assert "polite" not in cell(first, "prompts/case.upper[en]").measures
    assert (len(asked(path)), first.cost["judged"], first.cost["price"]) == (N, N, N / 2)
    second = ran(path, name="another")
    assert (len(asked(path)), second.cost["judged"], second.cost["judged_from_cache"]) == (N, 0, N)
    assert any("; 0 pairs judged, 40 from the cache" in line for line in describe_run(second, 3))


def test_it_is_not_asked_where_no_gate_names_it(suite: Callable[..., Path]) -> None:
    path = suite(gate="labs >= 0.1")
    assert ran(path).cost["judged"] == 0
    assert asked(path) == []


def test_a_cell_that_does_not_name_it_has_no_number_of_it_whatever_cells_are_run_beside_it(
    suite: Callable[..., Path],
) -> None:
    path = suite()
    path.write_text(path.read_text() + '  - {expect: reference, name: other, gates: ["labs >= 0.1"]}\n')
    cells = {case.cell: case.quality_before.keys() for case in ran(path).outcomes}
    assert "polite" in cells[PLACE]
    assert "polite" not in cells[f"other/{PLACE}"] | cells["prompts/case.upper[en]"]


def test_a_plan_counts_what_a_run_then_asks(suite: Callable[..., Path]) -> None:
    path = suite()
    before = foreseen(path)
    assert asked(path) == []
    assert (before.missing, before.to_judge, before.price) == (2 * N, N, N / 2)
    assert "at most 40 to judge, time unknown before a first run, price 20" in describe_forecasts([before])[0]
    ran(path)
    after = foreseen(path)
    assert (after.missing, after.to_judge, after.judges_at_most, after.price) == (0, 0, False, 0)


def test_where_all_answers_are_known_a_plan_is_exact(suite: Callable[..., Path]) -> None:
    path = suite()
    ran(path)
    path.write_text(path.read_text().replace('"judge:polite", version: "1"', '"judge:polite", version: "2"'))
    again = foreseen(path)
    assert (again.missing, again.to_judge, again.judges_at_most) == (0, N, False)
    ran(path)
    assert len(asked(path)) == 2 * N


def test_it_is_asked_within_the_budget_and_the_next_run_goes_on(suite: Callable[..., Path]) -> None:
    path = suite()
    first = ran(path, most=N + 10)
    assert (cell(first).verdict, cell(first).counts.not_asked, len(asked(path))) == ("not tested", N - 10, 10)
    assert cell(first).reason == "30 of 40 cases were not judged: the budget had no room"
    assert cell(ran(path, name="another")).verdict == "passed"
    assert len(asked(path)) == N


def test_a_budget_is_spent_on_whole_cells_judging_included(suite: Callable[..., Path]) -> None:
    found = ran(suite(), most=2 * N + 10)
    reasons = {one.cell: (one.verdict, one.reason) for one in found.cells}
    assert reasons[PLACE][0] == "passed"
    what = "30 of 40 cases were not asked: the budget had no room"
    assert reasons["prompts/case.upper[en]"] == ("not tested", what)


def test_a_repeated_question_is_none_that_the_cache_had(suite: Callable[..., Path]) -> None:
    path = suite()
    path.write_text(path.read_text().replace('["consistency >= 0.5"]', '["polite drop <= 0.5"]'))
    for most in (None, 1000):
        found = ran(path, most, name=f"run {most}")
        counts = [found.cost[name] for name in ("unique_inputs", "predicted", "from_cache")]
        judged = found.cost["judged"], found.cost["judged_from_cache"]
        assert counts == ([2 * N, 2 * N, 0] if most is None else [2 * N, 0, 2 * N])
        assert judged == ((N, 0) if most is None else (0, N))


def test_what_it_has_no_number_for_is_an_error_of_that_case(suite: Callable[..., Path]) -> None:
    body = 'if any("day 7." in pair["output"] for pair in pairs): raise ValueError("no idea")\n'
    nothing = "float('nan') if 'day 8.' in pair[\"output\"] else "
    code = JUDGE.replace("    return [", f"    {body}    return [{nothing}")
    found = cell(ran(suite(code=code, more="max_errors: 0.1\n")))
    assert (found.verdict, found.counts.error, found.counts.tested) == ("passed", 2, N - 2)
    assert "example 8: the measure polite raises ValueError: no idea (judge.py:4)" in found.reason


def test_a_temporary_error_is_tried_again(suite: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("albert_robust.asking.ask.waiting", lambda *_: 0.0)
    code = JUDGE.replace(
        "    return [", '    if len(open(asked.name).readlines()) < 9: raise TimeoutError("busy")\n    return ['
    )
    found = ran(suite(code=code))
    assert (cell(found).verdict, found.cost["judged"], found.cost["retries"]) == ("passed", N, 2)


def test_one_for_agreement_is_asked_about_two_outputs(suite: Callable[..., Path]) -> None:
    path = suite()
    path.write_text(path.read_text().replace("of: source", "of: outputs").replace("GATE", "labs >= 0.1"))
    text = path.read_text().replace('gates: ["consistency', 'agreement: polite, gates: ["consistency')
    path.write_text(text.replace("polite >= 0.5", "labs >= 0.1"))
    before = foreseen(path)
    found = cell(ran(path), "prompts/case.upper[en]")
    assert found.measures["consistency"].value == 1.0
    assert before.to_judge == len(asked(path)) == N


def test_a_search_for_the_worst_is_planned_at_most_and_asks_no_more(
    suite: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("albert_robust.running.blocks.BLOCK", 7)
    path = suite(gate="labs >= 0.1")
    text = path.read_text().replace("of: source", "of: outputs").replace("case.upper]", "typos.swap], worst_of: 3")
    path.write_text(text.replace('gates: ["consistency', 'agreement: polite, gates: ["consistency'))
    before = foreseen(path)
    assert (before.to_judge, before.judges_at_most) == (N * 3, True)
    ran(path)
    assert N <= len(asked(path)) <= before.to_judge


def test_the_answer_to_the_worst_variant_may_be_another_to_judge(suite: Callable[..., Path]) -> None:
    path = suite(gate="labs >= 0.1")
    text = path.read_text().replace('"consistency >= 0.5"', '"polite drop <= 0.9"').replace("case.upper", "typos.swap")
    path.write_text(text)
    ran(path)
    known = len(asked(path))
    path.write_text(text.replace("typos.swap]", "typos.swap], worst_of: 4"))
    before = foreseen(path)
    assert (before.to_judge, before.judges_at_most) == (N, True)
    ran(path, name="another")
    assert 0 < len(asked(path)) - known <= before.to_judge


def test_repeated_answers_are_judged_beside_each_other(suite: Callable[..., Path]) -> None:
    path = suite(gate="labs >= 0.1")
    text = (
        path.read_text()
        .replace("of: source", "of: outputs")
        .replace('version: "1"}\n', 'version: "1", replicates: 3}\n')
    )
    path.write_text(text.replace('gates: ["consistency', 'agreement: polite, gates: ["consistency'))
    before = foreseen(path)
    found = cell(ran(path), "prompts/case.upper[en]")
    assert found.measures["self-consistency"].value == 1.0
    assert len(asked(path)) <= before.to_judge
    assert foreseen(path).to_judge == 0


def test_the_doctor_asks_none_and_leaves_out_what_rests_on_one(suite: Callable[..., Path]) -> None:
    path = suite(gate="labs >= 0.9, polite >= 0.5", more="marks: [{cells: '*reference*', xfail: weak}]\n")
    left = unjudged(load_suite(path))
    assert [[str(gate) for gate in check.gates] for check in left.checks] == [["labs >= 0.9"], ["consistency >= 0.5"]]
    assert all(len(one.records) == 2 for one in diagnosed(load_suite(path)))
    alone = suite(more="marks: [{cells: '*reference*', xfail: weak}]\n")
    assert all(len(one.records) == 1 for one in diagnosed(load_suite(alone)))
    assert asked(path) == []


@pytest.fixture
def server() -> Iterator[Chat]:
    def answer(text: str) -> str | Reply:
        if "day 3." in text:
            return "I cannot say."
        return saying("Score: 4", usage={"prompt_tokens": 10, "completion_tokens": 2})

    with chat(answer) as running:
        yield running


ENDPOINT = """{endpoint: "URL", model: judge-1, range: [1, 5], price: {input: 1000, output: 1000},
    prompt: "Question: {prompt} Answer: {output} Is it about {reference}? Rate it from 1 to 5."}"""


def test_a_chat_model_judges_by_its_prompt(suite: Callable[..., Path], server: Chat) -> None:
    path = suite(ENDPOINT.replace("URL", server.url), more="max_errors: 0.05\n")
    found = ran(path)
    assert server.asked[0].startswith("Question: Write about day ")
    assert (cell(found).measures["polite"].value, cell(found).counts.error) == (0.75, 1)
    assert "the measure polite returned 'I cannot say.', expected a number from 1 to 5" in cell(found).reason
    assert (found.cost["judged"], found.cost["unanswered"], found.cost["prompt_tokens"]) == (N - 1, 1, 10 * (N - 1))
    assert found.cost["price"] == pytest.approx(0.012 * (N - 1))
    assert ran(path, name="another").cost["judged_from_cache"] == N - 1


def test_of_labels_the_first_is_0_and_the_last_1(suite: Callable[..., Path]) -> None:
    with chat(lambda text: "Partly." if "day 3." in text else "Yes.") as server:
        judge = ENDPOINT.replace("URL", server.url).replace("range: [1, 5]", 'labels: ["no", partly, "yes"]')
        found = ran(suite(judge))
    assert cell(found).measures["polite"].value == pytest.approx((N - 0.5) / N)


@pytest.mark.parametrize(
    ("judge", "message"),
    [
        ("{elsewhere: it}", "4:20: a model elsewhere cannot judge here\n  write `python: my_measures:polite`"),
        ("{transformers: ./one}", "a checkpoint cannot judge here"),
        (ENDPOINT.replace("URL", "http://localhost/v1/chat/completions").replace("{output}", "it"), "write {output}"),
        (
            ENDPOINT.replace("URL", "http://localhost/v1/chat/completions").replace("{prompt}", "{promt}"),
            "did you mean 'prompt'",
        ),
        ('{python: "judge:polite", replicates: 2}', "a judge is asked once for each pair"),
        ('{python: "judge:polite", labels: [a, b]}', "has 'labels'"),
        ('{python: "judge:polite", labels: {a: b}}', "the labels of a judge stand for numbers by their order"),
    ],
)
def test_what_is_wrong_with_one_is_told_before_it_is_asked(
    suite: Callable[..., Path], judge: str, message: str
) -> None:
    with pytest.raises(InputError) as error:
        load_suite(suite(judge))
    assert message in str(error.value)


def test_numbers_that_are_kept_are_of_one_range(suite: Callable[..., Path]) -> None:
    judge = '{python: "judge:four", version: "1", range: [1, 5]}'
    code = "def four(pairs):\n    return [4 for _ in pairs]\n"
    first = cell(ran(suite(judge, code=code)))
    assert first.measures["polite"].value == 0.75
    wider = cell(ran(suite(judge.replace("5]", "7]"), code=code), name="another"))
    assert (wider.measures["polite"].value, wider.definitions == first.definitions) == (0.5, False)
    with pytest.raises(InputError, match="the measure polite returned 4, and scores are from 1 to 3"):
        ran(suite(judge.replace("5]", "3]"), code=code), name="a third")


def test_a_judge_of_another_range_ends_its_suite_before_all_pairs_are_paid_for(suite: Callable[..., Path]) -> None:
    code = JUDGE.replace("return [float", "return [5 * float")
    path = suite(code=code)
    with pytest.raises(InputError) as error:
        ran(path)
    assert "s.robust.yaml:4:3: the measure polite returned 5, and scores are from 0 to 1\n" in str(error.value)
    assert "  say from where to where it judges, such as `range: [1, 5]`" in str(error.value)
    assert len(asked(path)) == 3


def test_a_stray_number_is_an_error_of_its_pair_alone(suite: Callable[..., Path]) -> None:
    code = JUDGE.replace("return [float", """return [7 if "day 0." in pair["output"] else float""")
    found = cell(ran(suite(code=code, more="max_errors: 0.1\n")))
    assert (found.verdict, found.counts.error) == ("passed", 1)


@pytest.mark.parametrize("written", ["1-5", "[1, five]", "5", "[5, 1]"])
def test_a_range_is_two_numbers(suite: Callable[..., Path], written: str) -> None:
    judge = FUNCTION.replace("batch: 8", f"range: {written}")
    with pytest.raises(InputError, match=r"no range\n  write the lowest and the highest score: `range: \[1, 5\]`"):
        load_suite(suite(judge))
