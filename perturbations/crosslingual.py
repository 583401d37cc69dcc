"""Other languages in a text: words of one, the whole text in one, or its words in Latin letters.

Sources: Qin et al. (2020), CoSDA-ML, arXiv:2006.06402, for code-switching by dictionary; transliteration after
BGN/PCGN (1947) with one e and one apostrophe (Russian), ALA-LC without vowels and diacritics (Arabic), Hunterian without
diacritics (Hindi) and Hanyu Pinyin without tones (Chinese).

Departures: a word becomes the dictionary form of its translation, a plural of en, es, fr, it and pt, and of de, a plural of de,
en, es and fr; articles, agreement and order stay as they are. Nothing is put into it and pt. Where one form belongs to several
concepts, the first of `lexicon.tsv` wins. Its first rows, `whole`, have no translations: idioms, and what holds a word by its
letters alone, as 很高兴 (glad) holds 很高 (high).
Arabic alif, waw and ya are read by their neighbours in the word. Hindi drops the unwritten vowel by Ohala's rule
(Aspects of Hindi Phonology, 1983): at the end of a word, and between two consonants with a vowel on either side.
A Chinese character has its most frequent reading, or that of the word it stands in; rare characters and numerals stay.
"""

import math
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from random import Random

import regex

from albert_robust import Example, Text, Word, perturbation, read_rows, share
from albert_robust.packs import base

OTHERS = ("ar", "de", "en", "es", "fr", "hi", "ru", "zh")  # into them: one more changes all variants
LANGUAGES = (*OTHERS, "it", "pt")
WHOLE = "whole"  # a row of phrases that stay, each language's own
UNSPACED = "zh"
NUMERALS = "一二两三四五六七八九十百千万亿几第"
PLURAL_SECOND = {"de", "en", "es", "fr", "it", "pt"}  # a noun's second form; elsewhere a case or an article
IN_PAIRS = {"en", "es", "fr", "it", "pt"}  # and the next ones: an, ans, année, années; in German, cases
_LEXICON = Path(__file__).with_name("lexicon.tsv")
_PINYIN = Path(__file__).with_name("pinyin.tsv")
_TRANSLITERATION = Path(__file__).with_name("transliteration.tsv")
_START = "^"  # in transliteration.tsv, the start of a word
_LETTER = r"[\p{L}\p{M}\p{N}]"
_JOINABLE = regex.compile(_LETTER, regex.V1)
_HAN = regex.compile(r"\p{Han}+", regex.V1)
_NAME = regex.compile(r"\s\p{Lu}")
_VIRAMA = "\u094d"
_UNWRITTEN = "ə"  # the vowel of a Devanagari consonant that has no sign


@cache
def _concepts() -> list[dict[str, list[str]]]:
    """Return the surface forms of every concept by language."""
    return [{column: cell.split("|") for column, cell in row.items() if cell} for row in read_rows(_LEXICON)]


@cache
def _forms(language: str) -> dict[str, tuple[int, int]]:
    """Return the place of every surface form of a language: which concept, which of its forms."""
    places: dict[str, tuple[int, int]] = {}
    for concept, cells in enumerate(_concepts()):
        for place, form in enumerate(cells.get(language, [])):
            places.setdefault(form.casefold(), (concept, place))
    return places


@cache
def _known_words(language: str) -> regex.Pattern[str]:
    """Return a pattern for the surface forms of a language, the longest first."""
    forms = sorted(_forms(language), key=lambda form: (-len(form), form))
    words = "|".join(map(_word, forms)) or r"(?!)"
    whole = f"(?:{words})" if language == UNSPACED else rf"(?<!{_LETTER}|{_LETTER}-)(?:{words})(?!-?{_LETTER})"
    return regex.compile(whole, regex.V1 | regex.IGNORECASE)


def _word(form: str) -> str:
    """Return a pattern for a surface form; a Chinese numeral is none inside a longer one: 二十个 holds no 十个."""
    written = regex.escape(form)
    return rf"(?<![{NUMERALS}]){written}(?![{NUMERALS}])" if form[0] in NUMERALS else written


def _chosen(text: Text, words: list[Word], rng: Random, severity: int) -> list[Word]:
    """Return a share of a text's words drawn from some of them, the last first."""
    size = sum(0.5 if _HAN.match(word.string) else 1 for word in text.words())  # two characters, a word
    places = rng.sample(range(len(words)), min(len(words), share(severity, math.ceil(size))))
    return [words[place] for place in sorted(places, reverse=True)]


