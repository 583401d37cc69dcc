"""What every perturbation promises, whoever wrote it: one test a law, one case a perturbation."""

import unicodedata
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from albert_robust import Text
from albert_robust.laws import ORDINARY, any_text, assert_laws
from albert_robust.perturbing import Perturbation, open_packs
from albert_robust.perturbing.spec import parse_spec
from albert_robust.perturbing.vary import vary

REGISTRY = open_packs()
NAMES = sorted(REGISTRY.perturbations)
SEEDS = range(10)
ENOUGH = 8
NO_LANGUAGE = "tlh"
REPLACE = Text.replace

RELATIVES = {  # whose sex no name says
    "de": "Ich war mit meiner Mutter dort.",
    "en": "My wife works there with a French nurse and a Muslim driver.",
    "es": "Fui con mi hermana.",
    "fr": "Je dîne avec ma sœur.",
    "it": "Il telefono piace a mia madre.",
    "pt": "Comprei o telefone para o meu pai.",
    "zh": "我妻子和两个法国人在那里工作，邻居是穆斯林。",
}

DATED = {
    "ar": "زرنا المتحف في 3 مايو 2026.",
    "de": "Wir waren am 3. Mai 2026 dort.",
    "en": "We went there on 3 May 2026.",
    "es": "Fuimos el 3 de mayo de 2026.",
    "fr": "Nous y étions le 3 mai 2026.",
    "it": "Ci siamo andati il 3 maggio 2026.",
    "pt": "Fomos em 3 de maio de 2026.",
    "hi": "हम 3 मई 2026 को गए।",
    "ja": "私たちは2026年5月3日に行きました。",
    "ru": "Мы были там 3 мая 2026 года.",
    "zh": "我们2026年5月3日去了。",
}

COUNTED = {
    "ar": "السعر ١٬٢٥٠ ريالا.",
    "de": "Es kostet 1.250 Euro.",
    "en": "It costs 1,250 euros.",
    "es": "Cuesta 1.250 euros.",
    "fr": "Cela coûte 1 250 euros.",
    "it": "Costa 1.250 euro.",
    "pt": "Custa 1.250 euros.",
    "hi": "दाम 1,250 रुपये है।",
    "ja": "1,250円です。",
    "ru": "Это стоит 1 250 рублей.",
    "zh": "一共1,250元。",
}

CHATTED = {"ja": "了解です、よろしくお願いします。", "pt": "Obrigada, te vejo depois."}

CHOICES = "Where?\nA. here\nB. there\nC. nowhere"  # in any language
PASSAGES = "[1] here\n[2] there\n[3] nowhere"
SOLVED = "Q: a?\nA: b\nQ: c?\nA: d\nQ: e?\nA: f"
SET = '**Task:** she said "yes".\n\n1. Where?\n2. When?\n\nAnswer:'  # in any language

AGED = {"en": "My wife is 45 years old.", "zh": "我妻子45岁。"}


@pytest.fixture(params=NAMES)
def perturbation(request: pytest.FixtureRequest) -> Perturbation:
    found = REGISTRY.get(request.param)
    if found.needs:
        pytest.importorskip(found.needs)
    return found


def languages(item: Perturbation) -> list[str]:
    return [language for language in ORDINARY if item.applies(language)] or sorted(item.languages)[:1]


def ordinary(language: str) -> Text:
    return Text.of(ORDINARY.get(language, ORDINARY["en"]), language, parallels=ORDINARY)


def digits(string: str) -> str:
    """Return the decimal digits of a string, in whatever script or width they are written."""
    return "".join(str(unicodedata.decimal(character)) for character in string if character.isdecimal())


def test_its_examples_come_out_as_they_are_written(perturbation: Perturbation) -> None:
    assert perturbation.examples
    assert perturbation.broken == ()


def test_its_examples_are_in_languages_that_it_works_in(perturbation: Perturbation) -> None:
    assert [case.language for case in perturbation.examples if not perturbation.applies(case.language)] == []


def test_it_says_in_one_sentence_what_it_does(perturbation: Perturbation) -> None:
    assert perturbation.summary.endswith(".")


def test_it_keeps_the_laws_that_users_perturbations_are_held_to(perturbation: Perturbation) -> None:
    assert_laws(perturbation.name)


def test_a_variant_does_not_depend_on_the_order_of_examples(perturbation: Perturbation) -> None:
    spec = parse_spec(perturbation.name)

    def variants(order: list[str]) -> dict[str, Text]:
        return {language: vary(REGISTRY, spec, ordinary(language), seed=0, example=language) for language in order}

    order = languages(perturbation)
    assert variants(order) == variants(order[::-1])


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), severity=st.integers(1, 5), seed=st.integers(0, 2**32))
def test_what_preserves_meaning_leaves_digits_alone(
    perturbation: Perturbation, data: st.DataObject, severity: int, seed: int
) -> None:
    if perturbation.preserves != "meaning" or perturbation.name in {
        "disguise.leet",
        "spelling.date",
        "spelling.numeral",
        "spelling.texting",
    }:
        pytest.skip("it may change numbers")
    text = data.draw(any_text(perturbation))
    kept = sorted if perturbation.reorders else list  # what changes places takes its digits along
    assert kept(digits(str(perturbation(text, Random(seed), severity)))) == kept(digits(str(text)))


def test_its_edits_are_made_at_once(perturbation: Perturbation, monkeypatch: pytest.MonkeyPatch) -> None:
    """One by one, each edit costs as much as the text is long: a book of 200,000 characters took minutes."""
    replaced: list[str] = []

    def replace(text: Text, start: int, end: int, replacement: str, kind: str) -> Text:
        replaced.append(replacement)
        return REPLACE(text, start, end, replacement, kind)

    monkeypatch.setattr(Text, "replace", replace)
    for language in languages(perturbation):
        replaced.clear()
        perturbation(Text.of(" ".join([ORDINARY[language]] * 5), language), Random(7), 5)
        assert len(replaced) <= 2  # a filler, and the capital after it


def test_it_says_that_it_does_not_work_in_a_language_it_does_not_know(perturbation: Perturbation) -> None:
    assert perturbation.applies(NO_LANGUAGE) == (perturbation.languages == "any")


def test_it_works_in_a_region_of_its_languages(perturbation: Perturbation) -> None:
    assert all(perturbation.applies(f"{language}-XX") for language in languages(perturbation))


def test_it_changes_an_ordinary_text_under_most_seeds(perturbation: Perturbation) -> None:
    def changes(language: str, seed: int) -> bool:
        more = (
            *(texts.get(language, "") for texts in (RELATIVES, DATED, AGED, COUNTED, CHATTED)),
            SET,
            CHOICES,
            PASSAGES,
            SOLVED,
        )
        texts = [ordinary(language), *(Text.of(one, language) for one in more)]
        return any(perturbation(text, Random(seed), 3).changed for text in texts)

    changed = {
        language: sum(changes(language, seed) for seed in SEEDS)
        for language in languages(perturbation)
        if language in ORDINARY
    }
    assert {language: count for language, count in changed.items() if count < ENOUGH} == {}
