"""How a table of phrases is found in a text, and how a replacement takes on the text's capitals."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust import Text, Word
from albert_robust.perturbing.phrases import PhraseTable, in_case, is_in_name, is_name, opens_sentence
from albert_robust.tables import read_rows


def found(text: str, *phrases: str, protect: tuple[str, ...] = ()) -> list[str]:
    table = PhraseTable(dict.fromkeys(phrases, True))
    return [word.string for word, _ in table.find(Text.of(text, protect=protect))]


def test_the_longest_phrase_wins() -> None:
    assert found("very good, very bad", "very", "very good") == ["very good", "very"]


def test_phrases_do_not_overlap() -> None:
    assert found("not at all good", "not at all", "all good") == ["not at all"]


@given(
    st.lists(
        st.sampled_from(["do", "not", "Do", "n't", "don’t", "na", "ﬁsh", "不", "好", "etc.", " ", "-"]), max_size=9
    )
)
def test_of_all_runs_of_words_the_longest_that_the_table_has_is_found(pieces: list[str]) -> None:
    table = PhraseTable(
        dict.fromkeys(["do not", "do", "don't", "not na", "fish", "不", "不好", "etc.", "好 do not"], True)
    )
    text = Text.of(" ".join(pieces))
    words = text.words()
    expected: list[str] = []
    done = 0
    for word in words:
        ends = [end for last in words for end in (last.end + 1, last.end) if word.start < end <= len(text)]
        strings = ["".join(text.graphemes[word.start : end]) for end in sorted(ends, reverse=True)]
        fitting = [string for string in strings if table.get(string) and not string[-1].isspace()]
        if word.start >= done and fitting:
            expected.append(fitting[0])
            done = word.start + len(fitting[0])
    assert [word.string for word, _ in table.find(text)] == expected


@pytest.mark.parametrize("text", ["every day", "very-good", "isn't", "averyb", "ver y"])
def test_only_whole_words_are_found_where_words_are_spaced(text: str) -> None:
    assert found(text, "very", "good", "isn", "t") == []


@pytest.mark.parametrize(
    ("text", "phrase"), [("我非常喜欢它", "喜欢"), ("とても好きです", "好き"), ("มีที่นี่", "ที่"), ("这个OK吗", "ok")]
)
def test_phrases_are_found_anywhere_where_words_are_not_spaced(text: str, phrase: str) -> None:
    assert [string.lower() for string in found(text, phrase)] == [phrase]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [("DO  NOT", "do not"), ("Don’t", "don't"), ("STRASSE", "straße"), ("İÇİN", "için"), ("cafe\u0301", "café")],
)
def test_case_blanks_apostrophes_and_composition_do_not_matter(text: str, phrase: str) -> None:
    assert found(text, phrase) == [text]


def test_a_phrase_that_touches_a_protected_span_is_not_found() -> None:
    assert found("do not do it", "do not", "do", protect=("not",)) == ["do", "do"]


def test_an_empty_table_finds_nothing() -> None:
    assert found("do not") == []
    assert len(PhraseTable({"": 1, " ": 2})) == 0


def test_of_two_spellings_of_a_phrase_the_first_counts() -> None:
    assert PhraseTable({"TV": 1, "tv": 2}).get("Tv") == 1


@pytest.mark.parametrize(
    ("text", "replacement", "listed", "expected"),
    [
        ("quick", "fast", "quick", "fast"),
        ("Quick", "fast", "quick", "Fast"),
        ("QUICK", "fast", "quick", "FAST"),
        ("I", "we", "I", "We"),
        ("TV", "television", "TV", "Television"),
        ("Handy", "Mobiltelefon", "Handy", "Mobiltelefon"),
    ],
)
def test_a_replacement_takes_the_capitals_of_what_it_replaces(
    text: str, replacement: str, listed: str, expected: str
) -> None:
    assert in_case(Text.of(text), Word(0, len(text), text), replacement, listed) == expected


def test_a_capital_that_the_table_writes_is_not_passed_on_within_a_sentence() -> None:
    text = Text.of("well I think so")
    assert in_case(text, Word(5, 12, "I think"), "in my view", "I think") == "in my view"


def test_turkish_capital_i_keeps_its_dot() -> None:
    assert in_case(Text.of("Güzel", "tr"), Word(0, 5, "Güzel"), "iyi", "güzel") == "İyi"


@pytest.mark.parametrize(
    ("before", "expected"), [("", True), ("Yes. ", True), ("¿", True), ('"Go!" ', True), ("so, ", False)]
)
def test_a_sentence_opens_at_the_start_and_after_closing_punctuation(before: str, expected: bool) -> None:
    assert opens_sentence(Text.of(before + "we"), len(before)) is expected


@pytest.mark.parametrize(
    ("text", "word", "within", "anywhere"),
    [
        ("See Pearl Harbor.", "Harbor", True, True),
        ("Old Town is near.", "Old", False, True),
        ("Old  Town is near.", "Old", False, True),
        ("Old E\u0301lysée is near.", "Old", False, True),
        ("Good TV is rare.", "Good", False, False),
        ("Late I came home.", "Late", False, False),
        ("Great\nThe food was hot.", "Great", False, False),
        ("Yes. Old friends came.", "Old", False, False),
        ("A VERY OLD TOWN", "OLD", False, False),
        ("an old Town", "old", False, False),
    ],
)
def test_a_capital_makes_a_name_within_a_sentence_or_before_another(
    text: str, word: str, within: bool, anywhere: bool
) -> None:
    place = text.index(word)
    where = Text.of(text), Word(place, place + len(word), word)
    assert (is_name(*where), is_in_name(*where)) == (within, anywhere)


def test_what_follows_makes_no_name_in_german_where_every_noun_has_a_capital() -> None:
    text, old = Text.of("Alte Stadt", "de"), Word(0, 4, "Alte")
    assert not is_in_name(text, old)


@given(
    st.lists(
        st.sampled_from(["a", ".", "!", '"', "'", "’", "”", ")", "(", "“", " ", "\n", "\r\n", "\u0301"]), max_size=9
    )
)
def test_what_is_far_before_decides_nothing_of_where_a_sentence_opens(pieces: list[str]) -> None:
    near, far = (Text.of("".join([*before, *pieces]) + "we") for before in (["a "], ["Yes. No (never) a "]))
    assert opens_sentence(near, len(near) - 2) is opens_sentence(far, len(far) - 2)


def test_rows_are_read_without_quoting(tmp_path: Path) -> None:
    (tmp_path / "table.tsv").write_text('language\tphrase\nen\t"so"\n', encoding="utf-8")
    assert read_rows(tmp_path / "table.tsv") == ({"language": "en", "phrase": '"so"'},)
