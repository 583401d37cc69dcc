"""Which language a text is in."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_robust.errors import MissingExtraError
from albert_robust.scoring.detect import detect
from albert_robust.scoring.labs import score
from albert_robust.text.languages import SCRIPTS, is_tag

SENTENCES = {
    "ar": "أرسلت الجدة رسالة طويلة إلى حفيدها الذي يعيش في المدينة.",
    "bg": "Баба ми изпрати дълго писмо на внука си, който живее в града.",
    "cs": "Babička poslala dlouhý dopis vnukovi, který žije ve městě.",
    "de": "Die Großmutter schickte ihrem Enkel, der in der Stadt wohnt, einen langen Brief.",
    "el": "Η γιαγιά έστειλε ένα μεγάλο γράμμα στον εγγονό της που ζει στην πόλη.",
    "en": "The grandmother sent a long letter to her grandson who lives in the city.",
    "es": "La abuela envió una larga carta a su nieto, que vive en la ciudad.",
    "fa": "مادربزرگ نامه‌ای طولانی برای نوه‌اش که در شهر زندگی می‌کند فرستاد.",
    "fr": "La grand-mère a envoyé une longue lettre à son petit-fils qui habite en ville.",
    "he": "סבתא שלחה מכתב ארוך לנכד שלה שגר בעיר.",
    "hi": "दादी ने शहर में रहने वाले अपने पोते को एक लंबा पत्र भेजा।",
    "id": "Nenek mengirim surat panjang kepada cucunya yang tinggal di kota karena dia sudah lama tidak pulang.",
    "it": "La nonna ha mandato una lunga lettera al nipote che abita in città.",
    "ja": "祖母は町に住んでいる孫に長い手紙を送りました。",
    "ko": "할머니는 도시에 사는 손자에게 긴 편지를 보냈습니다.",
    "nl": "De grootmoeder stuurde een lange brief naar haar kleinzoon die in de stad woont.",
    "pl": "Babcia wysłała długi list do wnuka, który mieszka w mieście.",
    "pt": "A avó mandou uma longa carta ao neto, que mora na cidade.",
    "ru": "Бабушка отправила длинное письмо внуку, который живёт в городе.",
    "sw": "Bibi alimtumia mjukuu wake anayeishi mjini barua ndefu.",
    "th": "คุณยายส่งจดหมายยาวให้หลานชายที่อาศัยอยู่ในเมือง",
    "tr": "Büyükanne şehirde yaşayan torununa uzun bir mektup gönderdi.",
    "uk": "Бабуся надіслала довгого листа онукові, який живе в місті.",
    "ur": "دادی نے شہر میں رہنے والے اپنے پوتے کو ایک لمبا خط بھیجا۔",
    "vi": "Bà gửi một lá thư dài cho đứa cháu trai đang sống ở thành phố.",
    "zh": "奶奶给住在城里的孙子寄了一封长信。",
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
