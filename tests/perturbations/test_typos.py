"""What typing slips promise beyond the laws that hold for every perturbation."""

import unicodedata
from itertools import pairwise
from random import Random

import pytest
import regex
from variants_made import made

from albert_robust import Text
from albert_robust.perturbing import Registry
from albert_robust.text.languages import SCRIPTS

SLIPS = ["delete", "insert", "keyboard", "spacing", "swap"]
SEEDS = range(20)


def variants(pack: Registry, text: str, language: str) -> set[str]:
    names = [f"typos.{name}" for name in SLIPS if pack.get(f"typos.{name}").applies(language)]
    return {made(pack, name, text, language, seed=seed) for name in names for seed in SEEDS}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "not"),
        ("en", "CAN\u2019T"),
        ("de", "keine"),
        ("es", "nada"),
        ("fr", "n'est"),
        ("ru", "никогда"),
        ("ar", "ولم"),
        ("hi", "नहीं"),
        ("zh", "没"),
        ("pt", "não"),
        ("it", "non"),
        ("nl", "niet"),
        ("pl", "nie"),
        ("tr", "değil"),
        ("uk", "нема"),
        ("fa", "نیست"),
        ("vi", "không"),
        ("ko", "없다"),
        ("sw", "hakuna"),
        ("he", "לא"),
        ("ja", "ません"),
        ("bn", "নয়"),
        ("ca", "tampoc"),
        ("da", "ikke"),
        ("fi", "ilman"),
        ("hu", "nincsenek"),
        ("mr", "नाही"),
        ("nb", "aldri"),
        ("nn", "ikkje"),
        ("no", "utan"),
        ("ro", "niciodată"),
        ("sv", "inte"),
        ("ta", "இல்லை"),
    ],
)
def test_a_word_that_denies_is_not_mistyped(pack: Registry, language: str, text: str) -> None:
    assert variants(pack, text, language) == {text}


@pytest.mark.parametrize(
    ("language", "text", "denial"),
    [
        ("ja", "分かりません", "ません"),
        ("ja", "良くない", "ない"),
        ("ja", "高くなかったです", "なかった"),
        ("zh", "我们没时间", "没"),
        ("fr", "à peine ouvert", "à peine"),
        ("en", "is not open", " not "),
    ],
)
def test_what_denies_stays_whole_and_apart_beside_words_that_slip(
    pack: Registry, language: str, text: str, denial: str
) -> None:
    made_of_it = variants(pack, text, language)
    assert all(denial in variant for variant in made_of_it)
    assert len(made_of_it) > 1


@pytest.mark.parametrize(
    ("language", "text", "denial"),
    [
        ("en", "on", "no"),
        ("en", "notable", "not able"),
        ("es", "nos", "no"),
        ("fr", "en", "ne"),
        ("en", "hone", "none"),
        ("ja", "動かすに", "動かずに"),
        ("ja", "今なお、", "今ない、"),
    ],
)
def test_no_slip_makes_a_word_that_denies(pack: Registry, language: str, text: str, denial: str) -> None:
    made_of_it = variants(pack, text, language)
    assert denial not in made_of_it
    assert len(made_of_it) > 1


@pytest.mark.parametrize("text", ["孩子特别喜欢", "我们非常满意", "我们分别去了"])
def test_no_slip_leaves_of_a_chinese_word_a_part_that_denies(pack: Registry, text: str) -> None:
    made_of_it = variants(pack, text, "zh")
    assert len(made_of_it) > 1
    assert not [one for one in made_of_it if regex.search("(?<![特分])别|非(?!常)", one)]


def test_another_word_slips_where_a_slip_would_make_a_denial(pack: Registry) -> None:
    swapped = {made(pack, "typos.swap", "on top", "en", seed=seed) for seed in SEEDS}
    assert swapped == {"on otp", "on tpo"}


@pytest.mark.parametrize("name", ["swap", "delete", "insert", "spacing"])
@pytest.mark.parametrize(("language", "text"), [("zh", "今天天气很好我们去公园"), ("th", "วันนี้อากาศดี")])
def test_slips_of_neighbouring_characters_never_overlap(pack: Registry, name: str, language: str, text: str) -> None:
    source = Text.of(text, language)
    for seed in SEEDS:
        edits = pack.get(f"typos.{name}")(source, Random(seed), 5).edits
        assert edits
        assert all(one.end <= other.start for one, other in pairwise(edits))