def _put(text: Text, last_first: list[Word], replacements: dict[Word, str], kind: str) -> Text:
    """Return the text with words replaced, set off by blanks where letters would touch in a script without spaces."""
    changes: list[tuple[int, int, str]] = []
    for start, end, string in last_first:
        replacement = replacements[Word(start, end, string)]
        if _HAN.match(string):
            touched = changes and changes[-1][0] == end
            following = changes[-1][2] if touched else "".join(text.graphemes[end : end + 1])
            before = start > 0 and _JOINABLE.match(text[start - 1])
            replacement = (" " if before else "") + replacement + (" " if _JOINABLE.match(following) else "")
        changes.append((start, end, replacement))
    return text.replace_each(changes[::-1], kind)


@perturbation(
    "crosslingual.code_switch",
    preserves="meaning",
    languages=LANGUAGES,
    alike=True,
    examples=[
        Example("The new hotel is near the river.", "The new 酒店 is near the river."),
        Example("The books are on the table.", "The Bücher are on the table.", seed=1, severity=3),
        Example("El restaurante es barato.", "El restaurante es cheap.", "es", seed=13),
        Example("La maison est vieille.", "La casa est vieille.", "fr", seed=25),
        Example("Das Zimmer war kalt.", "Das комната war kalt.", "de", seed=19),
        Example("As chaves estão na mesa.", "As keys estão na mesa.", "pt", seed=1),
        Example("L'acqua è fredda.", "L'water è fredda.", "it", seed=1, why="an elided article stays"),
        Example("Ho letto a casa.", "Ho letto a casa.", "it", severity=5, why="letto is a bed, but here one has read"),
        Example(
            "Das Essen war gut.",
            "Das Essen war bon.",
            "de",
            seed=9,
            severity=5,
            why="the noun Essen is not the verb essen",
        ),
        Example("Книга лежит на столе.", "Book лежит на столе.", "ru", seed=7),
        Example("الكتاب على الطاولة", "livre على الطاولة", "ar", seed=25),
        Example("यह किताब अच्छी है", "यह book अच्छी है", "hi", seed=7),
        Example("फ़ोन टूट गया", "电话 टूट गया", "hi", severity=5, why="a verb that only helps another stays"),
        Example("Мы любим друг друга", "Мы любим друг друга", "ru", severity=5, why="each other, not a friend"),
        Example("الفندق جيد بشكل عام", "hotel جيد بشكل عام", "ar", seed=1, why="in general, not a year"),
        Example(
            "这家餐厅的房间很好",
            "这家餐厅的房间 gut",
            "zh",
            seed=1,
            why="the longest word first, set off by blanks",
        ),
        Example("图书馆", "library", "zh", seed=7, why="not 图书 and 馆"),
        Example(
            "我很高兴，没有时间了",
            "我很高兴，没有时间了",
            "zh",
            severity=5,
            why="neither 很高, high, nor 有时, sometimes",
        ),
        Example("第二十个", "第二十个", "zh", severity=5, why="no 十个, ten, inside a longer numeral"),
        Example(
            "There is room for Apple here",
            "There is room for Apple 这里",
            severity=5,
            why="senses of their own, a name",
        ),
        Example("ROOM!", "ZIMMER!", seed=1, why="the case of what was written"),
        Example("I", "I", why="no word of the lexicon"),
        Example("", "", why="nothing to perturb"),
        Example("👍🏽", "👍🏽", why="an emoji belongs to every language"),
        Example("cafe\u0301", "cafe\u0301", "fr", why="a combining mark"),
        Example(
            "The hotel is cold",
            "The hotel is froid",
            seed=9,
            severity=5,
            protect=("hotel",),
            why="what is protected stays",
        ),
    ],
)
def code_switch(text: Text, rng: Random, severity: int) -> Text:
    """Translate some words into another language, as bilingual people do; each text gets one other language."""
    language = base(text.language)
    target = rng.choice([other for other in OTHERS if other != language])
    found = [word for word in text.find(_known_words(language)) if _meant(text, word, language)]
    translations = {word: other for word in found if (other := _translated(word, language, target)) != word.string}
    return _put(text, _chosen(text, list(translations), rng, severity), translations, "code switch")


def _meant(text: Text, word: Word, language: str) -> bool:
    """Return whether a word is its lexicon entry: a capital inside a sentence makes a name, and a German noun.

    Before a name, `Frau` is a title.
    """
    if word.string == "Frau" and _NAME.match(text.around(word, 2)[1]):
        return False
    if not word.string[:1].isupper() or word.string.isupper():
        return True
    concept, place = _forms(language).get(word.string.casefold(), (0, 0))
    earlier = (text[place].rstrip() for place in range(word.start - 1, -1, -1))
    before = next(filter(None, earlier), "")
    return _concepts()[concept][language][place][:1].isupper() or before[-1:] in ("", ".", "!", "?", ":", "\n")


