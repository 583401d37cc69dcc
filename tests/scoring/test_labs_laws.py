"""What LABS promises of any encoder: a tiny untrained one without calibration, and the embedded one with all of it."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from copy import copy
from itertools import pairwise, product
from random import Random
from typing import Any
from unicodedata import normalize

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sentences import LETTERS, MACHINES
from threadpoolctl import threadpool_info

from albert_robust.calibrating.damage import damaged
from albert_robust.errors import UsageError
from albert_robust.scoring.labs import score
from albert_robust.scoring.letters import Letters, shared
from albert_robust.scoring.matching import in_one_thread
from albert_robust.scoring.scorer import Scorer

LINES = [
    "The food in the new restaurant was very good.",
    "The room was cold.",
    "新餐厅的食物很好。",
    "Еда в новом ресторане была хорошая.",
    "كان الطعام في المطعم الجديد جيدا.",
    "नए रेस्तराँ का भोजन अच्छा था।",
    "อาหารอร่อยมาก",
    "👩‍👧",
]
PAIRS = list(zip(LINES, [*LINES[1:], LINES[0]], strict=True))
ODD = [
    "👩‍👧",
    "\u200d",
    "\u202eabc",
    "שלום\u200f",
    "\0\x01\x7f",
    "\ufffd",
    "e\u0301" * 9,
    "\ud800",
    "\U0010ffff",
    "\u2028",
]
TEXTS = st.text(max_size=12) | st.sampled_from([*LINES, *ODD, "", " \n"])
LANGUAGES = list(LETTERS)
TAGS = [*LANGUAGES, "und", "zh-Hant", "sv", "no"]

laws = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def table(scorer: Scorer, pairs: Sequence[tuple[str, str]], **options: Any) -> Any:
    found = scorer.score([left for left, _ in pairs], [right for _, right in pairs], **options)
    return np.stack([found.precision, found.recall, found.f], axis=1)


def fresh(scorer: Scorer) -> Scorer:
    """A scorer alike that has read nothing yet."""
    return Scorer(scorer.encoder.name, profile=scorer.profile, calibration=scorer.calibration)


def supported(scorer: Scorer, one: str, other: str) -> bool:
    """Whether the encoder tells translations between two languages from unrelated texts."""
    assert scorer.profile is not None
    tables = scorer.profile.calibration
    try:
        tables.check([(tables.languages.index(one), tables.languages.index(other))])
    except UsageError:
        return False
    return True


def by_definition(scorer: Scorer, language: str, pair: tuple[str, str]) -> list[float]:
    """Return precision, recall and F before calibration by equations 1 to 3 of BERTScore, and a fifth of letters.

    Without a profile its vectors as they are, each weighing 1; else in the neutral space of docs/labs.md.
    """
    encoder, profile = scorer.encoder, scorer.profile
    vectors, weights = [], []
    for text in pair:
        read = encoder.tokenizer(text, return_tensors="pt", return_token_type_ids=False)
        hidden = encoder.model(**read).last_hidden_state[0, 1:-1].detach().numpy().astype(np.float64)
        found, weight = hidden, np.ones(len(hidden))
        if profile is not None:
            centred = hidden - profile.space.means[profile.languages.index(language)]
            found = centred @ profile.space.projector.T
            if "norm" in profile.weighting:
                weight = weight * np.linalg.norm(centred, axis=1) ** 0.75
            if "idf" in profile.weighting:
                rarity = profile.rarity[language]
                seen = dict(zip(rarity.tokens.tolist(), rarity.frequencies.tolist(), strict=True))
                ids = read["input_ids"][0, 1:-1].tolist()
                weight = weight * np.log([(rarity.texts + 1) / (seen.get(one, 0) + 1) for one in ids])
        vectors.append(found / np.linalg.norm(found, axis=1, keepdims=True))
        weights.append(weight)
    similarity = in_order(vectors[0] @ vectors[1].T)
    tokens = (
        np.average(similarity.max(axis=1), weights=weights[0]),
        np.average(similarity.max(axis=0), weights=weights[1]),
    )
    letters = shared(*(Letters.of(encoder.spelled(text)) for text in pair))
    precision, recall = (float(0.8 * one + 0.2 * other) for one, other in zip(tokens, letters, strict=True))
    both = precision > 0 and recall > 0
    return [precision, recall, 2 * precision * recall / (precision + recall) if both else min(precision, recall)]


def in_order(cosines: Any) -> Any:
    """Return how well tokens match: by the root of their cosine, less where the tokens before and after do not match."""
    found = np.zeros(cosines.shape)
    for row, column in np.ndindex(*cosines.shape):
        inside = [
            at[0] in range(len(cosines)) and at[1] in range(cosines.shape[1])
            for at in ((row - 1, column - 1), (row + 1, column + 1))
        ]
        before, after = (
            cosines[row + step, column + step] if known else 1.0 for step, known in zip((-1, 1), inside, strict=True)
        )
        found[row, column] = np.sqrt(max(0.001, cosines[row, column]) * (0.75 + 0.25 * (before + after) / 2))
    return found


def test_it_is_what_it_is_defined_to_be(scorer: Scorer) -> None:
    encoder = scorer.encoder
    read = [pair for pair in PAIRS if not any(encoder.unreadable[ids].any() for ids in encoder.ids(pair))]
    assert len(read) >= 6
    for language in ("en", "und"):
        expected = [by_definition(scorer, language, pair) for pair in read]
        left, right = zip(*read, strict=True)
        assert scorer.score(left, right, languages=language).raw == pytest.approx(np.array(expected), abs=1e-5)


def test_the_same_words_in_another_order_are_not_the_same_text(builtin_scorer: Scorer) -> None:
    line = "The old man in the garden gave the young woman a red book."
    near = "The young man in the garden gave the old woman a red book."
    far = "a the the book. woman man red gave young garden in The old"
    scores = table(builtin_scorer, [(line, line), (near, line), (far, line)], languages="en")
    assert (scores[0] > scores[1] + 0.02).all()
    assert (scores[1] > scores[2] + 0.02).all()


def test_a_word_in_other_letters_is_not_the_same_word(builtin_scorer: Scorer) -> None:
    line = "The Polish ambassador met Turkey's minister."
    scores = table(
        builtin_scorer, [("the polish ambassador met turkey's minister.", line), (line, line)], languages="en"
    )
    assert 0.7 < scores[0, 2] < scores[1, 2] == 1


def test_letters_are_not_compared_across_languages(builtin_scorer: Scorer) -> None:
    words = (["hotel normal"], ["HOTEL NORMAL"])  # the encoder reads small letters
    [apart] = builtin_scorer.score(*words, languages="es", reference_languages="de").raw
    [together] = builtin_scorer.score(*words, languages="de").raw
    assert apart[2] > 0.99 > together[2]


def test_a_text_is_whole_in_one_that_it_is_a_part_of(builtin_scorer: Scorer) -> None:
    for language in ("en", "ru", "ar"):
        part, whole = LETTERS[language], f"{MACHINES[language]} {LETTERS[language]} {MACHINES[language]}"
        found = builtin_scorer.score([whole, part], [part, whole], languages=language).raw
        # But for the token at a border, which may be another one inside.
        assert [found[0, 1], found[1, 0]] == pytest.approx([1, 1], abs=0.005)
        assert found[0, 0] < 0.95


@laws
@given(TEXTS, st.sampled_from(TAGS), st.sampled_from(TAGS))
@example(LETTERS["th"], "th", "th")
@example("كان الطعام في المطعم الجديد جيدا.", "ar", "fa")  # which spell it otherwise
def test_a_text_scores_exactly_1_against_itself_whatever_its_languages(
    scorer: Scorer, text: str, language: str, other: str
) -> None:
    found = table(scorer, [(text, f" {text}\n")], languages=language, reference_languages=other)
    assert found.tolist() == [[1.0] * 3]


@laws
@given(TEXTS, TEXTS, st.sampled_from(TAGS))
@example(
    LETTERS["el"], f"{LETTERS['el'][:3]}\u00ad{LETTERS['el'][3:]}", "el"
)  # one text to the encoder, but for rounding
def test_nothing_in_its_language_scores_above_a_text_itself(
    scorer: Scorer, text: str, other: str, language: str
) -> None:
    assert table(scorer, [(other, text), (text, other)], languages=language).max() <= 1


@pytest.mark.parametrize(("language", "other"), [("en", "en-US"), ("en-GB", "en-US"), ("zh-Hant", "zh")])
def test_a_script_or_a_region_makes_no_other_language(scorer: Scorer, language: str, other: str) -> None:
    one = scorer.score(["A cat, 2024"], ["a Cat in 2024"], languages=language, reference_languages=other)
    assert one.raw.tolist() == scorer.score(["A cat, 2024"], ["a Cat in 2024"], languages=other[:2]).raw.tolist()


def test_an_unknown_language_is_that_of_the_other_text(builtin_scorer: Scorer) -> None:
    expected = builtin_scorer.score(["Paris, 2024"], ["Paris in 2024"], languages="en")
    for tags in ((None, "en"), ("en", "und"), ("und", "en")):
        found = builtin_scorer.score(["Paris, 2024"], ["Paris in 2024"], languages=tags[0], reference_languages=tags[1])
        assert (found.f[0], found.signature) == (expected.f[0], expected.signature)
        assert found.raw.tolist() == expected.raw.tolist()


def test_each_token_of_a_text_is_nearest_to_itself(scorer: Scorer) -> None:
    for language, text in LETTERS.items():
        similarity = scorer.explain(text, text, language=language).similarity
        assert similarity.diagonal() == pytest.approx(1, abs=1e-5)
        assert similarity.max() <= 1 + 1e-5


@laws
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4), st.sampled_from(TAGS), st.sampled_from(TAGS))
def test_exchanging_the_texts_exchanges_precision_and_recall(
    scorer: Scorer, pairs: list[tuple[str, str]], language: str, other: str
) -> None:
    there = table(scorer, pairs, languages=language, reference_languages=other)
    turned = [(right, left) for left, right in pairs]
    back = table(scorer, turned, languages=other, reference_languages=language)
    assert there == pytest.approx(back[:, [1, 0, 2]], abs=1e-5)


@laws
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_neither_the_batch_nor_its_order_nor_duplicates_matter(
    scorer: Scorer, pairs: list[tuple[str, str]], random: Random
) -> None:
    together = table(fresh(scorer), pairs)
    alone = np.concatenate([table(fresh(scorer), [pair]) for pair in pairs])
    order = random.sample(range(len(pairs)), len(pairs))
    shuffled = table(fresh(scorer), [pairs[place] for place in order] * 2)
    assert alone == pytest.approx(together, abs=1e-5)
    assert shuffled == pytest.approx(np.concatenate([together[order]] * 2), abs=1e-5)


@laws
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6), st.integers(1, 5))
def test_how_many_texts_are_read_at_once_does_not_matter(
    scorer: Scorer, pairs: list[tuple[str, str]], size: int
) -> None:
    options: dict[str, Any] = {
        "profile": scorer.profile,
        "calibration": scorer.calibration,
        "device": "cpu",
        "batch_size": size,
    }
    by_size = copy(Scorer(scorer.encoder.name, **options))
    assert by_size.encoder.batch_size == size
    assert table(by_size, pairs) == pytest.approx(table(fresh(scorer), pairs), abs=1e-5)


def test_what_was_read_before_does_not_matter(scorer: Scorer) -> None:
    warm = fresh(scorer)
    table(warm, [(right, left) for left, right in PAIRS], languages="en")
    assert table(warm, PAIRS) == pytest.approx(table(fresh(scorer), PAIRS), abs=1e-5)


def test_neither_the_process_nor_its_hash_seed_nor_its_threads_matter(builtin_scorer: Scorer) -> None:
    program = f"""
