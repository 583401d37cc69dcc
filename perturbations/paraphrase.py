"""The same said in other words: synonyms, contractions and fillers, from tables of phrases that speakers exchange.

Tables rather than a model: a reader can check each row, and the same seed gives the same text on every machine.
"""

from collections.abc import Callable, Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from random import Random

import regex

from albert_robust import Example, PhraseTable, Text, Word, in_case, perturbation, read_rows, read_rules, share
from albert_robust.packs import Augmenter, augment, base, is_name, is_traditional, read_languages

_SYNONYMS = Path(__file__).with_name("synonyms.tsv")
_CONTRACTIONS = Path(__file__).with_name("contractions.tsv")
_RULES = Path(__file__).with_name("contraction_rules.tsv")
_FILLERS = Path(__file__).with_name("fillers.tsv")

# Words whose form hangs on the sound that follows: a quick, but an early.
_SOUND_BOUND = {
    "en": "a an",
    "es": "y e o u",
    "fr": "le la de que je ne me te se ce du au ma ta sa mon ton son",
    "it": "il lo la un uno una del dello della al allo alla dal dallo dalla nel nello nella sul sullo sulla i gli dei degli ai "
    "agli dai dagli nei negli sui sugli quel quello quella quei quegli bel bello bella bei begli buon buono ed ad",
}
_VOWELS = set("aeioàâäáéèêëíìîïóòôöœæ")
_IMPURE = regex.compile(r"s[^aeiouàèéìòù]|z|gn|ps|x|y", regex.I)  # what has `lo` before it in Italian
_TYPESET = "\u2019"  # the apostrophe of printed text
_LAST_WORD = regex.compile(r"(\w+)\s+$")
_DOCTOR, _NAME = regex.compile(r"\b(?:docteur|doctor|dottore|доктор\p{L}*)$", regex.I), regex.compile(r"\s+\p{Lu}")
_COMPOUND = regex.compile(r"[\p{Han}\p{Katakana}\p{Latin}\p{N}ー]")  # in which a Japanese word goes on


@cache
def _synonyms(language: str) -> PhraseTable[tuple[str, tuple[str, ...]]]:
    """Return each phrase of a language as it is listed, with what may stand in its place: nothing for an idiom."""
    table: dict[str, tuple[str, tuple[str, ...]]] = {}
    for row in read_rows(_SYNONYMS):
        words = row["words"].split("|") if row["language"] == language else []
        for word in words:
            table.setdefault(word, (word, tuple(other for other in words if other != word)))
    return PhraseTable(table)


def _places(text: Text) -> list[tuple[Word, list[str]]]:
    """Return the phrases of a text that have synonyms, with those that fit, in the capitals of the text."""
    places = []
    rows = _synonyms(base(text.language)).find(text, lambda word, row: not row[1] or _is_whole(text, word))
    for word, (listed, others) in rows:
        is_bound = _is_bound(text, word)
        fitting = [
            in_case(text, word, other, listed)
            for other in others
            if not is_bound or _sound(word.string, text.language) == _sound(other, text.language)
        ]
        if fitting and not _is_title(text, word) and (listed[:1].isupper() or not is_name(text, word)):
            places.append((word, fitting))
    return places


def _is_whole(text: Text, word: Word) -> bool:
    """Return whether a Japanese word is none within a longer one, as 注文 is in 注文住宅; other phrases are."""
    before, after = text.around(word, 1) if base(text.language) == "ja" else ("", "")
    seams = ((before, word.string[0]), (word.string[-1], after))
    return not any(_COMPOUND.match(left) and _COMPOUND.match(right) for left, right in seams)


def _is_title(text: Text, word: Word) -> bool:
    """Return whether a word for a doctor stands before a name, who may be one of philosophy."""
    return _DOCTOR.search(word.string) is not None and _NAME.match(text.around(word, 3)[1]) is not None


def _is_bound(text: Text, word: Word) -> bool:
    """Return whether the word before hangs on the sound that follows."""
    before = _LAST_WORD.search(text.around(word, 12)[0])
    return before is not None and before[1].lower() in _SOUND_BOUND.get(base(text.language), "").split()


