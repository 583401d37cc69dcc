"""What has nothing to do with the text: a neutral sentence beside it, a link, a mention, a hashtag or an emoji after it.

Sources: Jia and Liang (2017), D17-1215, for sentences that distract; TextFlint (Wang et al., 2021), 2021.acl-demo.41, and
PromptRobust (Zhu et al., 2023), arXiv:2306.04528, for sentences that are irrelevant; Liu et al. (2024), Lost in the Middle,
doi:10.1162/tacl_a_00638, for a text in the middle of many; CheckList (Ribeiro et al., 2020),
2020.acl-main.442, for links and handles.

Departures: Jia and Liang write sentences that nearly answer the question. These answer none, are true, praise and blame
nothing, hold no number and no name, and one that speaks of what the text speaks of is left out: `about` in `distractors.tsv`
is a pattern for that, so that none is there twice either. Links lead to the domains that RFC 2606 reserves. No digit is added.

The sentence is typed as a person would: a text that nothing closes gets the full stop that it lacks, or a line break where
a full stop would run into a link, a mention or a comma; of several paragraphs it becomes the last. A word, a name or a query
is left alone: fewer than two words, or than four that nothing closes, or most of those with a capital, as titles have; and
so are two or three words that are closed, all with a capital: `Acme Inc.`
"""

from functools import cache
from pathlib import Path
from random import Random
from unicodedata import normalize

import regex

from albert_robust import Example, Text, perturbation, read_rows
from albert_robust.packs import UNSPACED, UNSPACED_SCRIPTS, base, is_traditional, with_apostrophe_of

_SENTENCES = Path(__file__).with_name("distractors.tsv")

_STOPS = {"hi": "।", "ja": "。", "th": "", "ur": "۔", "zh": "。"}  # a blank alone parts Thai sentences
_PREFIXED = {"ar", "he"}  # their articles and prepositions are written as one with the word
_AFTER = r"[\"'”’»」』)\]\s]*$"  # what may follow the mark that closes a text
_SMILEY = r"(?<!\S)[:;=][-']?[()DPp]|[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}]\ufe0f?"
_CLOSED = regex.compile(rf"(?:[.!?…。！？｡？؟۔।॥~～]|{_SMILEY}){_AFTER}")
_GREEK_QUESTION = regex.compile(rf"[;\u037e]{_AFTER}")
_MAY_CLOSE = regex.compile(r"[\p{L}\p{M}\p{N}\p{Sc}%\"'”’»」』)\]}]\s*$")
_LINK = regex.compile(r"://|www\.|[@#]")
_LINE_BREAKS = regex.compile(r"(?:\r?\n)+")
_FULL_STOP = regex.compile(r"(?<=[[\p{L}\p{M}]--\p{Latin}])\.(?=\s|$)", regex.V1)
_WORD = regex.compile(r"(?<!\S)[^\s\p{L}]*+\p{L}\S*")
_CHARACTER = regex.compile(rf"[[{UNSPACED_SCRIPTS}]&&\p{{L}}]", regex.V1)

_LEAST = {"ja": 8, "th": 14, "vi": 6, "zh": 8}  # characters, or syllables, that make about four words
_FEWEST = {"ja": 3, "th": 6, "vi": 3, "zh": 3}  # and about two

HAYSTACK = (10, 30, 100, 300, 1000)  # sentences around a text, at severity 1 to 5
_LETTERS = "bcdfghjklmnpqrstvwxz"  # no vowels: no word, and no name, comes out
EMOJI = "📎📦🔑🚲📌🥄"
_DOMAINS = ("example.com", "example.net", "example.org")


