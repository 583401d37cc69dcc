"""What `typos.homophone` promises: another word of the same sound, which stands out, and no denial lost or made."""

from random import Random

import pytest
import regex

from albert_robust import Text, read_rows
from albert_robust.builtin import builtin
from albert_robust.perturbing import open_packs

HOMOPHONE = open_packs().get("typos.homophone")
PACK = builtin("perturbations")
ROWS = read_rows(PACK / "homophones.tsv")
LANGUAGES = sorted({row["language"] for row in ROWS})


def made(string: str, language: str, seed: int = 0, severity: int = 5) -> str:
    return str(HOMOPHONE(Text.of(string, language), Random(seed), severity))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_word_that_may_stand_alone_is_taken_for_one_that_is_listed(language: str) -> None:
    rows = [row for row in ROWS if row["language"] == language and not row["before"] and not row["after"]]
    lost = [
        row["word"] for row in rows if made(row["word"], language).casefold() not in row["heard"].casefold().split("|")
    ]
    assert lost == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_listed_twice_and_none_sounds_like_itself(language: str) -> None:
    words = [row["word"] for row in ROWS if row["language"] == language]
    assert len(set(words)) == len(words)
    assert [row["word"] for row in ROWS if row["word"] in row["heard"].split("|")] == []


def test_no_row_is_one_of_misspellings() -> None:
    misspelt = {
        (row["language"], row["right"], wrong)
        for row in read_rows(PACK / "misspellings.tsv")
        for wrong in row["wrong"].split("|")
    }
    heard = {(row["language"], row["word"], heard) for row in ROWS for heard in row["heard"].split("|")}
    assert heard & misspelt == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_denies_and_none_is_heard_as_one_that_does(language: str) -> None:
    [denial] = (row["pattern"] for row in read_rows(PACK / "denials.tsv") if row["language"] == language)
    words = [word for row in ROWS if row["language"] == language for word in (row["word"], *row["heard"].split("|"))]
    assert [word for word in words if regex.search(denial, word, regex.I)] == []


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "Ready for the trip by train", "Ready four the trip buy train"),
        ("en", "Ready for rooms", "Ready for rooms"),
        ("en", "Of course, a course", "Of coarse, a coarse"),
        ("fr", "Il a faim", "Il à fin"),
        ("fr", "Elle a deux a", "Elle à deux a"),
        ("de", "Ich glaube, das geht", "Ich glaube, dass geht"),
        ("es", "Va a la granja", "Va a la granja"),
        ("it", "Tra una cena e un film, scrivo a Lia", "Tra una cena e un film, scrivo a Lia"),
        ("it", "Era buono e vado a casa", "Era buono è vado ha casa"),
        ("it", "Ce lo so, ce ne sono", "Ce l'ho so, c'è ne sono"),
        ("pt", "Pediu a conta, começa a chover", "Pediu a conta, começa à chover"),
        ("pt", "O concerto foi longo", "O concerto foi longo"),
        ("pt", "Tem um, ela tem dois", "Tem um, ela têm dois"),
        ("ja", "大会は拡大会議だ", "退会は拡大会議だ"),
        ("ja", "電話した。足が早い。", "電話した。葦が速い。"),
        ("ja", "それ以外の代表する硬直した", "それ意外の代表する硬直した"),
        ("ru", "Она МОЕТСЯ", "Она МОЕТЬСЯ"),
    ],
)
def test_what_stands_beside_a_word_says_whether_it_may_be_mistaken(language: str, before: str, after: str) -> None:
    assert made(before, language) == after
