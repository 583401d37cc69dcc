"""Words taken for others that sound alike: what speech recognition writes, and who writes as he speaks.

Idea: LangTest's add_speech_to_text_typo and Giskard's speech typos, which look sounds up in English. Departures: eight
languages, a table of our own (`homophones.tsv`), where a word is taken for one that stands out in its sentence, so that a
reader hears what was meant: `the food was grate`, never `the son` for `the sun`. A row may say what stands `before` the
word and `after` it. Russian endings are a rule: verbs in -тся and -ться, and adjectives in an unstressed -ое. No denial
is lost or made (`no` for `know`), and what is in the table of `typos.misspelling` is not in this one.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

import regex

from albert_robust import Example, PhraseTable, Text, Word, in_case, perturbation, read_rows
from albert_robust.packs import Beside, base, is_name, read_languages, share_of_words, with_apostrophe_of

_HOMOPHONES = Path(__file__).with_name("homophones.tsv")
_MISSPELLINGS = Path(__file__).with_name("misspellings.tsv")
_NEAR = 30  # characters on either side of a word that say whether it may be mistaken
# Verbs in -тся and -ться; adjectives in -ое, but those where it is stressed (большое) and words that are none (двое).
_STRESSED = (
    "больш|дорог|плох|молод|прост|пуст|зл|сух|так|как|друг|чуж|втор|родн|цветн|жив|глух|слеп|крут|густ|свят|прям|крив|нем|туп"
    "|хром|седьм|шест|восьм|мясн|речн|морск|городск|мужск|ночн|дневн|лесн|больн|смешн|земн|люб|голуб|ручн|выходн|входн|зубн"
    "|основн|боков|передов|сплошн|золот|дв|тр|вдв|втр|об"
)
_ENDING = regex.compile(
    rf"(?<![\p{{L}}\p{{M}}-])(?:\p{{L}}{{2,}}ть?ся|(?!(?:не)?(?:{_STRESSED})ое)\p{{L}}{{2,}}[нквлрштдсчмбпж]ое)(?![\p{{L}}\p{{M}}-])",
    regex.I,
)


class _Homophone(NamedTuple):
    """A word as it is listed, what is heard instead, and where that may be."""

    listed: str
    heard: tuple[str, ...]
    beside: Beside


_ANYWHERE = Beside.of({"before": "", "after": ""})


@cache
def _homophones(language: str) -> PhraseTable[_Homophone]:
    rows = [row for row in read_rows(_HOMOPHONES) if row["language"] == language]
    return PhraseTable(
        {row["word"]: _Homophone(row["word"], tuple(row["heard"].split("|")), Beside.of(row)) for row in rows}
    )


def _fits(text: Text, word: Word, homophone: _Homophone) -> bool:
    before, after = text.around(word, _NEAR)
    is_noun = homophone.listed[:1].isupper()  # in German, where a capital tells it from other words
    is_word = word.string[:1].isupper() if is_noun else not is_name(text, word)
    return is_word and homophone.beside.holds(before, after)


def _heard(text: Text, word: Word, homophone: _Homophone, rng: Random) -> str:
    return with_apostrophe_of(str(text), in_case(text, word, rng.choice(homophone.heard), homophone.listed))


@cache
def _misspelt() -> frozenset[str]:
    """Return the Russian words that `typos.misspelling` has."""
    return frozenset(row["right"] for row in read_rows(_MISSPELLINGS) if row["language"] == "ru")


def _endings(text: Text, found: Iterable[Word]) -> list[tuple[Word, _Homophone]]:
    """Return the Russian words of a text, but those found, whose ending sounds as another one does."""
    taken = {word.start for word in found}
    words = [word for word in text.find(_ENDING) if word.string.casefold() not in _misspelt()]
    return [
        (word, _Homophone(word.string, (_other_ending(word.string),), _ANYWHERE))
        for word in words
        if word.start not in taken
    ]


def _other_ending(word: str) -> str:
    """Return `учится` for `учиться` or the other way round, `новая` for `новое`; the letters stay as large as they are."""
    is_large = word[-1].isupper()
    if word[-2:].casefold() == "ое":
        return word[:-2] + ("АЯ" if is_large else "ая")
    if word[-3] in "ьЬ":
        return word[:-3] + word[-2:]
    return word[:-2] + ("Ь" if is_large else "ь") + word[-2:]


@perturbation(
    "typos.homophone",
    preserves="meaning",
    languages=read_languages(_HOMOPHONES),
    examples=[
        Example("Their food was great.", "They're food was grate.", severity=5),
        Example("We’re here", "We’re hear", severity=5),
        Example(
            "I know nobody, not here", "I know nobody, not hear", severity=5, why="no denial is lost, and none made"
        ),
        Example(
            "The sun and the weather",
            "The sun and the weather",
            severity=5,
            why="a son may be meant, or it is misspelled elsewhere",
        ),
        Example("Walk to Great Wood", "Walk too Great Wood", severity=5, why="a capital makes a name"),
        Example("WHICH?", "WITCH?", severity=5, why="capitals are kept"),
        Example("Le pain est bon et chaud.", "Le pin et bon est chaud.", "fr", severity=5),
        Example("Qu’elle est belle", "Quelle et belle", "fr", severity=5, why="whatever the apostrophe"),
        Example("Das Bad war viel zu klein.", "Das bat wahr fiel zu klein.", "de", severity=5),
        Example("Er bat um Rat", "Er Bad um Rad", "de", severity=5, why="a capital tells a German noun"),
        Example("Voy a comer, hay sopa también.", "Voy ha comer, ahí sopa tan bien.", "es", severity=5),
        Example("L’anno scorso mi è piaciuto.", "L’hanno scorso mi e piaciuto.", "it", severity=5),
        Example("Houve festa, mas fui à praia.", "Ouve festa, mais fui há praia.", "pt", severity=5),
        Example("Он бреется, а я хочу мыться.", "Он бреется, а я хочу мытся.", "ru"),
        Example(
            "Это новое и большое окно",
            "Эта новая и большое окно",
            "ru",
            severity=5,
            why="a stressed ending sounds otherwise",
        ),
        Example("Кажется, вовремя", "Кажется, во время", "ru", severity=5, why="`typos.misspelling` has the first"),
        Example("意外と暑い", "以外と厚い", "ja", severity=5, why="an input method offers the wrong word"),
        Example("Ask here {here}", "Ask here {here}", severity=5, protect=("here",), why="what is protected stays"),
        Example("great 👍🏽", "grate 👍🏽"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def homophone(text: Text, rng: Random, severity: int) -> Text:
    """Confuse words that sound alike: `grate` for `great`, `est` for `et`, `ahí` for `hay`, `мыться` for `моется`."""
    language = base(text.language)
    found = _homophones(language).find(text, lambda word, homophone: _fits(text, word, homophone))
    places = found + (_endings(text, [word for word, _ in found]) if language == "ru" else [])
    chosen = sorted(rng.sample(places, min(len(places), share_of_words(severity, text))), key=lambda place: place[0])
    changes = [(word.start, word.end, _heard(text, word, homophone, rng)) for word, homophone in chosen]
    return text.replace_each(changes, "homophone")