@perturbation(
    "distractors.sentence",
    preserves="meaning",
    languages=sorted({base(row["language"]) for row in read_rows(_SENTENCES)}),
    examples=[
        Example("The food was great.", "The food was great. Rivers flow into the sea.", seed=2, severity=1),
        Example(
            "The food was great.", "The sun rises in the east. The food was great.", severity=1, why="before the text"
        ),
        Example(
            "The food was great.",
            "The food was great. Rivers flow into the sea. Trees have roots. Bees fly from flower to flower.",
            seed=2,
            severity=3,
            why="as many as the severity",
        ),
        Example(
            "the food was great",
            "the food was great. Rivers flow into the sea.",
            seed=2,
            severity=1,
            why="a text that nothing closes gets its full stop",
        ),
        Example(
            "the food was great, thank you @anna",
            "the food was great, thank you @anna\nRivers flow into the sea.",
            seed=2,
            severity=1,
            why="a full stop would run into the mention",
        ),
        Example(
            "It is described at https://example.org/a.",
            "It is described at https://example.org/a. Rivers flow into the sea.",
            seed=2,
            severity=1,
            why="a link stays whole",
        ),
        Example(
            "The food was great 👍",
            "The food was great 👍 Rivers flow into the sea.",
            seed=2,
            severity=1,
            why="an emoji closes a text",
        ),
        Example(
            "Dear all,\n\nthe food was great.\n\nAnna",
            "Dear all,\n\nthe food was great.\n\nAnna\n\nThe sun rises in the east.",
            severity=1,
            why="the last of several paragraphs",
        ),
        Example(
            "The river flows fast. The moon shone.",
            "The river flows fast. The moon shone. Trees have roots. Leaves turn yellow in autumn.",
            seed=2,
            why="nothing about rivers, nor the moon",
        ),
        Example(
            "今天天气很好。",
            "今天天气很好。河水流向大海。树木的根长在土里。",
            "zh",
            seed=2,
            why="no blank between sentences",
        ),
        Example(
            "這家餐廳很好。", "這家餐廳很好。河水流向大海。", "zh", seed=2, severity=1, why="in traditional characters"
        ),
        Example(
            "请看 https://example.org/a. 谢谢大家，见 https://example.org/b.",
            "请看 https://example.org/a. 谢谢大家，见 https://example.org/b.\n河水流向大海。",
            "zh",
            seed=2,
            severity=1,
            why="what comes next would be read as the link",
        ),
        Example("駅はどこですか？", "駅はどこですか？川は海へ流れていく。", "ja", seed=2, severity=1),
        Example(
            "อาหารที่ร้านนี้อร่อยมาก",
            "อาหารที่ร้านนี้อร่อยมาก แม่น้ำไหลลงสู่ทะเล รากของต้นไม้อยู่ใต้ดิน",
            "th",
            seed=2,
            why="a blank alone parts Thai sentences",
        ),
        Example("खाना बहुत अच्छा था", "खाना बहुत अच्छा था। नदियाँ समुद्र में जाकर मिलती हैं।", "hi", seed=2, severity=1),
        Example(
            "खाना अच्छा था.",
            "खाना अच्छा था. नदियाँ समुद्र में जाकर मिलती हैं.",
            "hi",
            seed=2,
            severity=1,
            why="the full stop that the text has",
        ),
        Example("کھانا اچھا تھا۔", "کھانا اچھا تھا۔ دریا سمندر میں گرتے ہیں۔", "ur", seed=2, severity=1),
        Example(
            "كان الطعام جيدا.", "كان الطعام جيدا. تصب الأنهار في البحر.", "ar", seed=2, severity=1, why="right to left"
        ),
        Example(
            "Πού είσαι;",
            "Πού είσαι; Τα ποτάμια χύνονται στη θάλασσα.",
            "el",
            seed=2,
            severity=1,
            why="a semicolon is the Greek question mark",
        ),
        Example(
            "C’est un bon hôtel !",
            "C’est un bon hôtel ! La glace flotte sur l’eau.",
            "fr",
            seed=6,
            severity=1,
            why="the apostrophe that the text has",
        ),
        Example(
            "Anna left.",
            "Anna left. Rivers flow into the sea.",
            seed=2,
            severity=1,
            protect=("Anna left.",),
            why="what is protected stays",
        ),
        Example("Great!", "Great!", why="a word alone"),
        Example("New York City", "New York City", why="a name"),
        Example("The Lord of the Rings", "The Lord of the Rings", why="most words of a title have a capital"),
        Example("Acme Inc.", "Acme Inc.", why="a name that seems to be closed"),
        Example("北京", "北京", "zh", why="a city"),
        Example("👍", "👍"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to stand beside"),
    ],
)
def sentence(text: Text, rng: Random, severity: int) -> Text:
    """Add neutral sentences about something else before or after the text, as many as the severity."""
    if not _is_statement(text):
        return text
    fitting = _fitting(text)
    chosen = rng.sample(fitting, min(severity, len(fitting)))
    at_end = rng.random() < 0.5 or _LINE_BREAKS.search(str(text).strip()) is not None
    if not chosen:
        return text
    stop = _stop(text)
    blank = "" if stop == "。" else " "
    added = blank.join(f"{words}{stop}" for words in chosen)
    start, end = _bounds(text)
    if at_end:
        return text.replace(end, end, _joint(text, stop, blank) + added, "sentence")
    return text.replace(start, start, added + blank, "sentence")


@perturbation(
    "distractors.haystack",
    preserves="meaning",
    languages=sorted({base(row["language"]) for row in read_rows(_SENTENCES)}),
    examples=[
        Example(
            "The food was great.",
            "The sun rises in the east. Trees have roots.\n\nThe food was great.\n\nGlass is made from sand. Leaves turn yellow"
            " in autumn. The moon moves around the earth. Spiders spin webs. Wool comes from sheep. Paper is made from wood."
            " Some birds build nests in trees. Shadows grow longer towards evening.",
            severity=1,
        ),
        Example("北京", "北京", "zh", why="a city"),
        Example("👍", "👍"),
        Example("a", "a", why="one character"),
        Example("", "", why="nothing to hide"),
    ],
)
def haystack(text: Text, rng: Random, severity: int) -> Text:
    """Hide the text among 10, 30, 100, 300 or 1000 neutral sentences, by severity."""
    fitting = _fitting(text) if _is_statement(text) else []
    if not fitting:
        return text
    count, stop = HAYSTACK[severity - 1], _stop(text)
    blank = "" if stop == "。" else " "
    rounds = -(-count // len(fitting))
    drawn = [f"{words}{stop}" for _ in range(rounds) for words in rng.sample(fitting, len(fitting))][:count]
    place = rng.randint(0, count)
    before, after = blank.join(drawn[:place]), blank.join(drawn[place:])
    start, end = _bounds(text)
    changes = [(start, start, before and f"{before}\n\n"), (end, end, after and f"\n\n{after}")]
    return text.replace_each(changes, "haystack")


@perturbation(
    "distractors.link",
    preserves="meaning",
    severities=1,
    examples=[
        Example("The food was great.", "The food was great. https://example.net/bzmxvzkwg"),
        Example("the food was great", "the food was great https://example.com/hmlrtc", seed=1),
        Example(
            "See https://example.org/a",
            "See https://example.org/a https://example.net/bzmxvzkwg",
            why="a blank keeps two links apart",
        ),
        Example(
            "今天天气很好。",
            "今天天气很好。 https://example.net/bzmxvzkwg",
            "zh",
            why="in a script without spaces too, where a link has no other beginning",
        ),
        Example("كان الطعام جيدا.", "كان الطعام جيدا. https://example.net/bzmxvzkwg", "ar", why="right to left"),
        Example("One line.\n", "One line. https://example.net/bzmxvzkwg\n", why="before the blanks at the end"),
        Example(
            "Ask {name}", "Ask {name} https://example.net/bzmxvzkwg", protect=("Ask",), why="what is protected stays"
        ),
        Example("👍", "👍 https://example.net/bzmxvzkwg"),
        Example("a", "a https://example.net/bzmxvzkwg", why="one character"),
        Example("", "", why="nothing to stand after"),
    ],
)
def link(text: Text, rng: Random, severity: int) -> Text:
    """Add a link after the text, to a domain that is reserved for examples."""
    return _appended(text, f"https://{rng.choice(_DOMAINS)}/{_letters(rng)}", "link")


@perturbation(
    "distractors.mention",
    preserves="meaning",
    severities=1,
    examples=[
        Example("The food was great.", "The food was great. @tlhnltjmp"),
        Example("thanks @anna", "thanks @anna @tlhnltjmp", why="a blank keeps two mentions apart"),
        Example("今天天气很好。", "今天天气很好。 @tlhnltjmp", "zh"),
        Example("كان الطعام جيدا.", "كان الطعام جيدا. @tlhnltjmp", "ar", why="right to left"),
        Example("One line.\n", "One line. @tlhnltjmp\n", why="before the blanks at the end"),
        Example("Ask {name}", "Ask {name} @tlhnltjmp", protect=("Ask",), why="what is protected stays"),
        Example("👍", "👍 @tlhnltjmp"),
        Example("a", "a @tlhnltjmp", why="one character"),
        Example("", "", why="nothing to stand after"),
    ],
)
def mention(text: Text, rng: Random, severity: int) -> Text:
    """Add a mention of somebody after the text: a handle of random letters."""
    return _appended(text, f"@{_letters(rng)}", "mention")


@perturbation(
    "distractors.hashtag",
    preserves="meaning",
    severities=1,
    examples=[
        Example("The food was great.", "The food was great. #tlhnltjmp"),
        Example("lunch #food", "lunch #food #tlhnltjmp", why="a blank keeps two hashtags apart"),
        Example("今天天气很好。", "今天天气很好。 #tlhnltjmp", "zh"),
        Example("كان الطعام جيدا.", "كان الطعام جيدا. #tlhnltjmp", "ar", why="right to left"),
        Example("One line.\n", "One line. #tlhnltjmp\n", why="before the blanks at the end"),
        Example("Ask {name}", "Ask {name} #tlhnltjmp", protect=("Ask",), why="what is protected stays"),
        Example("👍", "👍 #tlhnltjmp"),
        Example("a", "a #tlhnltjmp", why="one character"),
        Example("", "", why="nothing to stand after"),
    ],
)
def hashtag(text: Text, rng: Random, severity: int) -> Text:
    """Add a hashtag after the text: random letters, which are no word."""
    return _appended(text, f"#{_letters(rng)}", "hashtag")


@perturbation(
    "distractors.emoji",
    preserves="meaning",
    severities=1,
    examples=[
        Example("The food was great.", "The food was great. 🚲"),
        Example("今天天气很好。", "今天天气很好。 🚲", "zh"),
        Example("كان الطعام جيدا.", "كان الطعام جيدا. 🚲", "ar", why="right to left"),
        Example("One line.\n", "One line. 🚲\n", why="before the blanks at the end"),
        Example("Ask {name}", "Ask {name} 🚲", protect=("Ask",), why="what is protected stays"),
        Example("👍", "👍 🚲"),
        Example("a", "a 🚲", why="one character"),
        Example("", "", why="nothing to stand after"),
    ],
)
def emoji(text: Text, rng: Random, severity: int) -> Text:
    """Add an emoji after the text, of a thing that shows no feeling: a bicycle, a key, a box."""
    return _appended(text, rng.choice(EMOJI), "emoji")


def _appended(text: Text, string: str, kind: str) -> Text:
    start, end = _bounds(text)
    return text.replace(end, end, f" {string}", kind) if start < end else text


def _letters(rng: Random) -> str:
    return "".join(rng.choices(_LETTERS, k=rng.randint(6, 9)))


def _bounds(text: Text) -> tuple[int, int]:
    """Return where a text begins and ends, but for blanks around it."""
    said = [place for place, grapheme in enumerate(text) if not grapheme.isspace()]
    return (said[0], said[-1] + 1) if said else (0, 0)


def _is_statement(text: Text) -> bool:
    """Return whether a text is more than a word, a name or a query, so that a sentence may stand beside it."""
    language, string = base(text.language), str(text)
    found = (_CHARACTER if language in UNSPACED else _WORD).findall(string)
    words = [word for word in found if not _LINK.search(word)]
    closed = _is_closed(text)
    if len(words) < (_FEWEST.get(language, 2) if closed else _LEAST.get(language, 4)):
        return False
    if language == "de" or string.isupper():
        return True
    small = sum(not word[0].isupper() for word in words)
    return small > 0 or len(words) >= 4 if closed else 2 * small >= len(words)


def _is_closed(text: Text) -> bool:
    string = str(text)
    asks = base(text.language) == "el" and _GREEK_QUESTION.search(string)
    return bool(asks or _CLOSED.search(string))


def _fitting(text: Text) -> list[str]:
    """Return the sentences of a text's language that speak of nothing that it speaks of, with its own apostrophe."""
    string = normalize("NFC", str(text))
    written = "zh-Hant" if is_traditional(string, text.language) else base(text.language)
    fitting = [words for words, about in _sentences(written) if not about.search(string)]
    return [with_apostrophe_of(string, words) for words in fitting]


@cache
def _sentences(language: str) -> list[tuple[str, regex.Pattern[str]]]:
    """Return the sentences of a language, each with a pattern for the words that tell what it is about."""
    inside = base(language) in _PREFIXED | UNSPACED
    opens = "" if inside else r"(?<![\p{L}\p{M}])"
    return [
        (row["sentence"], regex.compile(f"{opens}(?:{row['about']})", regex.IGNORECASE))
        for row in read_rows(_SENTENCES)
        if row["language"] == language
    ]


def _stop(text: Text) -> str:
    """Return what closes a sentence in a text: the language's own full stop, or `.` where the text has that alone."""
    own = _STOPS.get(base(text.language), ".")
    return "." if own and own not in str(text) and _FULL_STOP.search(str(text)) else own


def _joint(text: Text, stop: str, blank: str) -> str:
    """Return what stands between a text and a sentence after it."""
    string = str(text).strip()
    breaks = _LINE_BREAKS.findall(string)
    if breaks:
        return str(breaks[-1])
    closed = _is_closed(text)
    runs_on = not (closed and blank) and _LINK.search(string.rsplit(maxsplit=1)[-1])
    if runs_on or not (closed or _MAY_CLOSE.search(string)):
        return "\n"
    return blank if closed else stop + blank
