"""Which language a text is in."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentences import LETTERS

from albert_robust.errors import MissingExtraError
from albert_robust.scoring.detect import detect
from albert_robust.scoring.labs import score
from albert_robust.text.languages import SCRIPTS, is_tag

# Written alike in Malay but for its length: a longer line decides.
SENTENCES = {
    **LETTERS,
    "id": "Nenek mengirim surat panjang kepada cucunya yang tinggal di kota karena dia sudah lama tidak pulang.",
}


def test_each_of_our_languages_has_a_sentence_here() -> None:
    assert SENTENCES.keys() == SCRIPTS.keys()


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_is_known_by_its_language(language: str) -> None:
    assert detect([SENTENCES[language]]) == [language]


def test_a_language_that_the_score_does_not_know_is_named_all_the_same() -> None:
    assert detect(["Bedstemoderen sendte et langt brev til sit barnebarn, der bor i byen."]) == ["da"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "12 345",
        "?!",
        "👩‍👧",
        "a",
        "ok",
        "x = foo(bar)[3]",
        "https://example.org/a?b=c",
        "asdf qwer zxcv",
        "\0\x01",
    ],
)
def test_a_text_that_says_too_little_is_und(text: str) -> None:
    assert detect([text]) == ["und"]


def test_a_text_is_judged_without_its_neighbours() -> None:
    texts = [*SENTENCES.values()]
    assert detect(texts) == [tag for text in texts for tag in detect([text])]


def test_chinese_of_any_kind_is_chinese() -> None:
    assert detect(["阿嬤寄了一封長信給住在城裡的孫子。", "佢寄咗封信畀個孫，你知唔知呀？", "北京市"]) == ["zh"] * 3


@settings(max_examples=50)
@given(st.lists(st.text(), max_size=3))
def test_any_text_has_a_tag(texts: list[str]) -> None:
    found = detect(texts)
    assert len(found) == len(texts)
    assert all(is_tag(tag) for tag in found)


def test_without_the_library_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("albert_robust.errors.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError) as raised:
        score(["a"], ["b"], languages="detect")
    assert str(raised.value) == "languages='detect' needs py3langid: pip install 'albert-robust[detect]'"


def test_nothing_is_fetched_to_detect() -> None:
    program = """
import socket
socket.socket.connect = socket.getaddrinfo = None
from albert_robust.scoring.detect import detect
print(detect(["Guten Tag, mein alter Freund"]))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout == "['de']\n"
