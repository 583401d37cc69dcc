"""Which words are put into another language, and which stay since their translation would say something else."""

from random import Random

import pytest

from albert_robust import Text, perturb, read_rows
from albert_robust.builtin import builtin
from albert_robust.perturbing import open_packs

CODE_SWITCH = open_packs().get("crosslingual.code_switch")


def switched(text: str, language: str) -> set[str]:
    """Return what becomes of a text, whatever the other language."""
    return {str(CODE_SWITCH(Text.of(text, language), Random(seed), 5)) for seed in range(40)}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Il est en train de partir, bien sûr"),
        ("fr", "Ça marche, taxe y compris"),
        ("fr", "Elle porte sa propre veste"),
        ("fr", "sans frais, au lieu de ça"),
        ("es", "Uno por ciento, dado que es suyo"),
        ("es", "el vino tinto, por la tarde"),
        ("es", "la salsa rica"),
        ("es", "la entrada"),
        ("de", "Es gibt das, ich weiß"),
        ("de", "Frau Mustermann weiß, was kein Mensch weiß"),
        ("ar", "في اليوم الأول"),
        ("de", "Er zeigt die Karte"),
        ("de", "Das Rad ist leicht"),
        ("de", "Es sieht toll aus"),
        ("es", "Eso sabía bien"),
        ("fr", "un court trajet aller-retour"),
        ("fr", "son grand-père"),
        ("pt", "A gente em casa, fim de semana"),
        ("pt", "um quarto de hora, os pais, os filhos"),
        ("pt", "O local tinha público? Vi uma barata"),
        ("it", "Sei sicuro che ora ho letto?"),
        ("it", "Buon viaggio, grazie mille, mi porta via"),
        ("it", "Rossi ha trent'anni, il dolce mi piace molto"),
    ],
)
def test_a_word_stays_where_its_translation_would_mean_something_else(language: str, text: str) -> None:
    assert switched(text, language) == {text}


@pytest.mark.parametrize(
    ("language", "text", "switch"),
    [
        ("fr", "tout le monde", "everyone"),
        ("fr", "les pommes de terre", "les Kartoffeln"),
        ("fr", "les années", "les years"),
        ("fr", "petit déjeuner", "desayuno"),
        ("es", "Llega mañana", "Llega tomorrow"),
        ("es", "Es tarde", "Es spät"),
        ("es", "la profesora", "la teacher"),
        ("de", "Bis morgen!", "Bis tomorrow!"),
        ("pt", "café da manhã", "breakfast"),
        ("pt", "as cidades", "as Städte"),
        ("it", "gli uomini", "gli men"),
        ("it", "dell'acqua", "dell'Wasser"),
        ("en", "the keys", "the Schlüssel"),
        ("en", "the rooms", "the Zimmer"),
        ("en", "these cakes", "these Kuchen"),
    ],
)
def test_a_phrase_an_adverb_and_a_plural_have_translations_of_their_own(language: str, text: str, switch: str) -> None:
    assert switch in switched(text, language)


@pytest.mark.parametrize("language", ["de", "en", "es", "fr", "it", "pt"])
def test_no_word_is_put_into_portuguese_or_italian(language: str) -> None:
    concepts = {row["concept"]: row for row in read_rows(builtin("perturbations") / "lexicon.tsv")}
    for row in (concepts["shoe"], concepts["newspaper"]):
        made = switched(row[language].split("|")[0], language)
        assert made.isdisjoint(row["pt"].split("|") + row["it"].split("|")) or language in {"it", "pt"}
        assert len(made) >= 7


def test_an_idiom_stays_whatever_other_languages_have_in_its_row() -> None:
    made = {
        perturb(["Мы любим друг друга"], "crosslingual.code_switch@5", language="ru", seed=n)[0][0].text
        for n in range(40)
    }
    assert all("друг друга" in text for text in made)
