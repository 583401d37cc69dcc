"""The measures of tasks for a program's own use: what each function gives, and what averages."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from sacrebleu.metrics.chrf import CHRF

from albert_robust import Scorer, metrics
from albert_robust.errors import UsageError
from albert_robust.metrics import Measure
from albert_robust.scoring.statistics import NOTHING, Estimate

GERMAN = ["Die Katze sitzt auf der Matte.", "Es regnet heute stark in Berlin."]
ENGLISH = ["The cat sits on the mat.", "It is raining heavily in Berlin today."]


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer()


def test_a_translation_is_1_for_the_reference_itself_by_every_measure(scorer: Scorer) -> None:
    found = metrics.translation(GERMAN, GERMAN, languages="de", scorer=scorer)
    assert list(found) == ["labs", "chrf", "bleu"]
    assert [measure.estimate.value for measure in found.values()] == pytest.approx([1, 1, 1])
    assert [measure.common for measure in found.values()] == [True, False, False]


def test_without_references_a_translation_is_compared_with_its_source(scorer: Scorer) -> None:
    right, wrong = (
        metrics.translation(texts, sources=ENGLISH, languages="de", source_languages="en", scorer=scorer)
        for texts in (GERMAN, GERMAN[::-1])
    )
    assert list(right) == ["labs source"]
    assert right["labs source"].estimate.value > wrong["labs source"].estimate.value
    assert "|lang:de-en|" in right["labs source"].signature


def test_a_copy_of_the_source_is_at_0(scorer: Scorer) -> None:
    copies = metrics.translation(ENGLISH, sources=ENGLISH, languages="de", source_languages="en", scorer=scorer)
    assert copies["labs source"].estimate.value == 0


def test_the_best_reference_counts_for_each_text(scorer: Scorer) -> None:
    groups = [[GERMAN[1], GERMAN[0]], [GERMAN[1]]]
    found = metrics.translation(GERMAN, groups, languages="de", scorer=scorer)
    assert found["labs"].values == pytest.approx([1, 1])
    assert "|nrefs:2|" in found["labs"].signature


def test_bleu_over_references_in_several_languages_is_left_out(scorer: Scorer) -> None:
    found = metrics.translation([GERMAN[0], ENGLISH[0]], [GERMAN[0], ENGLISH[0]], languages=["de", "en"], scorer=scorer)
    assert list(found) == ["labs", "chrf"]


def test_the_numbers_are_those_of_the_scorer(scorer: Scorer) -> None:
    scores = scorer.score(ENGLISH, ENGLISH[::-1], languages="en")
    answers = metrics.question_answering(ENGLISH, ENGLISH[::-1], languages="en", scorer=scorer)
    summaries = metrics.summarization(ENGLISH, documents=ENGLISH[::-1], languages="en", scorer=scorer)
    pairs = metrics.similarity(ENGLISH, ENGLISH[::-1], languages="en", scorer=scorer)
    assert answers["labs recall"].values == pytest.approx(scores.recall)
    assert summaries["faithfulness"].values == pytest.approx(scores.precision)
    assert pairs["labs"].values == pytest.approx(scores.f)
    one, other = ["Ja"], ["Yes"]
    sources = metrics.translation(one, sources=other, languages="de", source_languages="en", scorer=scorer)
    found = scorer.score(one, other, languages="de", reference_languages="en")
    assert sources["labs source"].values == pytest.approx(found.f)
    assert pairs["labs"].estimate == scores.corpus
    assert pairs["labs"].signature == scores.signature


def test_a_summary_that_is_a_sentence_of_its_document_is_faithful_and_covers_little_of_another(scorer: Scorer) -> None:
    document = "The harbour was closed on Monday. A crane had fallen into the water. Nobody was hurt."
    found = metrics.summarization(
        ["A crane had fallen into the water."],
        ["Nobody was hurt when the harbour was closed."],
        documents=[document],
        languages="en",
        scorer=scorer,
    )
    assert list(found) == ["labs", "coverage", "rouge l", "faithfulness"]
    assert found["faithfulness"].estimate.value > 0.9
    assert found["coverage"].estimate.value < 0.5


def test_a_long_right_answer_keeps_its_recall_and_loses_f(scorer: Scorer) -> None:
    found = metrics.question_answering(
        ["It was built in 1812 by a shepherd whose name was Tobias Fenn"],
        [["Tobias Fenn"]],
        languages="en",
        scorer=scorer,
    )
    assert list(found) == ["labs recall", "labs", "exact match", "token f1"]
    assert found["labs recall"].estimate.value > 0.8 > found["labs"].estimate.value


def test_labels_as_they_are_need_no_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_builtin", None)
    # scikit-learn 1.9.1, cohen_kappa_score and f1_score(average="macro"), the example of the former's documentation.
    found = metrics.classification(["neg", "pos", "neg", "neu", "pos"], ["neg", "pos", "neg", "neu", "neg"])
    assert found["kappa"].estimate.value == pytest.approx(0.6875)
    assert found["accuracy"].estimate.value == pytest.approx(0.8)
    assert found["macro f1"].estimate.value == pytest.approx((0.8 + 2 / 3 + 1) / 3)


def test_of_several_accepted_labels_the_one_that_the_output_says_counts_in_every_measure() -> None:
    found = metrics.classification(["a", "b"], [["b", "a"], ["b"]])
    assert [measure.estimate.value for measure in found.values()] == [1, 1, 1]
    wrong = metrics.classification(["c", "b", "a"], [["b", "a"], ["b"], ["a", "b"]])
    assert wrong["accuracy"].estimate.value == pytest.approx(2 / 3)
    assert wrong["macro f1"].estimate.value == pytest.approx((1 + 2 / 3) / 2)


@pytest.mark.parametrize("made", [list, np.array, lambda labels: list(np.array(labels))])
def test_labels_may_be_whole_numbers(made: Callable[[list[int]], Any]) -> None:
    found = metrics.classification(made([1, 0, 1]), made([1, 0, 0]))
    assert found["accuracy"].values == pytest.approx([1, 1, 0])
    assert metrics.classification(made([1, 0]), ["1", "0"])["kappa"].estimate.value == 1


def test_entities_are_counted_as_seqeval_counts_them() -> None:
    """seqeval 1.2.2, f1_score, the example of its README."""
    right = [["O", "O", "O", "B-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"], ["O"]]
    said = [["O", "O", "B-MISC", "I-MISC", "I-MISC", "I-MISC", "O"], ["B-PER", "I-PER", "O"], ["O"]]
    found = metrics.token_classification(said, right, ["a b c d e f g", "h i j", "k"])
    assert found["micro f1"].estimate.value == pytest.approx(0.5)
    assert found["entity f1"].estimate.value == pytest.approx(2 / 3)
    assert found["overlap f1"].estimate.value == 1
    assert found["entity recall"].estimate.value == pytest.approx(1 / 2)  # of the two texts that hold any
    assert found["entity recall"].estimate.clusters == 2


def test_languages_may_come_as_an_array(scorer: Scorer) -> None:
    tags: Any = np.array(["de", "de"])
    summaries = metrics.summarization(GERMAN, GERMAN, languages=tags, reference_languages=tags, scorer=scorer)
    answers = metrics.question_answering(GERMAN, GERMAN, languages="de", gold_languages=tags, scorer=scorer)
    pairs = metrics.similarity(GERMAN, GERMAN, languages="de", other_languages=tags, scorer=scorer)
    labels = metrics.classification(
        ["gut", "gut"], ["gut", "schlecht"], languages="de", label_languages=tags, scorer=scorer
    )
    for measure in (summaries["labs"], answers["labs"], pairs["labs"]):
        assert measure.estimate.value == 1
    assert labels["accuracy"].estimate.value == 0.5


def test_labels_in_another_language_are_read_as_the_label_that_they_name(scorer: Scorer) -> None:
    said = ["positiv", "negativ", "positive", "das weiß ich nicht"]
    right = ["positive", "negative", "positive", "negative"]
    found = metrics.classification(said, right, languages="de", label_languages="en", scorer=scorer)
    values = found["accuracy"].values
    assert values is not None
    assert values.tolist() == [1, 1, 1, 0]


def test_chrf_is_that_of_the_corpus_as_its_signature_says(scorer: Scorer) -> None:
    hypotheses = ["Die Katze liegt.", "Es regnet heute wieder sehr stark in ganz Berlin und um Berlin herum."]
    references = [[GERMAN[0], "Die Katze liegt da."], [GERMAN[1], "Heute regnet es."]]
    found = metrics.translation(hypotheses, references, languages="de", scorer=scorer)["chrf"]
    expected = CHRF().corpus_score(hypotheses, list(zip(*references, strict=True)))
    assert found.estimate.value == pytest.approx(expected.score / 100)
    assert found.signature.startswith("chrF2|nrefs:2|")
    assert found.values is not None
    assert found.values.mean() != pytest.approx(found.estimate.value, abs=1e-3)


def test_clusters_are_resampled_whole(scorer: Scorer) -> None:
    found = metrics.translation(GERMAN * 4, GERMAN * 4, languages="de", clusters=["a", "b"] * 4, scorer=scorer)
    assert {measure.estimate.clusters for measure in found.values()} == {2}


LABS = "LABS-F|nrefs:1|lang:en|enc:a@1|cal:floor+par+damage@2|v:0"


def measure(value: float, half: float, signature: str = LABS, name: str = "labs", common: bool = True) -> Measure:
    return Measure(name, Estimate(value, value - half, value + half, 10), None, signature, common)


def test_the_mean_of_tasks_counts_each_alike_and_its_interval_is_that_of_a_sum() -> None:
    # Half-widths 0.03 and 0.04: sqrt(0.03^2 + 0.04^2) / 2 = 0.025.
    found = metrics.overall({"qa": measure(0.4, 0.03), "mt": measure(0.8, 0.04)}).estimate
    assert (found.value, found.low, found.high) == pytest.approx((0.6, 0.575, 0.625))


def test_recall_and_f_of_one_scorer_average_with_kappa_in_any_languages() -> None:
    recall = measure(0.5, 0.1, LABS.replace("LABS-F|nrefs:1|lang:en", "LABS-R|nrefs:3|lang:zh-en"), "labs recall")
    chance = measure(0.3, 0.1, "kappa|chance:marginals|v:0", "kappa")
    assert metrics.overall({"a": recall, "b": chance, "c": measure(0.1, 0.1)}).estimate.value == pytest.approx(0.3)


REFUSED = {
    "raw": (
        measure(0.3, 0.1, "BLEU|nrefs:1", "bleu", common=False),
        "b: 'bleu' is not on the scale where 0 is unrelated",
    ),
    "nothing": (replace(measure(0, 0), estimate=NOTHING), "b: 'labs' measured nothing"),
    "another encoder": (
        measure(0.3, 0.1, LABS.replace("a@1", "b@7")),
        "a and b do not average: they differ in enc: a@1, b@7",
    ),
}


@pytest.mark.parametrize(("other", "message"), list(REFUSED.values()), ids=list(REFUSED))
def test_what_is_not_on_the_scale_or_was_made_otherwise_is_refused(other: Measure, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        metrics.overall({"a": measure(0.5, 0.1), "b": other})


def test_raw_scores_are_not_on_the_scale(scorer: Scorer) -> None:
    raw = metrics.similarity(ENGLISH, ENGLISH, languages="en", scorer=Scorer(calibration="none"))
    assert not raw["labs"].common


def test_a_mean_of_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="a mean of no measures"):
        metrics.overall({})


MISTAKES = {
    "nothing to compare with": (lambda: metrics.translation(GERMAN, languages="de"), "with references or with sources"),
    "sources of no language": (
        lambda: metrics.translation(GERMAN, languages="de", sources=ENGLISH),
        "source_languages: say the language of the sources",
    ),
    "no document": (lambda: metrics.summarization(ENGLISH, languages="en"), "with references or with its document"),
    "a bare string": (lambda: metrics.similarity("a", ["a"], languages="en"), "expected a list of texts, got str"),
    "lengths": (lambda: metrics.classification(["a"], ["a", "b"]), "1 candidates for 2 references"),
    "a fraction for a label": (
        lambda: metrics.classification([cast("int", 0.5)], [1]),
        r"pair 0: expected texts, got \(0.5, 1\)",
    ),
    "entities of fewer texts": (
        lambda: metrics.token_classification([[]], [[]], []),
        "1 outputs and 1 references for 0 texts",
    ),
    "an entity outside its text": (
        lambda: metrics.token_classification([[]], [[(0, 9, "PER")]], ["Anna"]),
        r"references\[0\]: an entity ends behind its text \(0-9 of 4 characters\)",
    ),
    "all measures of a task": (
        lambda: metrics.overall({"qa": cast("Measure", {"labs": measure(0.5, 0.1)})}),
        r"qa: expected one measure, such as found\['labs'\], got dict",
    ),
    "clusters": (lambda: metrics.classification(["a"], ["a"], clusters=["x", "y"]), "2 clusters for 1 pairs"),
}


@pytest.mark.parametrize(("call", "message"), list(MISTAKES.values()), ids=list(MISTAKES))
def test_a_wrong_call_is_told(call: object, message: str) -> None:
    assert callable(call)
    with pytest.raises(UsageError, match=message):
        call()
