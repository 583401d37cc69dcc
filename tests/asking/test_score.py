"""LABS in a run: what is asked of the encoder, in which languages, and what is kept."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from counted import outcomes_of

from albert_robust.asking import score
from albert_robust.asking.cache import Cache
from albert_robust.asking.score import CachedScorer
from albert_robust.asking.workspace import Workspace
from albert_robust.running.execute import Execution, execute
from albert_robust.running.plan import plan
from albert_robust.scoring.load import EMBEDDED_FOLDER
from albert_robust.scoring.scorer import Scorer
from albert_robust.suite.load import load_suite
from albert_robust.tasks.task import Compared, Score

PAIRS = [
    Compared("The cat sleeps.", "A cat is sleeping.", "en", "en"),
    Compared("Die Katze schläft.", "A cat is sleeping.", "de", "en"),
    Compared("The cat sleeps.", "A cat is sleeping.", "en", "de"),
]


@pytest.fixture
def no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make loading an encoder fail."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the encoder was loaded")

    monkeypatch.setattr(score, "Scorer", refuse)


def test_the_numbers_are_those_of_a_scorer_to_six_digits(cache: Cache) -> None:
    candidates, references, languages, others, *_ = (list(column) for column in zip(*PAIRS, strict=True))
    found = Scorer().score(candidates, references, languages=languages, reference_languages=others)
    made = CachedScorer("builtin", cache, "run").scores([*PAIRS, PAIRS[0]])
    for place, numbers in enumerate(made[:3]):
        assert numbers == pytest.approx((found.precision[place], found.recall[place], found.f[place]), abs=1e-6)
    assert made[3] == made[0]


def test_equal_texts_are_1_whatever_their_languages_without_an_encoder(cache: Cache, no_encoder: None) -> None:
    scorer = CachedScorer("builtin", cache, "run")
    equal = [
        Compared("a", "a", "en", "en"),
        Compared("cafe\u0301 ", "café", "fr", "fr"),
        Compared("Not", "Not", "de", "en"),
    ]
    assert scorer.scores(equal) == [(1.0, 1.0, 1.0)] * 3
    assert scorer.signature() is None


def test_what_is_known_needs_no_encoder_and_neither_does_its_signature(
    cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = CachedScorer("builtin", cache, "run")
    numbers, signature = first.scores(PAIRS), first.signature()
    monkeypatch.setattr(score, "Scorer", None)
    second = CachedScorer("builtin", cache, "another run")
    assert (second.scores(PAIRS), second.signature()) == (numbers, signature)


def test_memory_holds_the_pairs_of_late_and_the_cache_all(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(score, "KNOWN", 1)
    scorer = CachedScorer("builtin", cache, "run")
    numbers = [scorer.scores([pair]) for pair in PAIRS]
    assert len(scorer._known) <= 2
    monkeypatch.setattr(scorer, "_made", None)
    assert [scorer.scores([pair]) for pair in PAIRS] == numbers


def test_on_every_machine_the_encoder_computes_in_float32(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr("albert_robust.scoring.load._ready", lambda model, precision, device: model)
    scorer = CachedScorer("builtin", cache, "run")
    assert scorer._scorer.encoder.precision == "fp32"


def test_the_signature_names_the_languages_that_were_scored(cache: Cache) -> None:
    scorer = CachedScorer("builtin", cache, "run")
    scorer.scores(PAIRS[:1])
    scorer.scores(PAIRS[1:2])
    assert "|lang:de-en,en|" in str(scorer.signature())


def test_another_profile_is_another_score(tmp_path: Path) -> None:
    folder = shutil.copytree(EMBEDDED_FOLDER, tmp_path / "encoder")
    cache = Cache(tmp_path / "cache.sqlite")
    before = CachedScorer(str(folder), cache, "run").identity
    facts = folder / "labs" / "profile.json"
    facts.write_text(json.dumps({**json.loads(facts.read_text()), "digest": "00000000"}))
    assert CachedScorer(str(folder), cache, "run").identity != before
    cache.close()


QUESTIONS = """
task: question-answering
model: {{python: "model:answer"}}
datasets: {{d: {{path: d.jsonl, language: en}}}}
encoder: {encoder}
checks: [{{expect: reference, gates: [labs recall >= 0.1]}}]
"""


def test_an_encoder_without_a_profile_is_the_suite_s_mistake(
    write: Callable[..., Path], tiny: Callable[..., Path], tmp_path: Path
) -> None:
    write(d_dot_jsonl='{"context": "a b", "question": "?", "answers": ["a"]}\n' * 3)
    write(model_dot_py="def answer(batch):\n    return ['b'] * len(batch)\n")
    suite = load_suite(write(s_dot_robust_dot_yaml=QUESTIONS.format(encoder=tiny())))
    execution = execute(plan(suite).cells, Workspace(tmp_path / ".albert_robust", "run"))
    assert execution.tallies == {}
    assert [str(error) for error in execution.mistakes.values()] == [
        f"{suite.shown}:3:1: the encoder {suite.encoder!r} has no profile: make one with `albert-robust calibrate"
        f" --encoder {suite.encoder} --texts DIR`, or score with calibration='none'"
    ]


class Recorder:
    """A scorer without an encoder: it keeps what it was asked."""

    asked: Sequence[Compared] = ()

    def __init__(self, *_: Any) -> None:
        Recorder.asked = []

    def scores(self, pairs: Sequence[Compared]) -> list[Score]:
        Recorder.asked = [*Recorder.asked, *pairs]
        return [Score(0.25, 0.5, 0.75)] * len(pairs)

    def signature(self) -> None: ...


@pytest.fixture
def run(write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Execution]:
    """Return a function from a suite's text, its rows and its model to what came of it, scored by a recorder."""

    def executed(suite: str, rows: list[dict[str, object]], model: str) -> Execution:
        monkeypatch.setattr("albert_robust.running.execute.CachedScorer", Recorder)
        write(d_dot_jsonl="".join(json.dumps(row) + "\n" for row in rows), model_dot_py=model)
        cells = plan(load_suite(write(s_dot_robust_dot_yaml=suite))).cells
        execution = execute(cells, Workspace(tmp_path / ".albert_robust", "run"))
        assert execution.mistakes == {}
        return execution

    return executed


