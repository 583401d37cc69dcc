"""Where passages are put in another order, an answer that names one is read as the passage that it stands for."""

import json
from pathlib import Path

import pytest
from counted import outcomes_of, planned, ran

from albert_robust.results.outcome import Outcome
from albert_robust.running.answers import take_answers
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite
from albert_robust.tasks import Prediction

CHECK = "- {expect: invariance, perturbations: [layout.passages], gates: [consistency >= 0.1]}"
ANSWERS = "Response A:\nYes, since 1848.\n\nResponse B:\nNo idea."
READS = "\ndef answer(text):\n    return 'AB'[text.index('No idea') < text.index('1848')]\n"
FIRST = "\ndef answer(text):\n    return 'A'\n"
CITES = """
def predict(batch):
    cited = (next((line[1] for line in one["context"].splitlines() if "Bern" in line), "1") for one in batch)
    return [f"In Bern [{number}]." for number in cited]
"""
SUITE = """task: question-answering
model: {python: "model:predict", version: "1"}
datasets: {d: {path: d.jsonl, language: en}}
checks:
- {expect: invariance, fields: [context], perturbations: [layout.passages], agreement: exact match, gates: [consistency >= 0.1]}
"""
RATES = """task: text-classification
model: {endpoint: "http://h/v1/chat/completions", model: m, prompt: "{text} From 1 to LAST?", labels: ["1", "2", "LAST"]}
datasets: {d: {path: d.jsonl, language: en}}
checks: [{expect: invariance, perturbations: [layout.passages]}]
"""
ALIKE = """
from albert_robust import perturbation

@perturbation("own.alike", preserves="meaning", severities=1)
def alike(text, rng, severity):
    return text.rewrite("[1] x\\n[2] x")
"""


def judged(folder: Path, answer: str) -> Outcome:
    cells = planned(folder, CHECK, answer=answer, rows=[ANSWERS])
    (case,) = outcomes_of(ran(cells, folder))[cells[0].key]
    return case


def test_a_judge_that_reads_is_consistent_and_one_that_takes_the_first_is_not(tmp_path: Path) -> None:
    fair = judged(tmp_path / "reads", READS)
    assert (fair.before, fair.after, fair.said_after, fair.agreement) == ("A", "A", "B", 1)
    unfair = judged(tmp_path / "first", FIRST)
    assert (unfair.before, unfair.after, unfair.said_after, unfair.agreement) == ("A", "B", "A", 0)


PAIRS = """task: text-classification
model: {python: "judge:predict", version: "1"}
datasets: {d: {path: d.jsonl, language: en, columns: {text: question, answers: [answer_a, answer_b], label: winner}}}
checks: [{expect: invariance, fields: [answers], perturbations: [layout.passages], gates: [consistency >= 0.1]}]
"""
READS_PAIRS = """
def predict(batch):
    return [LABELS[one["answers"].index("1848") > one["answers"].index("No idea")] for one in batch]
"""
FIRST_OF_PAIRS = "\ndef predict(batch):\n    return [LABELS[0] for one in batch]\n"


