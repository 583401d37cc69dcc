"""What each task measures, with numbers worked by hand or taken from other tools."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.tasks import TASKS, Answer, Task
from albert_robust.tasks.task import Aggregate, Compared, Labs, Score, TextScorer
from albert_robust.tasks.text_classification import kappa, label_counts

LABELS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=30)


class Lengths(TextScorer):
    """A scorer without an encoder: precision is 1/10 of the candidate's length, recall of the reference's, F their sum."""

    def __init__(self) -> None:
        self.asked: list[Compared] = []

    def scores(self, pairs: Sequence[Compared]) -> list[Score]:
        self.asked += pairs
        lengths = [(len(pair.output) / 10, len(pair.reference) / 10) for pair in pairs]
        return [Score(own, other, own + other - 0.5) for own, other in lengths]


def answered(said: Sequence[str], right: Sequence[str]) -> list[Answer]:
    return [Answer(output, (reference,)) for output, reference in zip(said, right, strict=True)]


def kappa_of(said: Sequence[str], right: Sequence[str]) -> float:
    return float(kappa(label_counts(answered(said, right)).sum(axis=0, keepdims=True))[0])


def test_the_number_is_the_precision_recall_or_f_clipped_to_the_unit() -> None:
    pairs = [Compared("ab", "abcd"), Compared("", ""), Compared("a" * 20, "b" * 20)]
    assert Labs("precision")(pairs, Lengths()) == [0.2, 0, 1]
    assert Labs("recall")(pairs, Lengths()) == [0.4, 0, 1]
    assert Labs()(pairs, Lengths()) == [pytest.approx(0.1), 0, 1]


@pytest.mark.parametrize("task", TASKS.values(), ids=TASKS)
def test_a_measure_asks_for_labs_if_and_only_if_it_says_so(task: Task) -> None:
    for metric in (*task.agreements.values(), *(quality.metric for quality in task.qualities.values())):
        scorer = Lengths()
        metric([Compared("0", "1")], scorer)
        assert bool(scorer.asked) == metric.needs_encoder


def test_the_best_reference_counts_and_each_text_is_asked_in_its_language() -> None:
    scorer = Lengths()
    answer = Answer("abc", ("a", "abcd", "ab"), language="de", reference_language="en")
    assert TASKS["question-answering"].qualities["labs recall"].measure([answer], scorer) == [0.4]
    assert scorer.asked == [Compared("abc", reference, "de", "en") for reference in answer.references]


def test_a_longer_answer_that_holds_the_gold_one_has_its_whole_recall() -> None:
    short, long = (Answer(output, ("abcd",)) for output in ("abcd", "abcd and a lot more"))
    values = TASKS["question-answering"].qualities["labs recall"].measure([short, long], Lengths())
    assert values[0] == values[1]


def test_a_summary_is_compared_with_its_document_for_faithfulness_and_with_references_for_coverage() -> None:
    scorer, qualities = Lengths(), TASKS["summarization"].qualities
    answer = Answer("abc", ("ab", "abcdef"), "the document", "zh", "en", "fr")
    assert qualities["faithfulness"].measure([answer], scorer) == [0.3]
    assert scorer.asked == [Compared("abc", "the document", "zh", "fr")]
    assert qualities["coverage"].measure([answer], scorer) == [0.6]


def test_a_right_answer_in_a_sentence_of_its_own_is_contained_and_no_exact_match() -> None:
    answer = Answer("That is Mont Blanc, I think.", ("the Alps", "Mont Blanc"))
    values = {name: one.measure([answer], Lengths())[0] for name, one in TASKS["text-generation"].qualities.items()}
    assert (values["contains"], values["exact match"], values["token f1"]) == (1, 0, 0.5)


def test_what_compares_with_the_source_needs_no_reference_and_the_rest_measures_nothing_without() -> None:
    answer = Answer("a translation", (), "the source")
    values = {name: one.measure([answer], Lengths())[0] for name, one in TASKS["translation"].qualities.items()}
    assert {name for name, value in values.items() if str(value) != "nan"} == {"labs source"}


def test_a_copy_of_the_source_is_no_translation() -> None:
    measure = TASKS["translation"].qualities["labs source"].measure
    source = "one two three four five six"
    half = Answer("one two three four vier fünf sechs sieben", (), source, "de", source_language="en")
    outputs = [
        half._replace(output=source),
        half,
        half._replace(output="one two three vier"),
        half._replace(language="en"),
    ]
    assert measure(outputs, Lengths()) == [0, 0.5, 1, 1]


def test_labels_that_are_equal_are_1_in_whatever_languages_and_others_are_scored_by_name() -> None:
    scorer = Lengths()
    pairs = [Compared("good", "good", "de", "en"), Compared("gut", "good", "de", "en")]
    assert TASKS["text-classification"].agreements["labs"](pairs, scorer) == [1, pytest.approx(0.2)]
    assert scorer.asked == [Compared("gut", "good", "de", "en")]


@pytest.mark.parametrize(
    ("said", "right", "value"),
    [
        # scikit-learn 1.9.1, cohen_kappa_score: the example of its documentation, and three more.
        (["neg", "pos", "neg", "neu", "pos"], ["neg", "pos", "neg", "neu", "neg"], 0.6875),
        ("012012", "021001", 0.0),
        ("aaaaaaaaab", "aaaaaaaaaa", 0.0),
        ("ababababab", "bababababa", -1.0),
        # By hand: right 35 of 50; by chance 1/2 * 25/50 + 1/2 * 25/50, so (0.7 - 0.5) / (1 - 0.5).
        ("y" * 20 + "y" * 5 + "n" * 10 + "n" * 15, "y" * 20 + "n" * 5 + "y" * 10 + "n" * 15, 0.4),
    ],
)
def test_kappa_is_cohen_s(said: Sequence[str], right: Sequence[str], value: float) -> None:
    assert kappa_of(said, right) == pytest.approx(value, abs=1e-12)


@given(LABELS)
def test_a_model_that_always_says_one_label_is_at_chance(pairs: list[tuple[str, str]]) -> None:
    right = [reference for _, reference in pairs]
    for label in "abc":
        assert np.isnan(kappa_of([label] * len(right), right)) or kappa_of([label] * len(right), right) == 0


@given(LABELS)
def test_kappa_is_1_for_the_right_labels_and_never_above(pairs: list[tuple[str, str]]) -> None:
    said, right = [one for one, _ in pairs], [other for _, other in pairs]
    assert -1 - 1e-12 <= kappa_of(said, right) <= 1 + 1e-12 or np.isnan(kappa_of(said, right))
    assert kappa_of(right, right) == pytest.approx(1) or len(set(right)) == 1


def test_outputs_of_other_examples_are_at_chance_on_average() -> None:
    rng = np.random.default_rng(0)
    right = rng.choice(["a", "b", "c"], 4000, p=[0.7, 0.2, 0.1])
    assert kappa_of(list(rng.permutation(right)), list(right)) == pytest.approx(0, abs=0.03)


def test_a_label_that_is_accepted_is_right_wherever_it_stands() -> None:
    answers = [Answer("a", ("b", "a")), Answer("b", ("b",)), Answer("c", ("a", "b"))]
    found = TASKS["text-classification"].aggregates
    assert found["kappa"].measure(answers[:2], range(2)).value == 1
    assert found["macro f1"].measure(answers, range(3)).value == pytest.approx((2 / 3 + 1) / 2)


def test_a_rare_label_that_was_right_once_proves_little() -> None:
    answers = answered("a" * 39 + "b", "a" * 39 + "b")
    found = TASKS["text-classification"].aggregates["macro f1"].measure(answers, range(40), confidence=0.9)
    assert found.value == found.high == 1
    assert (
        found.low < 0.8
    )  # one error in ten at the rare label is likely unseen; of 40 yes-no outcomes it would be 0.93


def test_however_answers_are_worded_that_are_no_label_macro_f1_is_the_same() -> None:
    measure = TASKS["text-classification"].aggregates["macro f1"].measure
    one, many = ([*"aabb", *(f"no label {place * way}" for place in range(4))] for way in (0, 1))
    found = [measure(answered(said, "aabbabab"), range(8), confidence=0.9) for said in (one, many)]
    assert found[0] == found[1]
    assert found[0].value == pytest.approx(2 / 3)


def test_answers_that_are_no_label_take_no_more_room_than_one_label() -> None:
    assert label_counts(answered(["a", *(f"no label {place}" for place in range(9))], "a" * 10)).shape == (10, 2, 3)


def test_labels_that_no_reference_names_raise_a_bound_little() -> None:
    nonsense = answered([f"no label {place}" for place in range(20)], "ab" * 10)
    found = TASKS["text-classification"].aggregates["macro f1"].measure(nonsense, range(20), confidence=0.9)
    assert found.high < 0.4


def test_one_label_alone_is_no_evidence() -> None:
    assert not Aggregate(label_counts, kappa).measure(answered("aaa", "aaa"), range(3)).measured


# The corpus of sacrebleu's README: two references a segment, BLEU = 48.530827 with the default settings.
HYPOTHESES = ["The dog bit the man.", "It wasn't surprising.", "The man had just bitten him."]
REFERENCES = [
    ("The dog bit the man.", "The dog had bit the man."),
    ("It was not unexpected.", "No one was surprised."),
    ("The man bit him first.", "The man had bitten the dog."),
]


def test_bleu_is_the_whole_corpus_s() -> None:
    answers = [
        Answer(hypothesis, group, reference_language="en")
        for hypothesis, group in zip(HYPOTHESES, REFERENCES, strict=True)
    ]
    found = TASKS["translation"].aggregates["bleu"].measure(answers, range(3))
    assert found.value == pytest.approx(0.48530827)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_variants_of_one_example_are_one_cluster_of_an_aggregate() -> None:
    answers = [Answer(hypothesis, (hypothesis,), reference_language="en") for hypothesis in HYPOTHESES] * 2
    assert TASKS["translation"].aggregates["bleu"].measure(answers, [0, 1, 2, 0, 1, 2]).clusters == 3