import json, torch
from albert_robust import score
torch.set_num_threads(2)
found = score({LINES!r}, {[right for _, right in PAIRS]!r}, languages='en')
print(json.dumps([found.f.tolist(), found.signature]))"""
    environment = {**os.environ, "PYTHONHASHSEED": "7", "OMP_NUM_THREADS": "2"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True, env=environment)
    here = fresh(builtin_scorer).score(LINES, [right for _, right in PAIRS], languages="en")
    f, signature = json.loads(done.stdout)
    assert f == pytest.approx(here.f.tolist(), abs=1e-5)
    assert signature == here.signature


@laws
@given(TEXTS, TEXTS)
@example("caf\u00e9 na\u00efve", "tea")
def test_neither_normal_form_nor_outer_white_space_matters(scorer: Scorer, one: str, other: str) -> None:
    plain, changed = table(
        fresh(scorer), [(one, other), (f"\t{normalize('NFD', one)}\u3000\n", normalize("NFC", other))]
    )
    assert changed == pytest.approx(plain, abs=1e-6)


@laws
@given(TEXTS, st.lists(TEXTS, min_size=2, max_size=4))
def test_one_more_reference_never_lowers_a_score_and_one_gives_all_three_numbers(
    scorer: Scorer, candidate: str, references: list[str]
) -> None:
    found = [scorer.score([candidate], [references[:count]]) for count in range(1, len(references) + 1)]
    assert all(fewer.f[0] <= more.f[0] + 1e-6 for fewer, more in pairwise(found))
    last, each = found[-1], table(scorer, [(candidate, reference) for reference in references])
    winner = last.winners[0]
    assert each[winner, 2] == pytest.approx(each[:, 2].max(), abs=1e-6)
    assert [last.precision[0], last.recall[0], last.f[0]] == pytest.approx(each[winner], abs=1e-6)


def test_the_reference_that_wins_on_the_calibrated_scale_wins(builtin_scorer: Scorer) -> None:
    # A long reference has a higher floor than a short one: as matched it can be ahead and still be behind as scored.
    references = [[LETTERS["en"], MACHINES["en"], f"{MACHINES['en']} {LETTERS['en']} {LINES[0]}"]] * 3
    candidates = [LINES[0], "A letter.", "iron"]
    found = builtin_scorer.score(candidates, references, languages="en")
    each = [
        table(builtin_scorer, [(one, other) for other in group], languages="en")[:, 2]
        for one, group in zip(candidates, references, strict=True)
    ]
    assert found.winners.tolist() == [int(scores.argmax()) for scores in each]


@laws
@given(st.text(alphabet=" \t\n\u00a0\u3000", max_size=4), TEXTS.filter(str.strip))
def test_two_empty_texts_score_1_and_an_empty_one_against_another_0(scorer: Scorer, blank: str, text: str) -> None:
    found = scorer.score([blank, blank, text], ["", text, blank])
    assert found.f.tolist()[0] == 1
    # A text that is all control characters may have no token either, and then is empty too.
    assert found.f.tolist()[1:] in ([0, 0], [1, 1])
    assert found.empty == list(found.f).count(0)


def test_empty_texts_are_counted(scorer: Scorer) -> None:
    found = scorer.score(["", " ", "", "a", "b"], ["", "\n", "a", "", "b"])
    assert found.f.tolist() == [1, 1, 0, 0, 1]
    assert found.empty == 2


@laws
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=4), st.sampled_from(TAGS))
def test_any_text_has_a_number_and_the_corpus_is_their_mean(
    scorer: Scorer, pairs: list[tuple[str, str]], language: str
) -> None:
    found = scorer.score([left for left, _ in pairs], [right for _, right in pairs], languages=language)
    numbers = np.stack([found.precision, found.recall, found.f])
    assert np.isfinite(numbers).all()
    assert (np.abs(found.raw) <= 1 + 1e-5).all()
    assert found.corpus.measured == bool(pairs)
    assert np.isnan(found.corpus.value) if not pairs else found.corpus.value == pytest.approx(found.f.mean())


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_an_odd_text_has_a_number(scorer: Scorer, text: str) -> None:
    assert np.isfinite(table(scorer, [(text, "a"), ("a", text), (text, f"{text}{text}"), (text, LINES[2])])).all()


def test_the_corpus_lies_within_its_interval(scorer: Scorer) -> None:
    found = scorer.score(LINES, [right for _, right in PAIRS])
    assert found.corpus.value == pytest.approx(found.f.mean())
    assert found.corpus.low <= found.corpus.value <= found.corpus.high
    halves = scorer.score(LINES, [right for _, right in PAIRS], clusters=[0, 1] * 4)
    assert halves.corpus.value == pytest.approx(found.corpus.value)
    assert halves.corpus.clusters == 2


def test_the_last_sentence_of_a_text_of_two_thousand_tokens_is_seen(scorer: Scorer) -> None:
    start = " ".join(f"Sentence number {number} is here." for number in range(400))
    assert len(scorer.encoder.ids([start])[0]) > 2000
    found = table(scorer, [(f"{start} Dogs bark.", f"{start} Winter was cold."), (f"{start} Dogs bark.", start)])
    assert (found[:, 2] < 1 - 1e-6).all()
    assert (found[:, 2] > 0.9).all()


def test_more_damage_gives_a_lower_mean(scorer: Scorer) -> None:
    means = []
    for share in (0, 0.25, 0.5, 0.75, 1):
        random = Random(1)
        texts = [damaged(LETTERS[tag], MACHINES[tag], share, random) for tag in LANGUAGES for _ in range(4)]
        references = [LETTERS[tag] for tag in LANGUAGES for _ in range(4)]
        tags = [tag for tag in LANGUAGES for _ in range(4)]
        means.append(scorer.score(texts, references, languages=tags).corpus.value)
    assert all(less > more for less, more in pairwise(means))


def test_unrelated_texts_score_about_0_and_translations_well_above_it(builtin_scorer: Scorer) -> None:
    own, other = zip(*[pair for pair in product(LANGUAGES, LANGUAGES) if supported(builtin_scorer, *pair)], strict=True)
    assert len(own) > 600
    letters = [LETTERS[tag] for tag in own]
    unrelated, translated = (
        builtin_scorer.score(letters, [texts[tag] for tag in other], languages=own, reference_languages=other).f
        for texts in (MACHINES, LETTERS)
    )
    # Two texts in 26 languages: what is left is these two texts' own distance, by length and by words.
    assert unrelated.mean() == pytest.approx(0, abs=0.1)
    apart = np.array(own) != np.array(other)
    assert translated[apart].mean() > unrelated.mean() + 3 * unrelated.std()


def test_a_translation_is_nearer_than_an_unrelated_sentence() -> None:
    there = ["The dog sleeps in the garden.", "We need more water.", "She reads a new book."]
    for language, other in (
        ("de", ["Der Hund schläft im Garten.", "Wir brauchen mehr Wasser.", "Sie liest ein neues Buch."]),
        ("zh", ["狗在花园里睡觉。", "我们需要更多的水。", "她在读一本新书。"]),
        ("es", ["El perro duerme en el jardín.", "Necesitamos más agua.", "Ella lee un libro nuevo."]),
    ):
        right, wrong = (
            score(there, texts, languages="en", reference_languages=language)
            for texts in (other, [*other[1:], other[0]])
        )
        assert right.corpus.value > wrong.corpus.value


def test_no_pairs_have_no_mean(scorer: Scorer) -> None:
    found = scorer.score([], [])
    assert (found.f.shape, found.corpus.measured) == ((0,), False)


def test_each_layer_gives_other_numbers(tiny_encoder: str) -> None:
    layers = [Scorer(tiny_encoder, layer=layer, calibration="none") for layer in (0, 1, 2)]
    assert len({round(float(table(one, PAIRS)[:, 2].mean()), 6) for one in layers}) == 3


def test_a_text_has_one_vector_and_each_token_one(scorer: Scorer) -> None:
    vectors, tokens = (
        scorer.vectors([LINES[0], "", LINES[2]], "en"),
        scorer.token_vectors([LINES[0], "", LINES[2]], "en"),
    )
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 0, 1], abs=1e-5)
    assert [len(one) for one in tokens] == [len(ids) for ids in scorer.encoder.ids([LINES[0], "", LINES[2]])]
    assert {one.shape[1] for one in tokens} == {vectors.shape[1]}
    assert np.linalg.norm(np.concatenate(tokens), axis=1) == pytest.approx(1, abs=1e-5)


def test_a_pair_taken_apart_adds_up_to_its_score(scorer: Scorer) -> None:
    found = scorer.explain(LINES[0], LINES[1], language="en")
    rows = found.similarity.max(axis=1), found.similarity.max(axis=0)
    weights = found.candidate_weights, found.reference_weights
    assert found.letters is not None
    measures = [
        0.8 * float(np.average(row, weights=weight)) + 0.2 * letters
        for row, weight, letters in zip(rows, weights, found.letters, strict=True)
    ]
    assert found.scores.raw[0, :2] == pytest.approx(measures, abs=1e-5)
    assert found.scores.f == pytest.approx(scorer.score([LINES[0]], [LINES[1]], languages="en").f, abs=1e-5)
    assert (len(found.candidate), len(found.reference)) == found.similarity.shape


@pytest.mark.parametrize(("one", "other"), [("", "a"), ("a", ""), ("", "")])
def test_a_pair_with_an_empty_text_is_taken_apart_too(scorer: Scorer, one: str, other: str) -> None:
    found = scorer.explain(one, other, language="en", reference_language="de")
    assert (len(found.candidate), len(found.reference)) == found.similarity.shape
    assert found.letters is None  # two languages
    assert found.precision_matches == []
    assert found.scores.f.tolist() == [float(one == other)]


def test_a_pair_is_taken_apart_in_the_language_that_is_detected(builtin_scorer: Scorer) -> None:
    found = builtin_scorer.explain(LETTERS["de"], LETTERS["fr"], language="detect", reference_language="detect")
    named = builtin_scorer.explain(LETTERS["de"], LETTERS["fr"], language="de", reference_language="fr")
    assert found.similarity == pytest.approx(named.similarity, abs=1e-6)
    assert found.scores.signature == named.scores.signature


def product_threads() -> list[int]:
    """Return in how many threads each library that multiplies matrices does so."""
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_the_products_of_two_texts_are_not_shared_among_threads() -> None:
    """They are too small: on a busy machine each would wait for the other thread."""
    before = product_threads()
    with in_one_thread():
        assert product_threads() == [1] * len(before)
    assert product_threads() == before
