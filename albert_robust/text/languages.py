"""What the engine knows of languages: their tags and their scripts.

Source: BCP 47 (RFC 5646) for tags; ISO 639-3 for codes and macrolanguages; Unicode script names.
"""

import re

UNKNOWN = "und"
TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")

SCRIPTS = {
    "ar": "Arabic", "bg": "Cyrillic", "cs": "Latin", "de": "Latin", "el": "Greek", "en": "Latin", "es": "Latin",
    "fa": "Arabic", "fr": "Latin", "he": "Hebrew", "hi": "Devanagari", "id": "Latin", "it": "Latin", "ja": "Japanese",
    "ko": "Hangul", "nl": "Latin", "pl": "Latin", "pt": "Latin", "ru": "Cyrillic", "sw": "Latin", "th": "Thai",
    "tr": "Latin", "uk": "Cyrillic", "ur": "Arabic", "vi": "Latin", "zh": "Han",
}  # fmt: skip
# Varieties, retired codes and ISO 639-3 codes, by the tag that data use for them.
KIN = {
    "ara": "ar", "arb": "ar", "ary": "ar", "arz": "ar", "apc": "ar", "bul": "bg", "ces": "cs", "deu": "de", "ell": "el",
    "eng": "en", "spa": "es", "fas": "fa", "pes": "fa", "prs": "fa", "fra": "fr", "heb": "he", "hbo": "he", "iw": "he",
    "hin": "hi", "ind": "id", "in": "id", "ita": "it", "jpn": "ja", "kor": "ko", "nld": "nl", "pol": "pl", "por": "pt",
    "rus": "ru", "swa": "sw", "swh": "sw", "swc": "sw", "tha": "th", "tur": "tr", "ukr": "uk", "urd": "ur", "vie": "vi",
    "zho": "zh", "cmn": "zh", "wuu": "zh", "yue": "zh", "chi": "zh", "cze": "cs", "dut": "nl", "fre": "fr", "ger": "de",
    "gre": "el", "per": "fa",
}  # fmt: skip
# For those who write a language's name where its tag belongs.
NAMES = {
    "arabic": "ar", "bulgarian": "bg", "czech": "cs", "german": "de", "greek": "el", "english": "en", "spanish": "es",
    "persian": "fa", "farsi": "fa", "french": "fr", "hebrew": "he", "hindi": "hi", "indonesian": "id", "italian": "it",
    "japanese": "ja", "korean": "ko", "dutch": "nl", "polish": "pl", "portuguese": "pt", "russian": "ru", "swahili": "sw",
    "thai": "th", "turkish": "tr", "ukrainian": "uk", "urdu": "ur", "vietnamese": "vi", "chinese": "zh", "mandarin": "zh",
}  # fmt: skip
UNSPACED = frozenset({"ja", "th", "zh"})


def is_tag(language: str) -> bool:
    """Return whether a string has the form of a BCP 47 language tag."""
    return TAG.fullmatch(language) is not None


def canonical(language: str) -> str:
    """Return a tag as BCP 47 recommends to write it: `EN`, `en_us` and `zh-hant` are `en`, `en-US` and `zh-Hant`."""
    first, *more = language.strip().replace("_", "-").split("-")
    cased = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(cased.get(len(part), str.lower)(part) for part in more)])


def base(language: str) -> str:
    """Return the language alone, without script or region: `zh-Hant` is `zh`."""
    return language.split("-", 1)[0]