SUMMARIES = """
task: summarization
model: {python: "model:first"}
datasets: {d: {path: d.jsonl, languages: [en, de]}}
checks: [{expect: invariance, perturbations: [crosslingual.swap], languages: [en]}]
"""
DOCUMENTS: list[dict[str, object]] = [
    {"id": "1", "language": "en", "document": "It rained. Then it stopped.", "summary": "Rain."},
    {"id": "1", "language": "de", "document": "Es regnete. Dann hörte es auf.", "summary": "Regen."},
]
FIRST = "def first(batch):\n    return [one['document'].split('.')[0] for one in batch]\n"


def test_a_summary_is_in_the_language_of_the_document_that_the_model_saw(run: Callable[..., Execution]) -> None:
    [case] = outcomes_of(run(SUMMARIES, DOCUMENTS, FIRST))["s", "d/crosslingual.swap[en]"]
    assert (case.before, case.after, case.language, case.variant_language) == ("It rained", "Es regnete", "en", "de")
    assert {pair[:4] for pair in Recorder.asked} == {
        ("It rained", "Rain.", "en", "en"),
        ("Es regnete", "Rain.", "de", "en"),
        ("It rained", "It rained. Then it stopped.", "en", "en"),
        ("Es regnete", "It rained. Then it stopped.", "de", "en"),
        ("Es regnete", "It rained", "de", "en"),
    }
    assert case.agreement == 0.75
    assert case.quality_after == {"labs": 0.75, "faithfulness": 0.25, "coverage": 0.5, "rouge l": 0.0}


def test_a_kept_variant_keeps_its_language(run: Callable[..., Execution]) -> None:
    first, second = (outcomes_of(run(SUMMARIES, DOCUMENTS, FIRST)) for _ in range(2))
    assert first == second
    assert [case.variant_language for group in second.values() for case in group] == ["de"]


TRANSLATION = """
task: translation
model: {python: "model:translate"}
datasets: {d: {path: d.jsonl, languages: [en, fr], reference_language: de}}
checks:
  - {expect: invariance, perturbations: [crosslingual.swap], gates: [consistency >= 0.1, labs source >= 0.1]}
"""
SOURCES: list[dict[str, object]] = [
    {"id": "1", "language": "en", "source": "It rains.", "translation": ["Es regnet.", "Regen."]},
    {"id": "1", "language": "fr", "source": "Il pleut."},
]
TRANSLATE = "def translate(batch):\n    return [{'translation': 'de: ' + one['source']} for one in batch]\n"


def test_a_translation_is_in_the_language_that_the_dataset_says_whatever_the_source_is_in(
    run: Callable[..., Execution],
) -> None:
    outcomes = outcomes_of(run(TRANSLATION, SOURCES, TRANSLATE))
    [case] = outcomes["s", "d/crosslingual.swap[en]"]
    assert (case.after, case.variant_language) == ("de: Il pleut.", "")
    assert {pair[:4] for pair in Recorder.asked} == {
        *(
            (f"de: {said}", reference, "de", "de")
            for said in ("It rains.", "Il pleut.")
            for reference in ("Es regnet.", "Regen.")
        ),
        *((f"de: {said}", "It rains.", "de", "en") for said in ("It rains.", "Il pleut.")),
        *((f"de: {said}", "Il pleut.", "de", "fr") for said in ("It rains.", "Il pleut.")),
        ("de: Il pleut.", "de: It rains.", "de", "de"),
        ("de: It rains.", "de: Il pleut.", "de", "de"),
    }
    assert set(case.quality_before) == {"labs", "labs source", "chrf"}
    [other] = outcomes["s", "d/crosslingual.swap[fr]"]
    assert set(other.quality_before) == {"labs source"}


def test_a_gate_on_what_the_source_decides_needs_no_references(run: Callable[..., Execution]) -> None:
    outcomes = outcomes_of(run(TRANSLATION, [{**row, "translation": None} for row in SOURCES], TRANSLATE))
    found = [case.quality_after for group in outcomes.values() for case in group]
    assert found == [{"labs source": 0.75}] * len(SOURCES)
