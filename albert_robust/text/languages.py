"""What the engine knows of languages: their tags and their scripts.

Source: BCP 47 (RFC 5646) for tags; ISO 639-3 for codes and macrolanguages; ISO 15924 and Unicode for scripts; CLDR
(likelySubtags) for the script of a language.
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
# Languages beyond these whose script is not the Latin one.
OTHER_SCRIPTS = {
    language: script
    for script, languages in {
        "Arabic": "azb bal ckb ks lrc mzn ps sd skr ug", "Armenian": "hy hyw", "Bengali": "as bn mni",
        "Burmese": "blk mnw my shn",
        "Cyrillic": "ab av ba be bua ce cu cv kbd kk krc kv ky lbe lez mdf mhr mk mn mrj myv os rue sah sr tg tt tyv udm",
        "Devanagari": "anp awa bho brx doi hne kok mag mai mr ne new sa", "Ethiopic": "am gez ti tig",
        "Georgian": "ka xmf", "Greek": "grc pnt", "Gujarati": "gu", "Gurmukhi": "pa", "Han": "gan hak lzh nan",
        "Hebrew": "arc yi", "Kannada": "kn tcy", "Khmer": "km", "Lao": "lo", "Malayalam": "ml", "Odia": "or",
        "Ol Chiki": "sat", "Sinhala": "si", "Tamil": "ta", "Telugu": "te", "Thaana": "dv", "Tibetan": "bo dz",
    }.items()
    for language in languages.split()
}  # fmt: skip
_ISO_15924 = {
    "arab": "Arabic", "armn": "Armenian", "beng": "Bengali", "cyrl": "Cyrillic", "deva": "Devanagari", "ethi": "Ethiopic",
    "geor": "Georgian", "grek": "Greek", "gujr": "Gujarati", "guru": "Gurmukhi", "hang": "Hangul", "hani": "Han",
    "hans": "Han", "hant": "Han", "hebr": "Hebrew", "jpan": "Japanese", "khmr": "Khmer", "knda": "Kannada", "kore": "Hangul",
    "laoo": "Lao", "latn": "Latin", "mlym": "Malayalam", "mymr": "Burmese", "olck": "Ol Chiki", "orya": "Odia",
    "sinh": "Sinhala", "taml": "Tamil", "telu": "Telugu", "thaa": "Thaana", "thai": "Thai", "tibt": "Tibetan",
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
# In Latin letters with accents, without which their readers still read them.
ACCENTED = frozenset({
    "bs", "ca", "cs", "cy", "da", "de", "eo", "es", "et", "fi", "fo", "fr", "ga", "gd", "gl", "hr", "hsb", "hu", "is", "it", "lb",
    "lt", "lv", "mt", "nb", "nn", "no", "oc", "pl", "pt", "ro", "sk", "sl", "sq", "sr-Latn", "sv", "tr",
})  # fmt: skip
UNSPACED = frozenset({"ja", "th", "zh"})


def is_tag(language: str) -> bool:
    """Return whether a string has the form of a BCP 47 language tag."""
    return TAG.fullmatch(language) is not None


def canonical(language: str) -> str:
    """Return a tag as BCP 47 recommends to write it: `EN`, `en_us` and `zh-hant` are `en`, `en-US` and `zh-Hant`."""
    first, *more = language.strip().replace("_", "-").split("-")
    cased = {2: str.upper, 4: str.title}
    return "-".join([first.lower(), *(cased.get(len(part), str.lower)(part) for part in more)])


def script_of(language: str) -> str:
    """Return the script that a language is written in: what its tag says, else the usual one; empty where neither is known."""
    own, *subtags = language.split("-")
    said = next((subtag.lower() for subtag in subtags if len(subtag) == 4 and subtag.isalpha()), "")
    own = KIN.get(own, own)
    return _ISO_15924.get(said, said) or SCRIPTS.get(own) or OTHER_SCRIPTS.get(own, "")


def base(language: str) -> str:
    """Return the language alone, without script or region: `zh-Hant` is `zh`."""
    return language.split("-", 1)[0]
