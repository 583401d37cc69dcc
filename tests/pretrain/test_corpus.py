"""What pretraining reads: files, bad lines, order, words kept back."""

import lzma
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.errors import InputError, UsageError
from albert_robust.pretrain.corpus import held_out, read_corpus
from albert_robust.pretrain.recipe import TextSources
from albert_robust.pretrain.typos import with_typo

Write = Callable[..., Path]


def test_a_line_that_is_not_utf_8_is_counted_and_named(write: Write) -> None:
    good = b"en\tde\ta\tb\n"
    path = write(p_dot_tsv=good + b"en\tde\tcaf\xe9\tb\n" + good)
    corpus = read_corpus(TextSources(parallel=["p.tsv"]), path.parent, 0)
    assert (len(corpus.pairs), corpus.bad_lines, corpus.bad_examples) == (2, 1, ["p.tsv:2: not UTF-8 text"])


def test_text_of_which_no_line_can_be_read_is_told_with_its_lines(write: Write) -> None:
    folder = write(empty_dot_tsv="", p_dot_tsv=b"one\ncaf\xe9\n").parent
    message = "no line that can be read\np.tsv:1: 1 columns, expected 4, none empty\np.tsv:2: not UTF-8 text$"
    with pytest.raises(UsageError, match=message):
        read_corpus(TextSources(parallel=["*.tsv"]), folder, 0)


def test_a_row_in_what_is_no_language_is_a_bad_line(write: Write) -> None:
    folder = write(p_dot_tsv="src_lang\ttgt_lang\tsource\ttarget\nen\tde\ta\tb\nEnglish\tde\ta\tb\n").parent
    corpus = read_corpus(TextSources(parallel=["p.tsv"]), folder, 0)
    assert corpus.languages == [("en", "de")]
    assert corpus.bad_examples == [
        "p.tsv:1: 'src_lang' is no language tag: write a BCP 47 tag such as en",
        "p.tsv:3: 'English' is no language tag: write a BCP 47 tag such as en",
    ]


@pytest.mark.parametrize(
    ("kind", "name", "word"), [("monolingual", "german.txt", "german"), ("lexicons", "he.tsv", "")]
)
def test_a_file_that_is_not_named_by_its_language_is_told(tmp_path: Path, kind: str, name: str, word: str) -> None:
    (tmp_path / name).write_text("a\tb\n", encoding="utf-8")
    with pytest.raises(InputError, match=rf"{name}:1:1: '{word}' is no language tag\n  name the file as .* is"):
        read_corpus(TextSources.model_validate({kind: [name]}), tmp_path, 0)


def test_packed_files_are_read_and_excluded_ones_left_out(write: Write) -> None:
    line = b"en\tde\ta\tb\n"
    write(a_dot_tsv_dot_xz=lzma.compress(line * 3), b_dot_tsv=line * 2)
    folder = write(c_dot_tsv=line).parent
    corpus = read_corpus(TextSources(parallel=["*.tsv*"], exclude=["b"]), folder, 0)
    assert corpus.sources == {"a": 3, "c": 1}


def test_the_order_of_pairs_is_that_of_the_seed(write: Write) -> None:
    folder = write(p_dot_tsv="".join(f"en\tde\t{number}\t{number}\n" for number in range(30))).parent
    orders = [read_corpus(TextSources(parallel=["p.tsv"], max_pairs=9), folder, seed).pairs for seed in (0, 0, 1)]
    assert orders[0] == orders[1] != orders[2]
    assert len(orders[0]) == 9


def test_words_of_a_lexicon_are_pairs_of_the_languages_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "he-en.tsv").write_text("כלב\tdog\tn\t120\tsource\nחתול\tcat\n\thalf\n", encoding="utf-8")
    corpus = read_corpus(TextSources(lexicons=["*-en.tsv"]), tmp_path, 0)
    assert sorted(corpus.pairs) == [("cat", "חתול"), ("dog", "כלב")]
    assert corpus.languages == [("en", "he")] * 2
    assert corpus.bad_examples == ["he-en.tsv:3: expected a word and its translation"]


def test_the_same_words_are_held_out_of_all_lexicons(tmp_path: Path) -> None:
    words = [f"word{number}" for number in range(500)]
    for language in ("de", "fr"):
        (tmp_path / f"{language}-en.tsv").write_text("".join(f"{language}{word}\t{word}\n" for word in words))
    corpus = read_corpus(TextSources(lexicons=["*-en.tsv"], words_held_out=0.2), tmp_path, 0)
    kept = {word for word in words if not held_out(word, 0.2)}
    assert {pair[0] for pair in corpus.pairs} == kept
    assert len(corpus.pairs) == 2 * len(kept)
    assert 350 < len(kept) < 450


def test_texts_of_one_language_are_pairs_with_themselves(tmp_path: Path) -> None:
    (tmp_path / "sw.txt").write_bytes(b"Habari ya asubuhi.\n\nKaribu.\n" + b"\xff\n")
    corpus = read_corpus(TextSources(monolingual=["sw.txt"]), tmp_path, 0)
    assert sorted(corpus.pairs) == [("Habari ya asubuhi.",) * 2, ("Karibu.",) * 2]
    assert corpus.languages == [("sw", "sw")] * 2
    assert corpus.bad_examples == ["sw.txt:4: not UTF-8 text"]


def test_copies_with_typos_keep_one_side(write: Write) -> None:
    folder = write(p_dot_tsv="en\tde\tbeautiful weather\tschönes Wetter\n" * 20).parent
    corpus = read_corpus(TextSources(parallel=["p.tsv"], typos=0.5), folder, 0)
    assert len(corpus.pairs) == 30
    changed = [pair for pair in corpus.pairs if pair != ("beautiful weather", "schönes Wetter")]
    assert changed
    assert all("beautiful weather" in pair or "schönes Wetter" in pair for pair in changed)


@given(st.text(), st.integers())
def test_a_typo_changes_no_more_than_a_letter_a_word(text: str, seed: int) -> None:
    damaged = with_typo(text, Random(seed))
    assert abs(len(damaged) - len(text)) <= 3 * (1 + len(text.split()))
    assert damaged[:1] == text[:1]
    assert with_typo(text, Random(seed)) == damaged