def _translated(word: Word, language: str, target: str) -> str:
    """Return a word's form in another language, in the case it was written in; the word where there is none."""
    found = _forms(language).get(word.string.casefold())
    if found is None:
        return word.string
    concept, place = found
    cells = _concepts()[concept]
    forms = cells.get(target, [])
    if not forms or cells["concept"] == [WHOLE]:
        return word.string
    is_plural = place % 2 == 1 if language in IN_PAIRS else place == 1
    plural = is_plural and len(forms) > 1 and cells["pos"] == ["n"] and {language, target} <= PLURAL_SECOND
    return _like(forms[1] if plural else forms[0], word.string, cells[language][place])


def _like(new: str, written: str, entry: str) -> str:
    """Return a word in the case that another is written in, where that is not the case of its lexicon entry."""
    if written == entry:
        return new
    if len(written) > 1 and written.isupper():
        return new.upper()
    return new[:1].upper() + new[1:] if written[:1].isupper() and not entry[:1].isupper() else new


@perturbation(
    "crosslingual.swap",
    preserves="meaning",
    severities=1,
    alike=True,
    examples=[
        Example("Thank you!", "Danke!", parallels=(("de", "Danke!"),)),
        Example("谢谢你", "Thank you", "zh", parallels=(("en", "Thank you"),)),
        Example(
            "شكرا لك",
            "Gracias",
            "ar",
            seed=1,
            parallels=(
                ("es", "Gracias"),
                ("hi", "धन्यवाद"),
            ),
            why="one of several, by chance",
        ),
        Example(
            "Ask {name} now",
            "Pregunta ahora a {name}",
            parallels=(("es", "Pregunta ahora a {name}"),),
            why="a placeholder that both texts have",
        ),
        Example(
            "Ask Anna now",
            "Ask Anna now",
            protect=("Anna",),
            parallels=(("ru", "Спроси Анну сейчас"),),
            why="the other text lacks what is protected",
        ),
        Example(
            "Thank you!",
            "Thank you!",
            parallels=(("en", "Thanks!"),),
            why="the same language is no other",
        ),
        Example("Thank you!", "Thank you!", why="no other text is known"),
        Example("a", "un", parallels=(("fr", "un"),)),
        Example("", "", why="nothing to perturb"),
        Example("👍 yes", "👍 oui", parallels=(("fr", "👍 oui"),)),
    ],
)
def swap(text: Text, rng: Random, severity: int) -> Text:
    """Use the same text in another language, if the dataset has it and it keeps what is protected."""
    others = sorted(set(text.parallels) - {text.language})
    if not others:
        return text
    language = rng.choice(others)
    parallel = text.parallels[language]
    made = text.rewrite(parallel, "swap", language)
    return made if str(made) == parallel else text  # a protected span that the other text lacks: a mixture of the two


@perturbation(
    "crosslingual.transliterate",
    preserves="meaning",
    languages=("ar", "hi", "ru", "zh"),
    examples=[
        Example("Сегодня хорошая погода", "Сегодня khoroshaya pogoda", "ru", severity=5),
        Example(
            "Щука, цирк, объём, ЁЛКА",
            "Щука, tsirk, объём, YOLKA",
            "ru",
            seed=4,
            severity=5,
            why="the case of what was written",
        ),
        Example("الكتاب جميل", "الكتاب jmil", "ar", severity=5),
        Example("في اليوم الأول", "fi al-yum الأول", "ar", seed=4, severity=5, why="the article"),
        Example("यह मेरी किताब है", "यह meri किताब hai", "hi", severity=5),
        Example(
            "समझना लड़का नमस्ते",
            "samajhna larka नमस्ते",
            "hi",
            seed=4,
            severity=5,
            why="what is neither written nor spoken",
        ),
        Example("今天天气很好", "今天天 qi 很好", "zh", severity=4, why="syllables set off by blanks"),
        Example("银行行长", "银 hang 行长", "zh", seed=1, severity=5, why="a reading hangs on the word"),
        Example("二十", "二十", "zh", severity=5, why="numerals stay"),
        Example("я", "ya", "ru", why="one character"),
        Example("", "", "ru", why="nothing to perturb"),
        Example("ok 👍🏽", "ok 👍🏽", "ru", why="neither Cyrillic nor a letter"),
        Example("и\u0306од", "yod", "ru", why="a combining mark: й in two parts"),
        Example(
            "Москва 2024",
            "Москва 2024",
            "ru",
            severity=5,
            protect=("Москва",),
            why="what is protected stays",
        ),
        Example("Київ", "Київ", "ru", why="a letter that Russian lacks"),
    ],
)
def transliterate(text: Text, rng: Random, severity: int) -> Text:
    """Write words in Latin letters, as people do who have no keyboard for their script."""
    language = base(text.language)
    in_words = _read_in_words(text) if language == "zh" else {}
    latin = {
        word: in_words.get(word) or _latin(word.string, language) for word in text.words() if not _numeric(word.string)
    }
    words = [word for word, written in latin.items() if written != word.string]
    return _put(text, _chosen(text, words, rng, severity), latin, "transliterate")


