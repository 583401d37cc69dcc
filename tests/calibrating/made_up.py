"""Made-up text in three languages: the anchors hold whatever the text and the encoder."""

from functools import cache
from random import Random

from albert_robust.calibrating.background import Background, Translations

WORDS = {
    "en": [
        "river",
        "stone",
        "paper",
        "window",
        "garden",
        "letter",
        "morning",
        "bridge",
        "copper",
        "winter",
        "summer",
        "market",
        "engine",
        "forest",
    ],
    "de": [
        "Fluss",
        "Stein",
        "Papier",
        "Fenster",
        "Garten",
        "Brief",
        "Morgen",
        "Brücke",
        "Kupfer",
        "Winter",
        "Sommer",
        "Markt",
        "Motor",
        "Wald",
    ],
    "zh": [
        "河流",
        "石头",
        "纸张",
        "窗户",
        "花园",
        "信件",
        "早晨",
        "桥梁",
        "铜器",
        "冬天",
        "夏天",
        "市场",
        "引擎",
        "森林",
    ],
}


def sentences(count: int, seed: int = 0) -> list[dict[str, str]]:
    """Return made-up sentences in three languages, word for word translations of each other."""
    rng = Random(seed)
    rows = [rng.choices(range(14), k=rng.randint(3, 20)) for _ in range(count)]
    return [
        {tag: ("" if tag == "zh" else " ").join(words[i] for i in row) for tag, words in WORDS.items()} for row in rows
    ]


@cache
def background() -> Background:
    """Two sources of sentences, and short lines."""
    made = Background()
    for source, seed in (("news", 1), ("talk", 2)):
        rows = sentences(120, seed)
        made.translations += [Translations(source, row) for row in rows]
        for tag in WORDS:
            texts = sorted({row[tag] for row in rows} | set(WORDS[tag]))
            made.texts.setdefault(tag, {})[source] = texts
    return made
