"""The sentences that the shipped retrieval and similarity suites test with."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from albert_robust.builtin import builtin
from albert_robust.models.embedding import read_documents
from albert_robust.suite.load import load_suite
from albert_robust.text.languages import SCRIPTS

SUITES = builtin("suites")
SENTENCES, PAIRS = SUITES / "retrieval" / "sentences.jsonl", SUITES / "similarity" / "pairs.jsonl"
LANGUAGES = set(SCRIPTS)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("path", [SENTENCES, PAIRS], ids=["sentences", "pairs"])
def test_every_row_is_in_all_26_languages(path: Path) -> None:
    found = rows(path)
    assert len(LANGUAGES) == 26
    assert set(Counter(row["id"] for row in found).values()) == {26}
    assert {(row["id"], row["language"]) for row in found} == {(row["id"], tag) for row in found for tag in LANGUAGES}


@pytest.mark.parametrize("name", ["retrieval", "similarity"])
def test_its_suite_reads_them_all(name: str) -> None:
    suite = load_suite(SUITES / f"{name}.robust.yaml")
    assert all(set(source.languages) == LANGUAGES for source in suite.datasets.values())


@pytest.mark.parametrize("field", ["query", "first", "second"])
def test_no_text_stands_twice_in_a_language_or_in_two(field: str) -> None:
    texts = [row[field] for row in rows(SENTENCES if field == "query" else PAIRS)]
    assert [text for text, times in Counter(texts).items() if times > 1] == []


def test_each_sentence_is_written_in_the_script_of_its_language() -> None:
    texts = [(row["language"], row["query"]) for row in rows(SENTENCES)]
    texts += [(row["language"], row[side]) for row in rows(PAIRS) for side in ("first", "second")]
    for language, text in texts:
        latin = any("a" <= character.casefold() <= "z" for character in text)
        assert latin == (SCRIPTS[language] == "Latin"), text


def test_what_is_relevant_is_among_the_documents_and_is_no_query() -> None:
    documents = read_documents(SUITES / "retrieval" / "documents.txt")
    relevant = {row["relevant"] for row in rows(SENTENCES)}
    assert relevant < set(documents)
    assert len(documents) == 66
    assert not relevant & {row["query"] for row in rows(SENTENCES)}


def test_a_pair_has_one_score_in_all_languages_and_the_scores_are_graded() -> None:
    scores = {(row["id"], row["score"]) for row in rows(PAIRS)}
    assert len(scores) == 16
    assert {score for _, score in scores} == {0, 1, 2, 3, 4, 5}