@lru_cache(maxsize=1 << 14)
def _latin(word: str, language: str) -> str:
    """Return a word in Latin letters; as it was, where a letter of it has no rule."""
    lower = unicodedata.normalize("NFC", word).lower()
    if language == "zh":
        return _readings().get(word, word)
    made = _hindi(lower) if language == "hi" else _lettered(lower, language)
    if not made.isascii() or not made:
        return word
    if len(word) > 1 and word.isupper():
        return made.upper()
    return made[:1].upper() + made[1:] if word[:1].isupper() else made


def _numeric(string: str) -> bool:
    return any(character.isnumeric() for character in string)


@cache
def _readings() -> dict[str, str]:
    """Return the syllable of each Han character; the last line that holds it gives its usual reading."""
    return {character: row["syllable"] for row in read_rows(_PINYIN) for character in row["characters"]}


def _read_in_words(text: Text) -> dict[Word, str]:
    """Return the syllables of the characters that stand in a Chinese word which reads them otherwise than usual."""
    rules = _rules("zh")
    words = regex.compile("|".join(sorted(rules, key=lambda word: -len(word))))
    return {
        Word(start + place, start + place + 1, character): syllable
        for start, _, word in text.find(words)
        if word in rules  # and bears no marks
        for place, (character, syllable) in enumerate(zip(word, rules[word].split(" "), strict=True))
    }


@cache
def _rules(language: str) -> dict[str, str]:
    return {row["from"]: row["to"] for row in read_rows(_TRANSLITERATION) if row["language"] == language}


def _pieces(word: str, language: str) -> list[tuple[str, str]]:
    """Return a word cut into the longest letters that have a rule, each with its Latin letters."""
    rules = _rules(language)
    longest = max(map(len, rules))
    pieces: list[tuple[str, str]] = []
    place = 0
    while place < len(word):
        starts = not pieces or pieces[-1][1].endswith("-")  # also after the Arabic article
        for end in range(min(len(word), place + longest), place, -1):
            letters = word[place:end]
            latin = rules.get(_START + letters) if starts and _START + letters in rules else rules.get(letters)
            if latin is not None or end == place + 1:
                pieces.append((letters, letters if latin is None else latin))
                place = end
                break
    return pieces


def _lettered(word: str, language: str) -> str:
    return "".join(latin for _, latin in _pieces(word, language))


def _hindi(word: str) -> str:
    """Return a Devanagari word in Latin letters, without the vowels that are neither written nor spoken."""
    syllables: list[tuple[str, str]] = []  # consonant, vowel
    for letters, latin in _pieces(word, "hi"):
        mark = unicodedata.category(letters[0]).startswith("M")
        if not mark:
            vowel = latin[-1:] in set("aeiou")
            syllables.append(("", latin) if vowel else (latin, _UNWRITTEN))
        elif syllables:
            onset, vowel_now = syllables[-1]
            syllables[-1] = (onset, _marked(vowel_now, letters, latin))
    return "".join(onset + vowel for onset, vowel in _spoken_vowels(syllables)).replace(_UNWRITTEN, "a")


def _marked(vowel: str, mark: str, latin: str) -> str:
    """Return a vowel under a vowel sign, which replaces it, or under another, which follows it."""
    if mark == _VIRAMA:
        return ""
    return latin if vowel == _UNWRITTEN and latin[:1] in set("aeiour") else vowel + latin


def _spoken_vowels(syllables: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return syllables without the unwritten vowel at the end, and inside where VC_CV surrounds it, from the right."""
    spoken = syllables.copy()
    for place in range(len(spoken) - 1, 0, -1):
        onset, vowel = spoken[place]
        last = place == len(spoken) - 1
        between = not last and bool(spoken[place - 1][1] and onset and all(spoken[place + 1]))
        if vowel == _UNWRITTEN and (last or between):
            spoken[place] = (onset, "")
    return spoken
