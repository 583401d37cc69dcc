"""A suite of named entities, run as users run it: what counts is the entity, wherever a perturbation moved it."""

import json
from pathlib import Path

import pytest
from chatting import chat
from door_suites import kept_run, run, verdicts
from pyarrow import parquet

from albert_robust.cli import main

NAMES = """
import re

NAMES = {"Anna": "PER", "Boris": "PER", "Lisbon": "LOC", "Lissabon": "LOC"}

def predict(batch):
    return [
        [
            {"start": found.start(), "end": found.end(), "entity_group": NAMES[found[0].title()]}
            for found in re.finditer("|".join(NAMES), one["text"], re.IGNORECASE)
        ]
        for one in batch
    ]
"""
TEXT, GERMAN = "Anna went to Lisbon for {} days last year.", "Nach Lissabon fuhr Anna letztes Jahr für {} Tage."
PEOPLE = [{"text": "Anna", "label": "PER"}, {"text": "Lisbon", "label": "LOC"}]


def write(folder: Path, checks: str, model: str = '{python: "model:predict", version: "1"}') -> None:
    """Write a suite of twenty texts, each in English and German."""
    (folder / "model.py").write_text(NAMES, encoding="utf-8")
    rows = [
        {
            "id": str(days),
            "language": language,
            "text": text.format(days),
            "entities": PEOPLE if language == "en" else None,
        }
        for days in range(2, 42)
        for language, text in (("en", TEXT), ("de", GERMAN))
    ]
    (folder / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "names.robust.yaml").write_text(
        f"task: token-classification\nmodel: {model}\n"
        f"datasets: {{data: {{path: data.jsonl, languages: [en, de]}}}}\nchecks:\n{checks}",
        encoding="utf-8",
    )


MOVED = """
  - expect: invariance
    languages: [en]
    perturbations: [case.upper, paraphrase.filler, distractors.sentence, punctuation.strip_final, words.swap@5, words.repeat@5]
    gates: [consistency >= 0.9, entity f1 >= 0.9, micro f1 >= 0.9, entity recall drop <= 0.1]
"""


def test_an_entity_that_moved_is_the_same(pytester: pytest.Pytester) -> None:
    write(pytester.path, MOVED)
    assert run(pytester).ret == 0
    assert set(verdicts(pytester.path).values()) == {"passed"}


def test_a_slip_in_a_name_loses_it_and_the_failure_shows_it(pytester: pytest.Pytester) -> None:
    write(
        pytester.path,
        "  - {expect: invariance, languages: [en], perturbations: [typos.swap@5], gates: [consistency >= 0.9]}\n",
    )
    result = run(pytester)
    assert result.ret == 1
    result.stdout.fnmatch_lines(["  original     -> Anna (PER 0-4); Lisbon (LOC 13-19)", "  variant      -> *"])


def test_outcomes_keep_what_was_said_of_the_variant(pytester: pytest.Pytester) -> None:
    write(pytester.path, MOVED)
    run(pytester)
    rows = parquet.read_table(pytester.path / "robustness-report" / "outcomes.parquet").to_pylist()
    (first,) = (row for row in rows if row["example"] == "2" and row["cell"].startswith("data/case.upper"))
    assert (first["before"], first["after"]) == (
        "Anna (PER 0-4); Lisbon (LOC 13-19)",
        "ANNA (PER 0-4); LISBON (LOC 13-19)",
    )


SWAPPED = (
    "  - {expect: invariance, languages: [en], perturbations: [crosslingual.swap], gates: [consistency >= 0.9]%s}\n"
)


def test_another_language_has_other_places_so_labels_alone_are_compared(pytester: pytest.Pytester) -> None:
    write(pytester.path, SWAPPED % "")
    assert run(pytester).ret == 1
    (cell,) = kept_run(pytester.path)["cells"]
    assert cell["counts"]["rejected"] == 40
    write(pytester.path, SWAPPED % ", agreement: label f1")
    assert run(pytester).ret == 0


def test_a_language_model_names_entities_and_not_places(pytester: pytest.Pytester) -> None:
    def answer(prompt: str) -> str:
        return 'I see:\n```json\n{"PER": ["Anna"], "LOC": ["%s"]}\n```' % ("Lisbon" if "Lisbon" in prompt else "LISBON")

    with chat(answer) as server:
        write(pytester.path, MOVED, f"{{endpoint: {server.url}, model: small, prompt: 'Names? {{text}}'}}")
        assert run(pytester).ret == 0
    assert set(verdicts(pytester.path).values()) == {"passed"}


def test_answers_come_in_from_elsewhere_by_their_text(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    write(pytester.path, MOVED, '{elsewhere: names, version: "1"}')
    assert main(["inputs", "names.robust.yaml"]) == 0
    asked = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    answers = [
        {"key": one["key"], "output": [{"text": "anna", "label": "PER"}, {"text": "lisbon", "label": "LOC"}]}
        for one in asked
    ]
    (pytester.path / "answers.jsonl").write_text("".join(json.dumps(one) + "\n" for one in answers), encoding="utf-8")
    assert main(["outputs", "names.robust.yaml", "--from", "answers.jsonl"]) == 0
    assert run(pytester).ret == 0
