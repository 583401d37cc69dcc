"""What `semantics.antonym` promises: a contrary in its form, where the word can be nothing else, and nothing said twice."""

from random import Random

import pytest
from variants_made import made

from albert_robust import Text, read_rules
from albert_robust.perturbing import Registry, open_packs

ANTONYM = open_packs().get("semantics.antonym")
ROWS = read_rules(ANTONYM.path.with_name("antonyms.tsv")).rows


def turned(pack: Registry, text: str, language: str = "en", seed: int = 0) -> str:
    return made(pack, "semantics.antonym", text, language, seed=seed)


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "An easy walk, a useful map", "A difficult walk, a useless map"),
        ("en", "The most expensive phone", "The cheapest phone"),
        ("de", "Die mutige Frau, er war feige", "Die feige Frau, er war mutig"),
        ("ar", "السيارة سريعة", "السيارة بطيئة"),
        ("en", "Good TV is rare", "Bad TV is rare"),
        ("en", "Our old house and an old lady", "Our new house and a young lady"),
        ("zh", "他很高，价格很高", "他很矮，价格很低"),
        ("zh", "他的个子很高", "他的个子很矮"),
        ("es", "Un buen libro, unas camas limpias", "Un mal libro, unas camas sucias"),
        ("es", "La casa es grande, el hotel es grande", "La casa es pequeña, el hotel es pequeño"),
        ("fr", "De bonnes crêpes, un nouvel hôtel", "De mauvaises crêpes, un vieil hôtel"),
        ("fr", "À l’intérieur", "À l’extérieur"),
        ("pt", "A casa é grande, o quarto é grande", "A casa é pequena, o quarto é pequeno"),
        ("pt", "Perto da praia", "Longe da praia"),
        ("it", "La casa è grande, il letto è comodo", "La casa è piccola, il letto è scomodo"),
        ("it", "Camere pulite? Erano pulite", "Camere pulite? Erano sporche"),
        ("de", "Die teuren Schuhe, ein hoher Preis", "Die billigen Schuhe, ein niedriger Preis"),
        ("ru", "В большой комнате большой стол", "В маленькой комнате маленький стол"),
        ("ru", "Я доволен, дверь открыта", "Я недоволен, дверь закрыта"),
        ("ar", "غرفة كبيرة والطعام سيئ", "غرفة صغيرة والطعام جيد"),
        ("ar", "الجو اليوم جميل وبارد في بيروت", "الجو اليوم جميل وحار في بيروت"),
        ("hi", "अच्छी चाय, छोटे कमरे", "बुरी चाय, बड़े कमरे"),
        ("ja", "駅に近くて、使いやすかった。", "駅から遠くて、使いにくかった。"),
        ("ja", "親切な店員で、料理も美味しそうだ。", "不親切な店員で、料理もまずそうだ。"),
        ("ja", "危ないので、道が暗くなった。", "安全なので、道が明るくなった。"),
    ],
)
def test_the_contrary_has_the_form_of_the_word(pack: Registry, language: str, before: str, after: str) -> None:
    assert turned(pack, before, language) == after


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Good luck, take it easy"),
        ("en", "How big is it?"),
        ("en", "He is 3 years old and has a hot dog"),
        ("en", "The book was well worth it, as soon as possible"),
        ("en", "Open the window, clean the filter"),
        ("en", "Big Ben"),
        ("ar", "نام الطفل جيدا، في أقرب وقت ممكن"),
        ("ar", "تقول منظمة الصحة، الخدمات الصحية تحت ضغط"),
        ("en", "They took legal action"),
        ("en", "I was full, and we're so full"),
        ("en", "It went from bad to worse"),
        ("de", "Die Kinder sind noch klein"),
        ("ru", "Говорить ещё рано"),
        ("zh", "现在说还太早"),
        ("es", "Va de mal en peor"),
        ("es", "La guerra fría terminó"),
        ("es", "Hace viento en Madrid, pero frío en Burgos"),
        ("fr", "Il ne dit pas cela à la légère"),
        ("es", "La sopa es muy rica."),
        ("ru", "Возможно, он придёт."),
        ("en", "Big  Ben"),
        ("zh", "安全带、方便面、最好早点来，他很好奇"),
        ("es", "De nuevo, muchas gracias por el trato"),
        ("es", "Vive bajo el puente, ha abierto la puerta"),
        ("fr", "Bon appétit, le petit déjeuner, ma propre voiture"),
        ("pt", "Bom dia, boa viagem, de novo, caro cliente"),
        ("it", "Buon appetito, di nuovo, cara amica, pieno di gente"),
        ("de", "Das ist einfach toll, laut Wetterbericht"),
        ("de", "Das Gute und das Große"),
        ("ru", "Молодой человек, интересно, почему"),
        ("ar", "سنبدأ من جديد، سعيد وجميل"),
        ("hi", "अच्छा, कम से कम दो"),
        ("ja", "何でもいい、来てよかった、読まずいた"),
        ("ja", "もう遅い。近いうちに好きなだけ食べたほうがいい。"),
        ("ja", "力強く、大変な安全第一、深刻な低下"),
    ],
)
def test_what_is_no_quality_stays(pack: Registry, language: str, text: str) -> None:
    assert turned(pack, text, language) == text


@pytest.mark.parametrize("seed", range(8))
def test_always_and_what_it_says_are_not_both_turned(pack: Registry, seed: int) -> None:
    assert turned(pack, "It is always clean. It is small.", seed=seed) in {
        "It is never clean. It is big.",
        "It is always dirty. It is big.",
        "It is never clean. It is small.",
    }


def test_a_word_beside_its_contrary_stays_within_a_clause(pack: Registry) -> None:
    assert turned(pack, "good and bad days") == "good and bad days"
    assert turned(pack, "the food was good, the bar was bad") == "the food was bad, the bar was good"


def test_a_traditional_text_gets_no_simplified_word(pack: Registry) -> None:
    assert turned(pack, "這間房很大，他們很無聊", "zh") == "這間房很小，他們很有趣"


def test_its_rows_have_a_contrary_for_each_form() -> None:
    uneven = [row for row in ROWS if row["way"] != "stays" and row["one"].count("|") != row["other"].count("|")]
    assert uneven == []
    assert {row["way"] for row in ROWS} == {"both", "out", "clause", "stays"}


def test_severity_says_how_many() -> None:
    text = Text.of("big hot soft loud cold " * 4 + "The room was big, the bed was soft, the tea was hot.", "en")
    few, many = (len(ANTONYM(text, Random(0), severity).edits) for severity in (1, 5))
    assert few < many