def test_every_language_has_a_keyboard(pack: Registry) -> None:
    keyboard = pack.get("typos.keyboard")
    assert [language for language in SCRIPTS if not keyboard.applies(language)] == []


@pytest.mark.parametrize(
    ("kana", "slips"),
    [
        ("に", {"ひ", "じ", "び", "み", "ぬ", "の"}),  # hi ji bi mi, nu no
        ("ケ", {"メ"}),  # me
        ("ふ", {"ゆ", "ぐ", "ぶ", "ぬ", "ひ", "る", "つ", "づ"}),  # hu or fu
        ("あ", set()),  # no vowel lies beside it
    ],
)
def test_a_kana_becomes_one_of_which_a_single_key_differs_and_lies_beside_it(
    pack: Registry, kana: str, slips: set[str]
) -> None:
    assert {made(pack, "typos.keyboard", kana, "ja", seed=seed) for seed in range(200)} == (slips or {kana})


@pytest.mark.parametrize("text", ["きゃ", "った", "ファ", "漢字", "か\u3099", "ーん"])
def test_what_is_typed_with_another_key_or_converted_stays(pack: Registry, text: str) -> None:
    assert {made(pack, "typos.keyboard", text, "ja", seed=seed) for seed in SEEDS} == {text}


@pytest.mark.parametrize(
    ("language", "alphabet"),
    [
        ("bn", "কখগঘঙচছজঝঞটঠডঢতথদধনপফবভমলশষসহ"),
        ("ca", "abcdefghijklmnopqrstuvwxyz"),
        ("da", "abcdefghijklmnopqrstuvwxyzæøå"),
        ("fi", "abcdefghijklmnopqrstuvwxyzåäö"),
        (
            "hu",
            "aábcdeéfghijklmnoóöőpqrstuúüűvwxyz",
        ),  # í lies left of all letters on some boards, of the digits on others
        ("nb", "abcdefghijklmnopqrstuvwxyzæøå"),
        ("ro", "aăâbcdefghiîjklmnopqrsștțuvwxyz"),
        ("sv", "abcdefghijklmnopqrstuvwxyzåäö"),
        ("ta", "கசஜஞடணதநனபமயரலளழவஷஸஹ"),
        ("bg", "абвгдежзийклмнопрстуфхцшщъьюя"),  # ч stands apart, at the left end of the digits
        ("el", "αβγδεζηθικλμνξοπρσςτυφχψω"),
        ("fa", "آابپتثجچحخدذرزسشصضطظعغفقکگلمنوهی"),
        ("he", "אבגדהוזחטיכךלמםנןסעפףצץקרשת"),
        ("th", "กขคงจชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮ"),
        ("tr", "abcçdefgğhıijklmnoöprsştuüvyz"),
        ("uk", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"),
        ("ur", "آابپتٹثجچحخدڈذرڑزژسشصضطظعغفقکگلمنںوہھءیے"),
    ],
)
def test_every_letter_of_an_alphabet_may_slip(pack: Registry, language: str, alphabet: str) -> None:
    words = {letter: letter * 3 for letter in alphabet}
    stay = [letter for letter, word in words.items() if made(pack, "typos.keyboard", word, language) == word]
    assert stay == []


@pytest.mark.parametrize("name", ["keyboard", "insert"])
@pytest.mark.parametrize(("word", "astray"), [("IŞIK", "iı"), ("kışı", "Iİ"), ("İYİ", "iI")])
def test_a_turkish_slip_keeps_dots_with_the_case(pack: Registry, name: str, word: str, astray: str) -> None:
    slips = {made(pack, f"typos.{name}", word, "tr", seed=seed) for seed in range(100)} - {word}
    assert slips
    assert not set(astray) & set("".join(slips))


def test_a_korean_slip_is_of_one_letter_in_one_syllable(pack: Registry) -> None:
    slips = {made(pack, "typos.keyboard", "한글", "ko", seed=seed) for seed in range(100)}
    assert len(slips) > 10
    for slip in slips:
        before, after = (unicodedata.normalize("NFD", word) for word in ("한글", slip))
        assert len(slip) == 2
        assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