def _sound(word: str, language: str) -> str:
    if base(language) == "it" and _IMPURE.match(word):
        return "impure"
    first = word[0].lower()
    return first if first in "hu" else str(first in _VOWELS)  # h and u are sounded in some words and not in others


_OF_BOTH = (  # examples of both ways to put synonyms in
    Example(
        "Perhaps see the film Perhaps",
        "Perhaps see the movie Perhaps",
        severity=5,
        protect=("Perhaps",),
        why="a protected span stays",
    ),
    Example("Tiny rooms 👍🏽", "Minuscule rooms 👍🏽"),
    Example("a", "a", why="one character"),
    Example("", "", why="nothing to perturb"),
)


@perturbation(
    "paraphrase.synonym",
    preserves="meaning",
    languages=read_languages(_SYNONYMS),
    version=3,
    examples=[
        Example("Unfortunately the couch is very bad.", "Unfortunately the sofa is very bad."),
        Example(
            "Bicycles and TV for everyone",
            "Bicycles and television for everybody",
            severity=5,
            why="a capital of the sentence is kept, those of TV are its own",
        ),
        Example("It was a huge error", "It was a huge error", severity=5, why="`a` or `an` hangs on the next sound"),
        Example("我认为今天的饭馆很漂亮。", "我认为今日的饭馆十分漂亮。", "zh", severity=3, why="found without spaces"),
        Example("Sin embargo, el camarero fue amable.", "No obstante, el mesero fue cordial.", "es", severity=5),
        Example("Infelizmente o celular é péssimo.", "Infelizmente o telefone celular é horroroso.", "pt", severity=5),
        Example("Un pasto magnifico e squisito", "Un pasto meraviglioso e delizioso", "it", severity=5),
        Example("Lo squisito gelato", "Lo squisito gelato", "it", severity=5, why="`lo` hangs on the next sound"),
        Example(
            "L'énorme restaurant est magnifique.",
            "L'énorme resto est superbe.",
            "fr",
            severity=5,
            why="an elided word stays as it is",
        ),
        Example("Leider ist das Handy kaputt.", "Bedauerlicherweise ist das Mobiltelefon kaputt.", "de", severity=5),
        Example("К сожалению, врач не помог.", "Увы, доктор не помог.", "ru", severity=5),
        Example("للأسف السيارة معطلة", "للأسف المركبة معطوبة", "ar", severity=5, why="right to left"),
        Example(
            "फिल्म बहुत अच्छी थी।", "मूवी बेहद अच्छी थी।", "hi", severity=5, why="combining marks stay with their letters"
        ),
        Example("友達は車を買った。", "友人は自動車を購入した。", "ja", severity=5),
        Example("電車の準備中", "電車の準備中", "ja", severity=5, why="a part of a longer word stays"),
        *_OF_BOTH,
    ],
)
def synonym(text: Text, rng: Random, severity: int) -> Text:
    """Replace words and phrases by synonyms; the severity sets the share of the words."""
    places = _places(text)
    chosen = rng.sample(places, min(len(places), share(severity, len(text.words()))))
    last_first = sorted(chosen, key=lambda place: -place[0].start)
    changes = [(word.start, word.end, rng.choice(fitting)) for word, fitting in last_first]
    return text.replace_each(changes[::-1], "synonym")


