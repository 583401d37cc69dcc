"""What LABS promises of any encoder: a tiny untrained one, and the embedded one."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_robust import score
from albert_robust.errors import UsageError
from albert_robust.scoring.encoder import load_encoder
from albert_robust.scoring.labs import match, signature

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


@pytest.fixture(scope="session")
def tiny_encoder(tiny: Callable[..., Path]) -> str:
    return str(tiny(max_position_embeddings=128))


@pytest.fixture(params=["tiny", "builtin"])
def encoder(request: pytest.FixtureRequest, tiny_encoder: str) -> str:
    return tiny_encoder if request.param == "tiny" else "builtin"


def table(encoder: str, pairs: list[tuple[str, str]], **options: Any) -> Any:
    found = score([left for left, _ in pairs], [right for _, right in pairs], encoder=encoder, **options)
    return np.stack([found.precision, found.recall, found.f], axis=1)


def by_definition(encoder: str, candidate: str, reference: str) -> tuple[float, float, float]:
    """Return precision, recall and F by equations 1 to 3 of BERTScore, a sentence at a time, without special tokens."""
    loaded = load_encoder(encoder)
    vectors = []
    for text in (candidate, reference):
        tokens = loaded.tokenizer(text, return_tensors="pt", return_token_type_ids=False)
        hidden = loaded.model(**tokens, output_hidden_states=True).hidden_states[loaded.layer][0, 1:-1]
        vectors.append((hidden / hidden.norm(dim=1, keepdim=True)).detach())
    similarity = vectors[0] @ vectors[1].T
    precision, recall = similarity.max(dim=1).values.mean().item(), similarity.max(dim=0).values.mean().item()
    return precision, recall, 2 * precision * recall / (precision + recall)


def test_it_is_what_the_paper_defines(encoder: str) -> None:
    expected = [by_definition(encoder, left, right) for left, right in PAIRS]
    assert table(encoder, PAIRS) == pytest.approx(np.array(expected), abs=1e-5)


def test_a_text_is_as_near_to_itself_as_can_be(encoder: str) -> None:
    assert table(encoder, [(line, line) for line in LINES]) == pytest.approx(1)
    doubled = [(line, f"{line} ") for line in LINES]
    assert table(encoder, doubled) == pytest.approx(1)


def test_exchanging_the_texts_exchanges_precision_and_recall(encoder: str) -> None:
    there, back = table(encoder, PAIRS), table(encoder, [(right, left) for left, right in PAIRS])
    assert there[:, [0, 1, 2]] == pytest.approx(back[:, [1, 0, 2]], abs=1e-5)


def test_neither_the_batch_nor_its_order_matters(encoder: str) -> None:
    together = table(encoder, PAIRS)
    alone = np.concatenate([table(encoder, [pair]) for pair in PAIRS])
    order = Random(1).sample(range(len(PAIRS)), len(PAIRS))
    shuffled = table(encoder, [PAIRS[place] for place in order] * 2)
    assert alone == pytest.approx(together, abs=1e-5)
    assert shuffled == pytest.approx(np.concatenate([together[order]] * 2), abs=1e-5)


def test_neither_normal_form_nor_outer_blanks_matter(encoder: str) -> None:
    pairs = [("caf\u00e9 na\u00efve", "tea"), ("  cafe\u0301 nai\u0308ve\n", "tea ")]
    first, second = table(encoder, pairs)
    assert first == pytest.approx(second, abs=1e-6)


def test_two_empty_texts_are_alike_and_an_empty_one_is_like_no_other(encoder: str) -> None:
    assert table(encoder, [("", ""), (" ", "\n"), ("", "a"), ("a", "")]).tolist() == [
        [1] * 3,
        [1] * 3,
        [0] * 3,
        [0] * 3,
    ]


@settings(max_examples=25)
@given(pairs=st.lists(st.tuples(st.text(max_size=12), st.text(max_size=12)), min_size=1, max_size=4))
def test_any_text_has_a_number(tiny_encoder: str, pairs: list[tuple[str, str]]) -> None:
    for encoder in (tiny_encoder, "builtin"):
        found = table(encoder, pairs)
        assert np.isfinite(found).all()
        assert (np.abs(found) <= 1 + 1e-5).all()


def test_half_a_character_has_a_number(encoder: str) -> None:
    assert np.isfinite(table(encoder, [("a\ud800b", "ab")])).all()


def test_of_several_references_one_gives_all_three_numbers(encoder: str) -> None:
    candidate, references = LINES[0], [LINES[2], LINES[0] + " Really.", LINES[1]]
    found = score([candidate], [references], encoder=encoder)
    each = table(encoder, [(candidate, reference) for reference in references])
    assert found.winners.tolist() == [int(each[:, 2].argmax())]
    assert [found.precision[0], found.recall[0], found.f[0]] == pytest.approx(each[found.winners[0]], abs=1e-5)


def test_one_more_reference_never_lowers_a_score(encoder: str) -> None:
    scores = [score([LINES[0]], [LINES[1 : 1 + count]], encoder=encoder).f[0] for count in range(1, 6)]
    assert all(fewer <= more + 1e-6 for fewer, more in pairwise(scores))


def test_the_last_sentence_of_a_text_of_two_thousand_tokens_is_seen(encoder: str) -> None:
    start = " ".join(f"Sentence number {number} is here." for number in range(400))
    assert len(load_encoder(encoder).tokenizer(start)["input_ids"]) > 2000
    found = table(encoder, [(f"{start} Dogs bark.", f"{start} Winter was cold."), (f"{start} Dogs bark.", start)])
    assert (found[:, 2] < 1 - 1e-6).all()
    assert (found[:, 2] > 0.9).all()


def test_the_corpus_is_the_mean_of_its_segments_within_its_interval(encoder: str) -> None:
    found = score(LINES, [*LINES[1:], LINES[0]], encoder=encoder)
    assert found.corpus.value == pytest.approx(found.f.mean())
    assert found.corpus.low <= found.corpus.value <= found.corpus.high


def test_no_pairs_have_no_mean() -> None:
    found = score([], [])
    assert (found.f.shape, found.corpus.measured) == ((0,), False)


def test_rare_words_weigh_more_with_idf(encoder: str) -> None:
    references = ["the cat", "the dog", "the cow", "the hen"]
    plain, weighted = (table(encoder, [("a cat", one) for one in references], idf=idf) for idf in (False, True))
    assert np.isfinite(weighted).all()
    assert not np.allclose(plain, weighted)


def test_a_translation_is_nearer_than_an_unrelated_sentence() -> None:
    there = ["The dog sleeps in the garden.", "We need more water.", "She reads a new book."]
    for other in (
        ["Der Hund schläft im Garten.", "Wir brauchen mehr Wasser.", "Sie liest ein neues Buch."],
        ["狗在花园里睡觉。", "我们需要更多的水。", "她在读一本新书。"],
        ["El perro duerme en el jardín.", "Necesitamos más agua.", "Ella lee un libro nuevo."],
    ):
        right, wrong = score(there, other), score(there, [*other[1:], other[0]])
        assert right.corpus.value > wrong.corpus.value


def test_the_signature_changes_with_whatever_shapes_the_score(tiny: Callable[..., Path], tiny_encoder: str) -> None:
    base = load_encoder(tiny_encoder)
    signatures = [
        signature(base),
        signature(load_encoder(str(tiny(seed=1, max_position_embeddings=128)))),
        signature(load_encoder(tiny_encoder, layer=1)),
        signature(base, idf=True),
        signature(base, nrefs=2),
        signature(base, languages="zh-en"),
    ]
    assert len(set(signatures)) == len(signatures)


def test_the_signature_does_not_change_with_the_place_of_the_encoder(tiny_encoder: str, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny_encoder, tmp_path / Path(tiny_encoder).name)
    assert signature(load_encoder(str(copy))) == signature(load_encoder(tiny_encoder))


def test_the_signature_is_the_same_in_another_process() -> None:
    program = "from albert_robust import score; print(score(['a'], ['b']).signature)"
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert other.stdout.strip() == score(["a"], ["b"]).signature


def test_an_encoder_that_lacks_a_layer_is_refused_rather_than_given_a_random_one(
    tiny_encoder: str, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_encoder, tmp_path / "cut")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "num_hidden_layers": 3}))
    with pytest.raises(UsageError, match=r"is not whole: it has no weights for encoder\.layer\.2\."):
        load_encoder(str(folder))


def test_an_unknown_language_is_und_in_the_signature(tiny_encoder: str) -> None:
    assert "|lang:und|" in score(["a"], ["b"], encoder=tiny_encoder).signature
    assert "|lang:zh|" in score(["a"], ["b"], encoder=tiny_encoder, languages="zh").signature


@pytest.mark.parametrize(
    ("candidates", "references", "message"),
    [
        ("one text", ["one text"], "candidates: expected a list of texts, got str"),
        (["one text"], "one text", "references: expected a list of texts, got str"),
        (None, ["a"], "candidates: expected a list of texts, got NoneType"),
        (["a", "b"], ["a"], "2 candidates for 1 references"),
        (["a"], [None], r"pair 0: expected texts, got \('a', None\)"),
        (["a", None], ["a", "b"], r"pair 1: expected texts, got \(None, 'b'\)"),
        (["a"], [3], r"pair 0: expected texts, got \('a', 3\)"),
        (["a"], [[]], r"pair 0: expected texts, got \('a', \[\]\)"),
        (["a"], [["b", None]], r"pair 0: expected texts"),
        ([b"a"], ["a"], r"pair 0: expected texts"),
    ],
)
def test_what_are_no_two_lists_of_texts_is_told(candidates: Any, references: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        score(candidates, references)


@pytest.mark.parametrize(
    ("name", "layer", "message"),
    [
        ("no/such/folder", None, "cannot load the encoder 'no/such/folder'"),
        ("builtin", 99, "has layers 0 to .*, got 99"),
    ],
)
def test_an_encoder_that_cannot_be_loaded_is_told(name: str, layer: int | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load_encoder(name, layer)


def test_each_layer_gives_other_numbers(tiny_encoder: str) -> None:
    found = [match(load_encoder(tiny_encoder, layer=layer), PAIRS)[:, 2].mean() for layer in (0, 1, 2)]
    assert len({round(float(value), 6) for value in found}) == 3
