"""What spelling promises beyond the laws that hold for every perturbation."""

from time import process_time

import pytest
from variants_made import made

from albert_robust import read_rows
from albert_robust.builtin import builtin
from albert_robust.perturbing import Registry

SEEDS = range(10)


@pytest.mark.parametrize(
    ("language", "here", "there"),
    [
        (
            "en",
            "She apologised and travelled to the centre in a grey coat.",
            "She apologized and traveled to the center in a gray coat.",
        ),
        ("en", "Our neighbour's jewellery is well-organised", "Our neighbor's jewelry is well-organized"),
        ("en", "The pool is two metres deep in colour.", "The pool is two meters deep in color."),
        ("en", "He lost his driving licence near the harbour.", "He lost his driving license near the harbor."),
        ("en", "THE DEFENCE", "THE DEFENSE"),
        ("pt", "A cerimónia foi na Polónia.", "A cerimônia foi na Polônia."),
    ],
)
def test_a_region_s_spelling_goes_both_ways(pack: Registry, language: str, here: str, there: str) -> None:
    assert made(pack, "spelling.region", here, language) == there
    assert made(pack, "spelling.region", there, language) == here


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "My favourite color"),
        ("en", "The program was canceled"),
        ("en", "The gray horse tires quickly"),
        ("en", "Without license in the center"),
        ("en", "They advised us to exercise, to our surprise"),
        ("en", "We saw Pearl Harbor"),
        ("en", "We asked Mr. Gray"),
        ("en", "colour_id and #colour"),
        ("pt", "O gênero e o prémio"),
        ("de", "In Maßen heiß"),
    ],
)
def test_a_mix_and_what_letters_do_not_decide_keep_their_spelling(pack: Registry, language: str, text: str) -> None:
    assert made(pack, "spelling.region", text, language) == text


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("皇后后来发现头发白了", "皇后後來發現頭髮白了"),
        ("方面条件很好，面条里面没有肉", "方面條件很好，麵條裡面沒有肉"),
        ("这只能说明问题，这只狗没有病", "這只能說明問題，這隻狗沒有病"),
        ("复杂的问题反复出现，他恢复了健康", "複雜的問題反覆出現，他恢復了健康"),
        ("校长发言，增长发展", "校長發言，增長發展"),
        ("他系好安全带，关系到系统", "他繫好安全帶，關係到系統"),
        ("范围很广，计划划船", "範圍很廣，計劃划船"),
    ],
)
def test_a_character_of_several_forms_takes_that_of_its_word(pack: Registry, simplified: str, traditional: str) -> None:
    assert made(pack, "spelling.script", simplified, "zh") == traditional
    assert made(pack, "spelling.script", traditional, "zh") == simplified


@pytest.mark.parametrize("text", ["他说干了再来", "這个问题", "今天很好", "他说锿元素", "這個囧字"])
def test_a_text_that_cannot_be_converted_whole_is_left_alone(pack: Registry, text: str) -> None:
    assert made(pack, "spelling.script", text, "zh") == text


def test_the_tables_of_characters_are_aligned() -> None:
    for name in ("script", "script_words"):
        for row in read_rows(builtin("perturbations") / f"{name}.tsv"):
            assert len(row["simplified"]) == len(row["traditional"]), row


@pytest.mark.parametrize(
    ("language", "digits", "words"),
    [
        ("en", "They had 5 long days.", "They had five long days."),
        ("en", "It took 12 weeks.", "It took twelve weeks."),
        ("de", "Nach 3 langen Tagen", "Nach drei langen Tagen"),
        ("fr", "Les 3 enfants jouaient.", "Les trois enfants jouaient."),
        ("es", "Quedan 15 minutos.", "Quedan quince minutos."),
        ("pt", "Há 10 anos era melhor.", "Há dez anos era melhor."),
        ("zh", "他等了2个小时", "他等了两个小时"),
        ("zh", "8位客人", "八位客人"),
    ],
)
def test_a_number_that_counts_is_written_both_ways(pack: Registry, language: str, digits: str, words: str) -> None:
    assert made(pack, "spelling.numeral", digits, language) == words
    assert made(pack, "spelling.numeral", words, language) == digits


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "On May 5 guests arrived at 10:30"),
        ("en", "Windows 10 users, type 2 errors, page 3 shows"),
        ("en", "5 km, 2.5 hours, 2-3 days, 3 to 4 weeks, 10%"),
        ("en", "between two and three hours, twenty two people, two hundred guests"),
        ("en", "One of the Three Musketeers, the two of us"),
        ("de", "Mehl sieben Sie, Kapitel 5 Seite 3, zwei bis drei Tage, um 3 Uhr"),
        ("fr", "un appartement neuf, tous les deux sont là, à 20 heures, 2 ou 3 fois"),
        ("fr", "ouvert de 7 heures à 20 heures, dès 8 heures du matin"),
        ("es", "a las 5 horas, treinta y dos personas, dos mil personas, los dos son"),
        ("zh", "周三天气，第2个，三五个，十分高兴，2024年3月5日，三年级，3到5个"),
    ],
)
def test_a_number_that_does_not_count_stays(pack: Registry, language: str, text: str) -> None:
    assert {made(pack, "spelling.numeral", text, language, seed=seed) for seed in SEEDS} == {text}


def test_a_long_word_without_a_sharp_s_is_gone_through_once(pack: Registry) -> None:
    started = process_time()
    assert made(pack, "spelling.region", "a" * 50_000, "de") == "a" * 50_000
    assert process_time() - started < 5  # it takes a hundredth of a second; a minute, if each letter began a word


@pytest.mark.parametrize(
    ("language", "text", "variant"),
    [
        ("en", "We had 2 rooms and 3 beds.", "We had two rooms and three beds."),
        ("en", "We had 2 rooms and three beds.", "We had two rooms and three beds."),
        ("en", "We had two rooms and three beds.", "We had 2 rooms and 3 beds."),
        ("de", "Nach 3 Tagen und vier Nächten", "Nach drei Tagen und vier Nächten"),
        ("zh", "等了2个小时，走了3天", "等了两个小时，走了三天"),
    ],
)
def test_small_numbers_of_a_text_are_all_in_one_style(pack: Registry, language: str, text: str, variant: str) -> None:
    assert {made(pack, "spelling.numeral", text, language, seed=seed) for seed in SEEDS} == {variant}