@perturbation(
    "paraphrase.reserved",
    preserves="meaning",
    languages=read_languages(_SYNONYMS),
    version=3,
    needs="nlpaug",
    extra="nlpaug",
    examples=[
        Example(
            "Unfortunately the couch isn't nice, it's  tiny.",
            "Regrettably the sofa isn't nice, it's  minuscule.",
            severity=5,
            why="apostrophes and blanks stay",
        ),
        Example("It was a huge error", "It was a huge error", severity=5, why="`a` or `an` hangs on the next sound"),
        Example("我认为今天的饭馆很漂亮。", "我觉得今天的饭馆十分漂亮。", "zh", severity=3, why="found without spaces"),
        Example("Quizás el camarero fue amable.", "Quizá el camarero fue cordial.", "es", severity=5),
        Example("Leider ist das Handy kaputt.", "Bedauerlicherweise ist das Mobiltelefon kaputt.", "de", severity=5),
        Example("Врач не помог.", "Доктор не помог.", "ru"),
        Example("للأسف السيارة معطلة", "لسوء الحظ السيارة معطوبة", "ar", severity=5, why="right to left"),
        Example(
            "फिल्म बहुत अच्छी थी।", "मूवी बेहद अच्छी थी।", "hi", severity=5, why="combining marks stay with their letters"
        ),
        Example("友達は車を買った。", "友人は自動車を購入した。", "ja", severity=5),
        *_OF_BOTH,
    ],
)
def reserved(text: Text, rng: Random, severity: int) -> Text:
    """Replace words and phrases by synonyms with nlpaug's ReservedAug."""
    places = _places(text)
    if not places:
        return text
    # Imported before the bridge seeds the global states, so that an import never draws from them.
    from nlpaug.augmenter.word import ReservedAug

    sets = [[word.string, *fitting] for word, fitting in places]
    pieces, whole = _pieces(text, [word for word, _ in places]), str(text)
    count = share(severity, len(text.words()))

    def make() -> "Augmenter":
        # Its own tokenizer parts words at apostrophes and combining marks, finds phrases inside words and leaves its
        # inner marks in the text; given our pieces and exact sets, it has none of this to do.
        augmenter: Augmenter = ReservedAug(
            sets,
            tokenizer=lambda string: pieces if string == whole else [string],
            reverse_tokenizer="".join,
            aug_min=count,
            aug_max=count,
        )
        augmenter.clean = str  # type: ignore[attr-defined]  # not ours to call, but it would strip the text
        return augmenter

    return augment(text, rng, make)


def _pieces(text: Text, words: list[Word]) -> list[str]:
    """Return a text cut into the given words and what stands between them; joined, they are the text."""
    cuts = [0, *(cut for word in words for cut in (word.start, word.end)), len(text)]
    return ["".join(text.graphemes[start:end]) for start, end in pairwise(cuts) if start < end]


@cache
def _contractions(language: str, source: str, target: str) -> PhraseTable[tuple[str, str]]:
    table: dict[str, tuple[str, str]] = {}
    for row in read_rows(_CONTRACTIONS):
        if row["language"] == language:
            table.setdefault(row[source], (row[source], row[target]))
    return PhraseTable(table)


@cache
def _rules(target: str, language: str) -> list[tuple[regex.Pattern[str], regex.Pattern[str]]]:
    """Return what must stand around a short form where that is put or written out: the form, and what is matched at its end."""
    rows = [row for row in read_rules(_RULES).rows if row["target"] == target and row["language"] in {"", language}]
    return [(regex.compile(row["form"]), regex.compile(row["around"])) for row in rows]


def _may_stand(text: Text, word: Word, short: str, target: str) -> bool:
    before, after = text.around(word, 40)
    said = before + word.string
    return all(
        stands.match(said + after, len(said))
        for form, stands in _rules(target, base(text.language))
        if form.search(short)
    )


