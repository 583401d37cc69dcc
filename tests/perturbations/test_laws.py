"""What every perturbation promises, whoever wrote it: one test a law, one case a perturbation."""

import random
import unicodedata
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from replayed import replayed

from albert_robust import Text
from albert_robust.perturbing import Perturbation, open_packs
from albert_robust.perturbing.spec import parse_spec
from albert_robust.perturbing.vary import vary

REGISTRY = open_packs()
NAMES = sorted(REGISTRY.perturbations)
SEEDS = range(10)
ENOUGH = 8
NO_LANGUAGE = "tlh"
REPLACE = Text.replace

ORDINARY = {
    "ar": (
        "كان الطعام في المطعم الجديد جيدا جدا، لكن الغرفة كانت باردة، إلى آخره. "
        "هذا الفندق ليس رخيصا، وغالبا ما ننتظر 3 ساعات، إلخ."
        " وصل أحمد من باريس."
    ),
    "de": (
        "Das Essen in dem Restaurant war sehr gut, aber das Zimmer war kalt. "
        "Das große, schöne Hotel ist nicht billig, und im Hotel warten wir oft 3 Stunden."
        " Anna kommt aus Wien."
    ),
    "en": (
        "The food in the new restaurant was very good, but the room was cold. "
        "The hotel is not cheap, and it isn't often full for 3 hours, whatever its colour."
        " Then Anna left for Paris."
    ),
    "es": (
        "La comida del nuevo restaurante era muy buena, pero la habitación estaba fría. "
        "El hotel no es barato y a veces esperamos 3 horas, por favor, como Ud. sabe."
        " Laura vive en Roma. También hay piscina."
    ),
    "fr": (
        "La nourriture du nouveau restaurant était très bonne, mais la chambre était froide. "
        "Ce n'est pas un hôtel bon marché et ça prend souvent 3 heures."
        " Julie habite à Lyon."
    ),
    "hi": (
        "नए रेस्तराँ का भोजन बहुत अच्छा था, लेकिन कमरा ठंडा था। यह सस्ता नहीं और उसको अक्सर 3 घंटे इंतज़ार रहा, मुझे पता है।"
        " राहुल जयपुर में रहता है।"
    ),
    "it": (
        "Il cibo del nuovo ristorante era molto buono, ma la camera era fredda. "
        "L'albergo non è economico e a volte aspettiamo 3 ore, per esempio il signor Rossi, un po' stanco."
        " Laura vive a Roma."
    ),
    "ja": (
        "この新しいレストランの料理はおいしかったですが、部屋は寒かったです。値段は安くないし、3時間も待たなければならない。"
        "健太さんはフランスに住んでる。意外な話だった。窓から海が見えている。"
    ),
    "pt": (
        "A comida do novo restaurante era muito boa, mas o quarto estava frio. "
        "O hotel económico não é barato e às vezes esperamos 3 horas, porque você também vem."
        " Laura mora em Lisboa e tem uma TV."
    ),
    "ru": (
        "Еда в новом ресторане была хорошая, то есть вкусная, но комната была холодная. "
        "Этот отель не дешёвый, и здесь очень быстро проходят 3 часа, т.е. всё утро."
        " Анна живёт в Москве и возвращается."
    ),
    "zh": "新餐厅的食物很好，我非常喜欢，但是房间很冷，没有办法。这家酒店不便宜，我们没时间，等了3个小时。王志强从法国来。",
}

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

CHATTED = {"ja": "了解です、よろしくお願いします。", "pt": "Obrigada, te vejo depois."}

CHOICES = "Where?\nA. here\nB. there\nC. nowhere"  # in any language
PASSAGES = "[1] here\n[2] there\n[3] nowhere"
SOLVED = "Q: a?\nA: b\nQ: c?\nA: d\nQ: e?\nA: f"
SET = '**Task:** she said "yes".\n\n1. Where?\n2. When?\n\nAnswer:'  # in any language

AGED = {"en": "My wife is 45 years old.", "zh": "我妻子45岁。"}

