"""Chinese characters: whether a text is in the traditional ones."""

import regex

_REGIONS = {"Hant", "HK", "MO", "TW"}
_TRADITIONAL = regex.compile(
    "[們個這說話嗎麼對點過還會來時後國學開關問買賣錢東車電點愛樂聽讓應該實現發間門見長書無從給]"
)


def is_traditional(string: str, language: str) -> bool:
    """Return whether a Chinese text is in traditional characters: as its tag says, or else by frequent characters.

    Args:
        string: The text.
        language: Its BCP 47 tag; of another language than Chinese no text is.
    """
    tag, *subtags = language.split("-")
    if tag != "zh" or "Hans" in subtags:
        return False
    return not _REGIONS.isdisjoint(subtags) or _TRADITIONAL.search(string) is not None