def compared(folder: Path, judge: str, labels: list[str]) -> list[float | None]:
    (folder / "judge.py").write_text(f"LABELS = {labels}{judge}")
    rows = [{"question": "When?", "answer_a": "In 1848.", "answer_b": "No idea.", "winner": labels[0]}]
    rows.append({"question": "Why?", "answer_a": "No idea.", "answer_b": "By that of 1848.", "winner": labels[1]})
    (folder / "d.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (folder / "s.robust.yaml").write_text(PAIRS)
    cells = plan(load_suite(folder / "s.robust.yaml")).cells
    return [case.agreement for case in outcomes_of(ran(cells, folder))[cells[0].key]]


@pytest.mark.parametrize("labels", [
    ["1", "2"], ["A", "B"], ["a", "b"], ["model_a", "model_b"], ["first", "second"], ["Answer A", "Answer B"],
])  # fmt: skip
def test_labels_may_name_answers_by_their_columns_letters_or_by_their_places(tmp_path: Path, labels: list[str]) -> None:
    for name, judge, agreement in (("reads", READS_PAIRS, 1), ("first", FIRST_OF_PAIRS, 0)):
        (tmp_path / name).mkdir()
        assert compared(tmp_path / name, judge, labels) == [agreement, agreement]


@pytest.mark.parametrize("labels", [["x", "y"], ["good", "bad"], ["4", "5"]])
def test_labels_that_name_no_answer_are_read_as_they_are(tmp_path: Path, labels: list[str]) -> None:
    assert compared(tmp_path, FIRST_OF_PAIRS, labels) == [1, 1]


def asked_of(folder: Path, suite: str, *contexts: str, question: str = "Where?", model: str = CITES) -> list[Outcome]:
    (folder / "model.py").write_text(model)
    asked = {"question": question, "answers": "in Bern"}
    rows = [{"id": place, "context": context, **asked} for place, context in enumerate(contexts, start=1)]
    (folder / "d.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (folder / "s.robust.yaml").write_text(suite)
    cells = plan(load_suite(folder / "s.robust.yaml")).cells
    return outcomes_of(ran(cells, folder))[cells[0].key]


def test_a_citation_is_of_the_passage_and_a_gold_answer_goes_along_with_its_own(tmp_path: Path) -> None:
    (case,) = asked_of(tmp_path, SUITE, "[1] It is in Bern.\n[2] It is in May.")
    assert case.variant["context"] == "[1] It is in May.\n[2] It is in Bern."
    assert (case.before, case.after, case.said_after, case.agreement) == (
        "In Bern [1].",
        "In Bern [1].",
        "In Bern [2].",
        1,
    )


CITES_AS = """
from albert_robust.text.passages import passages

def predict(batch):
    places = [[one.mark for one in passages(row["context"]) if "Bern" in one.content] for row in batch]
    return [f"In Bern. FORM".replace("#", place) for (place,) in places]
"""


@pytest.mark.parametrize("form", [
    "[#]", "(Source: #)", "【#†source】", "[doc#]", "[Doc #]", "[^#]", "According to Document #.", "Sources: #"
])  # fmt: skip
@pytest.mark.parametrize(
    "context", ["[1] In Bern.\n[2] In May.\n[3] At 10.", "<doc>In Bern.</doc>\n<doc>In May.</doc>"]
)
def test_who_cites_what_it_answers_from_is_consistent_and_who_cites_the_first_is_not(
    tmp_path: Path, form: str, context: str
) -> None:
    for cited, agreement in ((form, 1), (form.replace("#", "1"), 0)):
        folder = tmp_path / str(agreement)
        folder.mkdir()
        (case,) = asked_of(folder, SUITE, context, model=CITES_AS.replace("FORM", cited))
        assert (case.status, case.agreement) == ("tested", agreement)


BERN = "[1] It is in Bern.\n[2] It is in May."


@pytest.mark.parametrize(("context", "question", "status"), [
    (BERN, "What does document 2 say?", "rejected"),
    (BERN + "\n[3] x\n[4] y.", "What does Article 3 say?", "rejected"),
    (BERN + "\nSay what source 1 says.", "Where?", "rejected"),
    (BERN + "\n[3] x\n[4] By Article 3.", "What does Article 3 say?", "tested"),  # of a law
    (BERN, "Does document 1 say the same as document 2?", "tested"),
    (BERN, 'Where? Say it as in "Document 1" or (Source: 2).', "tested"),
    (BERN, "Where are the 2 cities, in [2] or not?", "tested"),
    ("[The Start of Answer A]\nBern\n[The End of Answer A]\n[The Start of Answer B]\nMay\n[The End of Answer B]", "?", "tested"),
])  # fmt: skip
def test_a_question_that_names_a_passage_by_its_number_would_be_another_one(
    tmp_path: Path, context: str, question: str, status: str
) -> None:
    (case,) = asked_of(tmp_path, SUITE, context, question=question)
    assert case.status == status
    assert ("names one of its passages" in case.message) == (status == "rejected")


def test_a_question_may_name_a_passage_that_stays_where_it_is(tmp_path: Path) -> None:
    (case,) = asked_of(tmp_path, SUITE, BERN + "\n[3] As [1] says.", question="What does document 3 say?")
    assert case.status == "tested"


def test_passages_that_become_alike_are_rejected(tmp_path: Path) -> None:
    (tmp_path / "perturbations").mkdir()
    (tmp_path / "perturbations" / "own.py").write_text(ALIKE)
    (case,) = asked_of(tmp_path, SUITE.replace("layout.passages", "layout.passages | own.alike"), "[1] x\n[2] y")
    assert (case.status, case.message) == ("rejected", "its passages cannot be told apart")


def test_entities_in_passages_have_other_places_and_beside_them_the_same(tmp_path: Path) -> None:
    suite = SUITE.replace("question-answering", "token-classification").replace("exact match", "entity f1")
    within = suite.replace("[context]", "[text]").replace("language: en", "language: en, columns: {text: context}")
    (case,) = asked_of(tmp_path, within, "[1] Anna\n[2] Ben")
    assert (case.status, case.message) == ("rejected", "what is in another order has other places")
    beside = within.replace("[text]", "[note]").replace("{text: context}", "{text: question, note: context}")
    (case,) = asked_of(tmp_path, beside, "[1] Anna\n[2] Ben")
    assert case.status != "rejected"


@pytest.mark.parametrize(("last", "after"), [("3", "1"), ("5", "2")])
def test_a_number_is_a_passage_where_labels_are_those_of_passages_and_else_a_rating(
    tmp_path: Path, last: str, after: str
) -> None:
    (tmp_path / "s.robust.yaml").write_text(RATES.replace("LAST", last))
    (tmp_path / "d.jsonl").write_text('{"text": "?"}')
    (cell,) = plan(load_suite(tmp_path / "s.robust.yaml")).cells
    asked = {"text": "[1] Bern\n[2] Oslo\n[3] Graz"}
    other = {"text": "[1] Oslo\n[2] Bern\n[3] Graz"}
    case = Outcome("s", cell.id, "e", "en", 0, "tested", asked, other)
    take_answers(cell, case, Prediction("2"), Prediction("2"))
    assert (case.before, case.after) == ("2", after)
