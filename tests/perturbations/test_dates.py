"""What `spelling.date` promises: the same day, in another notation of the same readers, and nothing that is no date."""

from random import Random

import pytest

from albert_robust import Text
from albert_robust.perturbing import open_packs

DATE = open_packs().get("spelling.date")
SEEDS = range(10)


def variants(string: str, language: str = "en") -> set[str]:
    return {str(DATE(Text.of(string, language), Random(seed), 1)) for seed in SEEDS}


@pytest.mark.parametrize(
    ("language", "notations"),
    [
        ("en", ["on 14 July 1789", "on July 14, 1789", "on 1789-07-14"]),
        ("de", ["am 14. Juli 1789", "am 14.07.1789"]),
        ("fr", ["le 14 juillet 1789", "le 14/07/1789"]),
        ("es", ["el 14 de julio de 1789", "el 14/07/1789"]),
        ("pt", ["em 14 de julho de 1789", "em 14/07/1789"]),
        ("it", ["il 14 luglio 1789", "il 14/07/1789"]),
        ("ru", ["с 14 июля 1789 года", "с 14.07.1789"]),
        ("zh", ["在1789年7月14日", "在1789-07-14", "在1789/7/14"]),
        ("ja", ["1789年7月14日に", "1789-07-14に", "1789/7/14に"]),
        ("ar", ["في 14 يوليو 1789", "في 14/07/1789"]),
        ("hi", ["14 जुलाई 1789 को", "14/07/1789 को"]),
    ],
)
def test_each_notation_of_a_language_becomes_each_other_one(language: str, notations: list[str]) -> None:
    for written in notations:
        assert variants(written, language) == set(notations) - {written}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "12/05/2024"),
        ("en", "3 and 5 May 2024"),
        ("en", "3-5 May 2024"),
        ("en", "2024-12-12T10:00, a-2024-12-12.pdf"),
        ("en", "29 February 2023"),
        ("en", "since March 8 people"),
        ("de", "vom 3. bis 5. Mai 2024"),
        ("de", "1.12.2024.5, Version 1.2.2024"),
        ("fr", "du 3 au 5 mai 2024"),
        ("pt", "de 3 a 5 de maio de 2024, 3 e 5 de maio de 2024"),
        ("it", "dal 3 al 5 maggio 2024"),
        ("ja", "2024年3月5日から7日まで、2024年3月5日間"),
        ("zh", "2024年2月30日, 20241225"),
    ],
)
def test_what_is_no_date_or_could_be_two_stays(language: str, text: str) -> None:
    assert variants(text, language) == {text}


def test_all_dates_of_a_text_become_alike() -> None:
    assert variants("3 May 2024, 2024-05-04, May 5, 2024") == {
        "May 3, 2024, May 4, 2024, May 5, 2024",
        "2024-05-03, 2024-05-04, 2024-05-05",
    }
