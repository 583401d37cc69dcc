"""The summariser that picks a sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.models.extractive import load_extractive, sentences


@pytest.mark.parametrize(
    ("document", "parts"),
    [
        ("It rained. Why? Nobody knows!", ["It rained.", "Why?", "Nobody knows!"]),
        ("Das kostet 3.5 Euro. Gut.", ["Das kostet 3.5 Euro.", "Gut."]),
        ("Il a dit « oui. » Puis rien.", ["Il a dit « oui. »", "Puis rien."]),
        ("¿Por qué? Porque sí.", ["¿Por qué?", "Porque sí."]),
        ("Снег. Лёд…", ["Снег.", "Лёд…"]),
        ("下雨了。为什么？没人知道！", ["下雨了。", "为什么？", "没人知道！"]),
        ("هطل المطر. لماذا؟ لا أحد يعلم.", ["هطل المطر.", "لماذا؟", "لا أحد يعلم."]),
        ("बारिश हुई। क्यों? कोई नहीं जानता।", ["बारिश हुई।", "क्यों?", "कोई नहीं जानता।"]),
        ("no closing mark", ["no closing mark"]),
        ("", [""]),
    ],
)
def test_sentences_end_where_readers_of_the_language_see_it(document: str, parts: list[str]) -> None:
    assert sentences(document) == parts


@given(st.text(max_size=60))
def test_no_letter_of_a_document_is_lost(document: str) -> None:
    joined = "".join(sentences(document))
    assert [one for one in joined if not one.isspace()] == [one for one in document if not one.isspace()]


def test_it_picks_a_sentence_of_the_document(tiny: Callable[..., Path]) -> None:
    model = load_extractive(str(tiny()))
    documents = ["One cat. Two dogs. Three mice.", "", "下雨了。没人知道。"]
    answers = [answer["summary"] for answer in model.predict([{"document": text} for text in documents])]
    assert all(answer in sentences(text) for answer, text in zip(answers, documents, strict=True))
    assert answers[:1] == [model.predict([{"document": documents[0]}])[0]["summary"]]
