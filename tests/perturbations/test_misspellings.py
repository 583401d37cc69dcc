"""What `typos.misspelling` promises: what people write by mistake, which readers still take for what was meant."""

from collections import Counter
from random import Random
from unicodedata import normalize

import pytest

from albert_robust import Text, read_rows
from albert_robust.builtin import builtin
from albert_robust.perturbing import open_packs

MISSPELLING = open_packs().get("typos.misspelling")
ROWS = read_rows(builtin("perturbations") / "misspellings.tsv")
LANGUAGES = sorted({row["language"] for row in ROWS})


def made(string: str, language: str, seed: int = 0, severity: int = 5) -> str:
    return str(MISSPELLING(Text.of(string, language), Random(seed), severity))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_row_is_found_and_misspelled_as_listed(language: str) -> None:
    rows = [row for row in ROWS if row["language"] == language and row["wrong"]]
    lost = [row["right"] for row in rows if made(row["right"], language) not in row["wrong"].split("|")]
    assert lost == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_is_listed_twice_and_none_is_its_own_misspelling(language: str) -> None:
    rows = [row for row in ROWS if row["language"] == language]
    assert [right for right, count in Counter(row["right"] for row in rows).items() if count > 1] == []
    for row in rows:
        wrong = row["wrong"].split("|")
        assert row["right"] not in wrong
        assert len(set(wrong)) == len(wrong)
        assert all(normalize("NFC", cell) == cell for cell in row.values())


def test_the_table_has_many_rows_for_each_language() -> None:
    counts = Counter(row["language"] for row in ROWS)
    assert len(counts) == 11
    assert min(counts.values()) >= 100


@pytest.mark.parametrize("severity", [1, 2, 3, 4, 5])
def test_a_severity_is_a_share_of_the_words(severity: int) -> None:
    text = Text.of(" ".join(["which"] * 20), "en")
    words = str(MISSPELLING(text, Random(0), severity)).split()
    assert words.count("wich") == (1, 2, 4, 6, 10)[severity - 1]


def test_a_chinese_character_is_half_a_word() -> None:
    assert made("安装" * 10, "zh", severity=5).count("按装") == 5


@pytest.mark.parametrize(
    ("language", "text", "denials"),
    [
        ("en", "I don't think that it isn't good.", {"don't", "dont", "isn't", "isnt"}),
        ("de", "Es gibt gar nichts und gar keinen Kaffee.", {"nichts", "garnichts", "keinen", "garkeinen"}),
        ("es", "No hay nada, no voy a volver.", {"No", "no"}),
        ("fr", "Ce n'était pas bon, il n'y a rien.", {"pas", "rien"}),
        ("it", "Non c'è niente, mai più senza caffè.", {"Non", "niente", "mai", "senza"}),
        ("pt", "Não há nada, nunca mais sem você.", {"Não", "nada", "nunca", "sem"}),
        ("ru", "Не нравится, ничего не работает.", {"Не", "не"}),
        ("ar", "لا أنصح به أبدا وليس جيدا", {"لا", "وليس"}),
        ("hi", "यह अच्छा नहीं है, मत जाओ", {"नहीं", "नही", "मत"}),
        ("ja", "必ずしも少しずつではない", {"な", "い"}),
        ("zh", "不值得，不便宜，没有办法", {"不", "没"}),
    ],
)
def test_a_denial_stays_one(language: str, text: str, denials: set[str]) -> None:
    def denied(string: str) -> int:
        return sum(word.string in denials for word in Text.of(string, language).words())

    assert {denied(made(text, language, seed)) for seed in range(20)} == {denied(text)}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "A lot of THEIR food", {"Alot", "THIER", "THERE"}),
        ("de", "maschine Maschine", {"maschiene", "Maschiene"}),
        ("fr", "L’Adresse de l'hôtel", {"L’Addresse", "l'hotel"}),
        ("it", "È già all’aeroporto", {"É", "E'", "gia", "gia'", "all’areoporto", "all’aereoporto"}),
        ("ru", "ЗДЕСЬ и Здесь", {"СДЕСЬ", "Сдесь"}),
    ],
)
def test_capitals_and_apostrophes_are_those_of_the_text(language: str, text: str, expected: set[str]) -> None:
    written = {word for seed in range(20) for word in made(text, language, seed).split()}
    assert written - set(text.split()) - expected == set()
    assert expected <= written


@pytest.mark.parametrize("text", ["form", "quiet", "accept", "dessert", "not", "never", "three"])
def test_a_word_whose_misspelling_would_be_taken_at_its_word_stays(text: str) -> None:
    assert {made(text, "en", seed) for seed in range(10)} == {text}


@pytest.mark.parametrize(("language", "text"), [("zh", "原因为何"), ("zh", "不再说"), ("it", "Fa' in modo")])
def test_a_phrase_that_only_looks_as_if_it_held_another_stays(language: str, text: str) -> None:
    assert {made(text, language, seed) for seed in range(10)} == {text}


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "d'accueil qu'il y a", {"d'acceuil", "d'acueil"}),
        ("it", "l'accesso all'università", {"l'acesso", "all'universita"}),
        ("ar", "ولكن فهذا", {"ولاكن", "فهاذا"}),
    ],
)
def test_a_word_is_found_behind_what_is_written_as_one_with_it(language: str, text: str, expected: set[str]) -> None:
    assert expected <= {word for seed in range(20) for word in made(text, language, seed).split()}