@perturbation(
    "paraphrase.contraction",
    preserves="meaning",
    languages=read_languages(_CONTRACTIONS),
    severities=1,
    version=2,
    examples=[
        Example("I do not think it is far.", "I don't think it's far."),
        Example("I know who I am.", "I know who I am.", why="no short form closes a sentence"),
        Example("How old you are is clear.", "How old you are is clear.", why="nor one that hands its last word on"),
        Example("I have a dog", "I have a dog", why="a main verb stays"),
        Example("你为什么没有时间？", "你为啥没时间？", "zh"),
        Example("Por favor, vea la película.", "Porfa, vea la peli.", "es"),
        Example("O ônibus para aqui, para você.", "O ônibus para aqui, pra vc.", "pt", why="a verb, and `for`"),
        Example("Dove è il signor Rossi?", "Dov'è il Sig. Rossi?", "it"),
        Example("Номер 5, тихий номер", "№ 5, тихий номер", "ru", why="a number sign wants a number"),
        Example("Je ne sais pas, tu as beaucoup de temps.", "Je sais pas, t'as bcp de temps.", "fr"),
        Example(
            "Wir gehen in das Hotel und so weiter.", "Wir gehen ins Hotel usw.", "de", why="one full stop is enough"
        ),
        Example(
            "Das Haus, in das ich ging", "Das Haus, in das ich ging", "de", why="a relative pronoun is not an article"
        ),
        Example("Он платит 5 тысяч рублей, чтобы жить.", "Он платит 5 тыс. руб., чтоб жить.", "ru"),
        Example("يجب أن لا تذهب", "يجب ألا تذهب", "ar"),
        Example("उसको 5 किलोमीटर जाना है।", "उसे 5 किमी जाना है।", "hi"),
        Example("待っているが、行かなければならない。", "待ってるが、行かなきゃならない。", "ja"),
        Example(
            "{count} minutes, I do not know",
            "{count} mins, I do not know",
            protect=("do not",),
            why="a protected span stays",
        ),
        Example("I am 😀", "I am 😀", why="an emoji is no word to lean on"),
        Example("I", "I", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def contraction(text: Text, rng: Random, severity: int) -> Text:
    """Shorten what people often shorten: `do not` to `don't`, `minutes` to `mins`."""
    table = _contractions(base(text.language), "full", "short")
    found = table.find(text, lambda word, pair: _may_stand(text, word, pair[1], "short"))

    def shortened(word: Word, full: str, short: str) -> str:
        made = in_case(text, word, short, full)
        ends_sentence = made.endswith(".") and text.graphemes[word.end : word.end + 1] == (".",)
        return made[:-1] if ends_sentence else made

    return _exchanged(text, found, shortened, "contraction")


@perturbation(
    "paraphrase.expansion",
    preserves="meaning",
    languages=read_languages(_CONTRACTIONS),
    severities=1,
    version=2,
    examples=[
        Example("I don't think it's far.", "I do not think it is far."),
        Example("It's taken hours", "It's taken hours", why="it has, not is"),
        Example("It’s been fun, isn’t it?", "It’s been fun, isn’t it?", why="neither `is been` nor `is not it`"),
        Example("你为啥没时间？", "你为什么没有时间？", "zh"),
        Example(
            "请别人帮忙，坐高铁", "请别人帮忙，坐高铁", "zh", why="other people, and a train rather than a railway"
        ),
        Example("Porfa, vea la peli.", "Por favor, vea la película.", "es"),
        Example("Vc vem pra festa?", "Você vem pra festa?", "pt", why="`pra` may hold an article"),
        Example("Stasera l'hanno visto", "Questa sera l'hanno visto", "it", why="`l'` is `lo` or `la`"),
        Example("J'ai pas bcp de temps.", "Je n'ai pas beaucoup de temps.", "fr"),
        Example("Brot, Käse usw.", "Brot, Käse und so weiter.", "de", why="the sentence keeps its full stop"),
        Example("Это стоит 5 руб. и т.д.", "Это стоит 5 рублей и так далее.", "ru"),
        Example("يجب ألا تذهب", "يجب أن لا تذهب", "ar"),
        Example("उसे 5 किमी जाना है।", "उसको 5 किलोमीटर जाना है।", "hi"),
        Example("待ってるけど捨てる", "待っているけれども捨てる", "ja", why="捨てる is whole"),
        Example("I don't know Don't", "I do not know Don't", protect=("Don't",), why="a protected span stays"),
        Example("I'm 😀", "I am 😀"),
        Example("I", "I", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def expansion(text: Text, rng: Random, severity: int) -> Text:
    """Write short forms in full: `don't` as `do not`, `mins` as `minutes`."""
    table = _contractions(base(text.language), "short", "full")
    found = table.find(text, lambda word, pair: _may_stand(text, word, pair[0], "full"))

    def written_out(word: Word, short: str, full: str) -> str:
        ends_text = all(text[place].isspace() for place in range(word.end, len(text)))
        return in_case(text, word, full, short) + ("." if short.endswith(".") and ends_text else "")

    return _exchanged(text, found, written_out, "expansion")


def _exchanged(
    text: Text, found: list[tuple[Word, tuple[str, str]]], made: Callable[[Word, str, str], str], kind: str
) -> Text:
    """Return the text with phrases exchanged from the last on, each with the apostrophe that the text uses by then."""
    typeset = str(text).count(_TYPESET)
    changes: list[tuple[int, int, str]] = []
    for word, pair in reversed(found):
        replacement = made(word, *pair)
        if typeset:
            replacement = replacement.replace("'", _TYPESET)
        typeset += replacement.count(_TYPESET) - word.string.count(_TYPESET)
        changes.append((word.start, word.end, replacement))
    return text.replace_each(changes[::-1], kind)


# Words that open a sentence and may be written small after a filler; any other word may be a name or a German noun.
_OPENERS = {
    "de": "der die das ein eine ich wir es er mein meine unser dieser diese dieses im in am an auf für mit nach bei "
    "wenn als leider sehr man alles hier wer was wo wie warum wann welche welcher welches ist sind gibt kann",
    "en": "the this that these those it we they he she you there my our your his her its a an if when in on at after "
    "for as what who whose which where why how is was are were do does did can could will would has have not no all some very",
    "es": "el la los las un una unos unas es está fue no me mi nos nuestro nuestra este esta esto muy hay todo todos "
    "lo se si en con para por yo qué quién quiénes cuál cuáles cuándo dónde cómo cuánto cuánta cuántos cuántas",
    "fr": "le la les l un une des ce cet cette ces c il elle nous je j on mon ma mes très tout si en dans pour avec "
    "qui que qu quel quelle où comment pourquoi quand quels quelles combien est",
    "it": "il lo la i gli le l un uno una è non mi mio mia nostro nostra questo questa questi queste quest molto tutto tutti "
    "ho abbiamo ha se in con per a al alla all da dal di del della dell nel nella nell che chi qual quale quali quando dove "
    "dov come com cosa cos quanto quanta quanti quante perché c ci si sono era purtroppo",
    "pt": "o a os as um uma uns umas é está foi não no na nos nas do da dos das ao à às me meu minha nosso nossa este esta "
    "isto isso esse essa muito há tem todo todos tudo se em com para por eu ele ela nós que quem qual quais quando onde como "
    "quanto quanta quantos quantas infelizmente",
    "ru": "это мы я он она они в на мне нам всё все очень не если мой наш этот эта эти у с по для кто что где как почему "
    "когда сколько какой какая какое какие",
}
# What tells that a text does not address people as the fillers of its language do: with `du` where those say `Sie`.
_ADDRESSES_OTHERWISE = {
    "de": r"\b(?:du|dich|dir|dein\p{L}*|euch|euer|eure\p{L}?)\b",
    "es": r"\busted(?:es)?\b",
    "fr": r"\b(?:tu|te|toi|ton|ta|tes|t(?=['’]))\b",
    "hi": r"(?<!\w)(?:तू|तुझ\w*|तेर\w+|तुम\w*)(?!\w)",
    "it": r"\b(?:tu|ti|te|tuo|tua|tuoi|tue)\b",
    "ru": r"\b(?:ты|теб[яе]|тобой|тво\p{L}+)\b",
}
_CLOSING = regex.compile(r"(?r)\s*[.!?…。！？؟۔।॥]*\s*$")  # from the end on: blanks may be many
_TRADITIONAL = str.maketrans("说实话么顺个对问", "說實話麼順個對問")
_QUESTION = regex.compile(r"(?:[?？؟]|(?<=[すただうるい])か。?)[\s\p{P}]*$")
_SAID = regex.compile(r"[\p{L}\p{M}\p{N}%]$")


@perturbation(
    "paraphrase.filler",
    preserves="meaning",
    languages=read_languages(_FILLERS),
    severities=1,
    examples=[
        Example("The food was great.", "The food was great, by the way."),
        Example("I like it!", "By the way, I like it!", seed=5, why="`I` stays a capital"),
        Example(
            "Paris is nice",
            "Paris is nice, I must say",
            seed=5,
            why="a first word that may be a name keeps its capital",
        ),
        Example("今天天气很好。", "嗯，今天天气很好。", "zh"),
        Example("這家餐廳很好。", "說實話，這家餐廳很好。", "zh", seed=2, why="in traditional characters"),
        Example("¿Está abierto?", "Dime, ¿está abierto?", "es", why="the opening mark stays before its clause"),
        Example("谁发明了电话？", "顺便问一下，谁发明了电话？", "zh", why="nobody asks `to be honest`, nor ends so"),
        Example("L'hôtel est bien !", "Écoutez, l'hôtel est bien !", "fr"),
        Example("Bravo !", "Bravo, je dois dire !", "fr", seed=5, why="the French blank stays"),
        Example("É muito bom.", "Honestamente, é muito bom.", "pt"),
        Example("L'albergo è aperto?", "Mi dica, l'albergo è aperto?", "it"),
        Example("Das Essen war gut.", "Wissen Sie, das Essen war gut.", "de"),
        Example("Hunde bellen.", "Hunde bellen, wissen Sie.", "de", why="a noun keeps its capital"),
        Example("Это хорошо.", "Это хорошо, если честно.", "ru", seed=5),
        Example("الطعام جيد.", "للأمانة، الطعام جيد.", "ar", why="right to left"),
        Example("खाना अच्छा था।", "खाना अच्छा था, सच में।", "hi", seed=5),
        Example("料理はおいしかった。", "なんというか、料理はおいしかった。", "ja"),
        Example("駅はどこですか。", "ちなみに、駅はどこですか。", "ja", why="a question without its mark"),
        Example("Anna left.", "Anna left.", protect=("Anna left.",), why="nothing protected changes"),
        Example("👍", "👍", why="nothing is said yet"),
        Example("a", "a, by the way", why="one character"),
        Example("", "", why="nothing to perturb"),
    ],
)
def filler(text: Text, rng: Random, severity: int) -> Text:
    """Add words that say nothing before the text, or before its final punctuation."""
    asks = _QUESTION.search(str(text)) is not None
    opens = _may_open(text)
    places = {"start": opens and not asks, "end": _closing(text) is not None and not asks, "question": opens and asks}
    otherwise = regex.search(_ADDRESSES_OTHERWISE.get(base(text.language), "(?!)"), str(text), regex.I) is not None
    rows = [
        row for row in _fillers(base(text.language)) if places[row["place"]] and not (row["addresses"] and otherwise)
    ]
    if not rows:
        return text
    row = rng.choice(rows)
    words, closing = _written(row["filler"], text), _closing(text)
    if row["place"] == "end" and closing is not None:
        return text.replace(closing, closing, words, "filler")
    first = text.words()[0]
    if _is_opener(first, text):
        text = text.replace(first.start, first.start + 1, text[first.start].lower(), "filler")
    return text.replace(0, 0, words if words.endswith(("，", "、")) else f"{words} ", "filler")


@cache
def _fillers(language: str) -> list[Mapping[str, str]]:
    return [row for row in read_rows(_FILLERS) if row["language"] == language]


def _written(filler: str, text: Text) -> str:
    """Return a Chinese filler in traditional characters where the text is in them."""
    return filler.translate(_TRADITIONAL) if is_traditional(str(text), text.language) else filler


def _may_open(text: Text) -> bool:
    """Return whether a filler may stand before the text: its first word has no capital, or one it keeps or can lose."""
    words = text.words()
    if not words or "".join(text.graphemes[: words[0].start]) not in {"", "¿", "¡"}:
        return False
    first = words[0].string
    if not first[0].isupper() or (base(text.language) == "en" and _stem(first) == "I"):
        return True
    # `The Beatles`, `El Niño`: a name. German writes every noun so.
    is_name = len(words) > 1 and words[1].string[0].isupper() and base(text.language) != "de"
    return _is_opener(words[0], text) and not is_name


def _is_opener(word: Word, text: Text) -> bool:
    is_loud = len(word.string) > 1 and word.string.isupper()
    return not is_loud and _stem(word.string).lower() in _OPENERS.get(base(text.language), "").split()


def _stem(word: str) -> str:
    return word.replace("\u2019", "'").split("'")[0]


def _closing(text: Text) -> int | None:
    """Return where the text's closing punctuation begins, or None where no word stands before it."""
    closing = text.find(_CLOSING)
    start = closing[0].start if closing else len(text)
    return start if _SAID.search("".join(text.graphemes[:start])) else None