TRICKY = [
    "👨‍👩‍👧",
    "👍🏽",
    "🇫🇷",
    "e\u0301",
    "\u0301",
    "क्षि",
    "\u093f",
    "مَدْرَسَة",
    "\u202e",
    "\u200d",
    "的得",
    "ß",
    "İ",
    "{name}",
    "\r\n",
    "\x00",
    "3",
    "٣",
]
ANY_TEXT = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.lists(
        st.sampled_from(
            [
                *TRICKY,
                *"aZ .,!?-'",
                *(word for line in (*ORDINARY.values(), *RELATIVES.values()) for word in line.split()),
            ]
        ),
        max_size=12,
    ).map("".join),
    st.lists(
        st.sampled_from(
            [*TRICKY, *(word for line in (*ORDINARY.values(), *RELATIVES.values()) for word in line.split())]
        ),
        max_size=12,
    ).map(" ".join),
)
ON_ANY_TEXT = settings(
    max_examples=30, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(params=NAMES)
def perturbation(request: pytest.FixtureRequest) -> Perturbation:
    found = REGISTRY.get(request.param)
    if found.needs:
        pytest.importorskip(found.needs)
    return found


def languages(item: Perturbation) -> list[str]:
    return [language for language in ORDINARY if item.applies(language)] or sorted(item.languages)[:1]


def ordinary(language: str, protect: tuple[str, ...] = ()) -> Text:
    return Text.of(ORDINARY.get(language, ORDINARY["en"]), language, protect=protect, parallels=ORDINARY)


def digits(string: str) -> str:
    """Return the decimal digits of a string, in whatever script or width they are written."""
    return "".join(str(unicodedata.decimal(character)) for character in string if character.isdecimal())


def drawn(data: st.DataObject, item: Perturbation, string: str, protect: tuple[str, ...] = ()) -> tuple[Text, Text]:
    """Return a text in a language of the perturbation, and what becomes of it under some seed and severity."""
    language = data.draw(st.sampled_from(languages(item)))
    text = Text.of(string, language, protect=protect)
    return text, item(text, Random(data.draw(st.integers(0, 2**32))), data.draw(st.integers(1, 5)))


def test_its_examples_come_out_as_they_are_written(perturbation: Perturbation) -> None:
    assert perturbation.examples
    assert perturbation.broken == ()


def test_its_examples_are_in_languages_that_it_works_in(perturbation: Perturbation) -> None:
    assert [case.language for case in perturbation.examples if not perturbation.applies(case.language)] == []


def test_it_says_in_one_sentence_what_it_does(perturbation: Perturbation) -> None:
    assert perturbation.summary.endswith(".")


@pytest.mark.parametrize("severity", [1, 5])
def test_the_same_seed_gives_the_same_text(perturbation: Perturbation, severity: int) -> None:
    for language in languages(perturbation):
        first, second = (perturbation(ordinary(language), Random(7), severity) for _ in range(2))
        assert first == second


def test_a_variant_does_not_depend_on_the_order_of_examples(perturbation: Perturbation) -> None:
    spec = parse_spec(perturbation.name)

    def variants(order: list[str]) -> dict[str, Text]:
        return {language: vary(REGISTRY, spec, ordinary(language), seed=0, example=language) for language in order}

    order = languages(perturbation)
    assert variants(order) == variants(order[::-1])


@ON_ANY_TEXT
@given(data=st.data(), string=ANY_TEXT)
def test_it_never_raises_and_its_edits_replay_to_the_variant(
    perturbation: Perturbation, data: st.DataObject, string: str
) -> None:
    text, made = drawn(data, perturbation, string)
    assert text.source == made.source
    assert str(made) == replayed(text.source, made.edits)


@ON_ANY_TEXT
@given(data=st.data(), string=ANY_TEXT)
def test_what_preserves_meaning_leaves_digits_alone(
    perturbation: Perturbation, data: st.DataObject, string: str
) -> None:
    if perturbation.preserves != "meaning" or perturbation.name in {
        "spelling.date",
        "spelling.numeral",
        "spelling.texting",
    }:
        pytest.skip("it may change numbers")
    text, made = drawn(data, perturbation, string)
    assert digits(str(made)) == digits(str(text))


@ON_ANY_TEXT
@given(data=st.data())
def test_what_is_protected_stays(perturbation: Perturbation, data: st.DataObject) -> None:
    line = data.draw(st.sampled_from([ORDINARY.get(language, "a b c") for language in languages(perturbation)]))
    needles = data.draw(st.lists(st.sampled_from([word.string for word in Text.of(line).words()]), max_size=3))
    text, made = drawn(data, perturbation, f"{line} {{name}} https://a.org/b?c=1", tuple(needles))
    touched = [
        edit for edit in made.edits for span in text.protected if edit.start < span.end and span.start < edit.end
    ]
    assert touched == []
    for needle in (*needles, "{name}", "https://a.org/b?c=1"):
        assert str(made).count(needle) >= str(text).count(needle)


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


def test_it_draws_nothing_from_the_global_random_source(perturbation: Perturbation) -> None:
    for language in languages(perturbation):
        perturbation(ordinary(language), Random(0), 3)  # what it needs is imported at first use, and imports may draw
    before = random.getstate()
    for language in languages(perturbation):
        perturbation(ordinary(language), Random(0), 3)
    assert random.getstate() == before


def test_it_says_that_it_does_not_work_in_a_language_it_does_not_know(perturbation: Perturbation) -> None:
    assert perturbation.applies(NO_LANGUAGE) == (perturbation.languages == "any")


def test_it_works_in_a_region_of_its_languages(perturbation: Perturbation) -> None:
    assert all(perturbation.applies(f"{language}-XX") for language in languages(perturbation))


def test_it_changes_an_ordinary_text_under_most_seeds(perturbation: Perturbation) -> None:
    def changes(language: str, seed: int) -> bool:
        more = (
            *(texts.get(language, "") for texts in (RELATIVES, DATED, AGED, CHATTED)),
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
