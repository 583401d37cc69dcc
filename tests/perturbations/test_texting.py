"""What `spelling.texting` promises: the same words as a chat has them, which nobody takes for others, and no denial lost."""

from random import Random

import pytest
import regex

from albert_robust import Text, read_rows
from albert_robust.builtin import builtin
from albert_robust.perturbing import open_packs

TEXTING = open_packs().get("spelling.texting")
PACK = builtin("perturbations")
ROWS = read_rows(PACK / "texting.tsv")
LANGUAGES = sorted({row["language"] for row in ROWS})
FULL = {(row["language"], row["full"].casefold()) for row in ROWS}


def made(string: str, language: str, seed: int = 0, severity: int = 5) -> str:
    return str(TEXTING(Text.of(string, language), Random(seed), severity))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_phrase_that_may_stand_alone_becomes_what_is_listed(language: str) -> None:
    rows = [row for row in ROWS if row["language"] == language and not row["before"] and not row["after"]]
    lost = [row["full"] for row in rows if made(row["full"], language).casefold() != row["short"].casefold()]
    assert lost == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_phrase_is_listed_twice_and_none_stays_as_it_is(language: str) -> None:
    rows = [row for row in ROWS if row["language"] == language]
    assert len({row["full"].casefold() for row in rows}) == len(rows)
    assert [row["full"] for row in rows if row["full"] == row["short"]] == []


def test_what_is_written_short_is_no_other_phrase_of_the_table() -> None:
    assert [row for row in ROWS if (row["language"], row["short"].casefold()) in FULL] == []


def test_no_number_of_a_text_changes() -> None:
    assert [row["full"] for row in ROWS if regex.search(r"\p{Nd}", row["full"])] == []


def test_no_phrase_is_one_of_contractions() -> None:
    contracted = {(row["language"], row["full"].casefold()) for row in read_rows(PACK / "contractions.tsv")}
    assert contracted & FULL == set()


def test_no_row_is_one_of_misspellings() -> None:
    misspelt = {
        (row["language"], row["right"], wrong)
        for row in read_rows(PACK / "misspellings.tsv")
        for wrong in row["wrong"].split("|")
    }
    assert {(row["language"], row["full"], row["short"]) for row in ROWS} & misspelt == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_denial_is_made_and_no_word_that_denies_is_written_short(language: str) -> None:
    [denial] = (row["pattern"] for row in read_rows(PACK / "denials.tsv") if row["language"] == language)
    rows = [row for row in ROWS if row["language"] == language]
    assert [row["full"] for row in rows if regex.fullmatch(denial, row["full"], regex.I)] == []
    denies = [row for row in rows if regex.search(denial, row["short"], regex.I)]
    assert [row["full"] for row in denies if not regex.search(denial, row["full"], regex.I)] == []


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "Thank you for everything", "Ty for everything"),
        ("en", "We want to thank Anna", "We want to thank Anna"),
        ("en", "Tomorrow NASA launches, thanks BBC", "Tmrw NASA launches, thx BBC"),
        ("en", "Where are you? Where are you from?", "Wya? Where r u from?"),
        ("en", "We have nobody to go with. Come with us", "We have nobody to go with. Come w/ us"),
        ("ar", "كنا في البيت. في البيت حمامة", "كنا فالبيت. في البيت حمامة"),
        ("de", "Hier, mit dem Auto; das Auto, mit dem ich fuhr", "Hier, mitm Auto; das Auto, mit dem ich fuhr"),
        ("de", "Ich bitte sehr, bitte warte", "Ich bitte sehr, pls warte"),
        ("es", "El autobús para la noche, es para la noche", "El autobús para la noxe, es pa la noxe"),
        ("es", "El diez por ciento por la noche", "El diez por ciento x la noxe"),
        ("id", "Dia tahu itu, makan tahu goreng", "Dia tau itu, mkn tahu goreng"),
        ("ja", "了解です。ご了解ください", "りょです。ご了解ください"),
        ("ja", "日本当局、本当の話", "日本当局、ほんとの話"),
        ("nl", "Kom even, hij is even groot", "Kom ff, hij is even groot"),
        ("pl", "Może być. Nie może być", "Mb. Nie może być"),
        ("ru", "Я не знаю, что делать. Я не знаю его", "Я хз, что делать. Я не знаю его"),
        ("ru", "В среду пишут про окружающую среду", "В ср пишут про окружающую среду"),
        ("zh", "走吧，去酒吧。", "走叭，去酒吧。"),
        ("zh", "大家好，一个大家庭", "大噶好，一个大家庭"),
    ],
)
def test_what_stands_beside_a_phrase_says_whether_it_may_be_short(language: str, before: str, after: str) -> None:
    assert made(before, language) == after


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "We saw Great Yarmouth, not the Night Watch"),
        ("en", "Great Britain left"),
        ("en", "well-loved, great-aunt, you'd"),
        ("de", "die jeweilige wahl der universität"),
        ("fr", "c'est-à-dire, rendez-vous"),
        ("vi", "Người Anh"),
    ],
)
def test_a_name_and_a_part_of_a_word_stay(language: str, text: str) -> None:
    assert made(text, language) == text


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "Of course it is. OF COURSE!", "Ofc it is. OFC!"),
        ("en", "He said: I don’t know where", "He said: idk where"),
        ("de", "Keine Ahnung. Auf WhatsApp", "KA. Auf WA"),
        ("tr", "İYİ GECELER", "İYİ GCLR"),
    ],
)
def test_a_text_keeps_its_capitals(language: str, before: str, after: str) -> None:
    assert made(before, language) == after


def test_severity_says_how_many_phrases_are_short() -> None:
    text = "You are great and your message was really good, please come tonight because people love you"
    changed = [
        sum(a != b for a, b in zip(text.split(), made(text, "en", 0, n).split(), strict=True)) for n in range(1, 6)
    ]
    assert changed == sorted(changed)
    assert changed[0] == 1 < changed[-1]
