"""Suites that test an encoder: what loads, what is told of one that does not, and the first one for a user's data."""

from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.errors import InputError
from albert_robust.starter.write import write_starter
from albert_robust.suite.load import load_suite
from albert_robust.suite.suite import Suite

SEARCH = """\
task: retrieval
model: {encoder: builtin, documents: docs.txt}
datasets: {d: {path: d.jsonl, language: en}}
checks:
  - {expect: reference, gates: [accuracy >= 0.5, recall at 5 >= 0.5, mrr >= 0.5]}
  - {expect: invariance, perturbations: [typos.swap], agreement: overlap at 5}
"""
PAIRS = """\
task: sentence-similarity
model: {encoder: builtin}
datasets: {d: {path: d.jsonl, language: en}}
checks:
  - {expect: reference, gates: [spearman >= 0.5, pearson >= 0.5]}
  - {expect: invariance, perturbations: [typos.swap]}
"""
ROW = '{"query": "a", "relevant": "b", "first": "c", "second": "d", "score": 1}\n'


@pytest.fixture
def load(write: Callable[..., Path]) -> Callable[..., Suite]:
    """Return a function that loads a suite with some strings replaced."""

    def loaded(text: str, *replacements: tuple[str, str]) -> Suite:
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        return load_suite(write(d_dot_jsonl=ROW, docs_dot_txt="b\n", s_dot_robust_dot_yaml=text))

    return loaded


def test_a_search_perturbs_the_query_and_compares_the_first_document_unless_it_says_otherwise(
    load: Callable[..., Suite],
) -> None:
    suite = load(SEARCH, (", agreement: overlap at 5", ""))
    assert (suite.checks[1].fields, suite.checks[1].agreement) == (("query",), "same first")
    assert load(SEARCH).checks[1].agreement == "overlap at 5"


def test_of_a_pair_the_first_sentence_alone_is_perturbed_unless_the_check_says_otherwise(
    load: Callable[..., Suite],
) -> None:
    assert load(PAIRS).checks[1].fields == ("first",)
    assert load(PAIRS, ("[typos.swap]", "[typos.swap], fields: [first, second]")).checks[1].fields == (
        "first",
        "second",
    )


MISTAKES = {
    "no documents": (SEARCH, (", documents: docs.txt", ""), r":2:9: the encoder has no documents .*\n  add `documents:"),
    "a missing file": (SEARCH, ("docs.txt", "dcos.txt"), r":2:27: no file 'dcos\.txt' here"),
    "documents for pairs": (PAIRS, ("builtin", "builtin, documents: docs.txt"), r":2:27: sentence-similarity searches no doc"),
    "documents of a function": (SEARCH, ("encoder: builtin", 'python: "m:f"'), r":2:24: only `encoder:` has"),
    "another task": (
        SEARCH.replace("accuracy >= 0.5, recall at 5 >= 0.5, mrr >= 0.5", "labs >= 0.5").replace(
            "agreement: overlap at 5", "agreement: labs"
        ),
        ("task: retrieval", "task: summarization"),
        r":2:9: an encoder alone cannot do summarization here\n  use `transformers:`, `extractive:`, ",
    ),
    "a checkpoint": (
        SEARCH,
        ("encoder: builtin, documents: docs.txt", "transformers: folder"),
        r":2:9: a checkpoint cannot do retrieval here\n  use `encoder:` or `python:`",
    ),
    "fine-tuning": (
        PAIRS,
        ("encoder: builtin", "finetuned: d.jsonl"),
        r":2:9: a fine-tuned model cannot do sentence-similarity here\n  use `transformers:`, `encoder:`, `endpoint:` or ",
    ),
    "two models": (PAIRS, ("encoder:", "extractive: builtin, encoder:"), r":2:1: 2 kinds of model\n .* extractive, encoder"),
    "no measure of a pair": (PAIRS, ("spearman >=", "spaerman >="), r"unknown measure 'spaerman' .*\n  did you mean 'spearman'"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "replacement", "message"), list(MISTAKES.values()), ids=list(MISTAKES))
def test_a_mistake_is_told_with_its_place_and_its_cure(
    load: Callable[..., Suite], text: str, replacement: tuple[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load(text, replacement)


def test_a_first_suite_of_pairs_takes_the_columns_that_benchmarks_have(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    data = write(d_dot_jsonl='{"sentence1": "a", "sentence2": "b", "similarity_score": 1}\n')
    suite = write_starter(tmp_path / "s.robust.yaml", "sentence-similarity", "builtin", data, "en")
    source = suite.datasets["d"]
    assert suite.model.encoder == "builtin"
    assert [source.column(name) for name in ("first", "second", "score")] == [
        "sentence1",
        "sentence2",
        "similarity_score",
    ]


def test_a_first_search_names_its_documents(write: Callable[..., Path], tmp_path: Path) -> None:
    data, out = write(d_dot_jsonl=ROW), tmp_path / "s.robust.yaml"
    with pytest.raises(InputError, match="the encoder has no documents to search"):
        write_starter(out, "retrieval", "builtin", data, "en")
    documents = write(docs_dot_txt="b\n")
    assert write_starter(out, "retrieval", "builtin", data, "en", documents=documents).model.documents == "docs.txt"
