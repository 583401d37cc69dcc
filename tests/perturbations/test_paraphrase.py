"""What paraphrase and semantics promise beyond the laws that hold for every perturbation."""

from random import Random

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from variants_made import made

from albert_robust import Text
from albert_robust.perturbing import Registry

SEEDS = range(10)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I do not know what it is like. They have never been there, and we will not go."),
        ("en", "IT IS NOT OK, approximately 5 minutes."),
        ("es", "Por favor, usted sabe que la película, por ejemplo, es buena."),
        ("fr", "Je ne sais pas, cela dure toujours environ 5 minutes."),
        ("pt", "Você também vai para o hotel porque está cansado."),
        ("it", "Questa sera il signor Rossi è un poco stanco, ad esempio."),
        ("de", "Wir gehen in das Hotel, und es gibt zum Beispiel nichts."),
        ("ru", "Он платит 5 тысяч рублей, чтобы жить, то есть так."),
        ("zh", "你为什么没有时间？我们两个怎么办？"),
        ("ar", "يجب أن لا تذهب كي لا تندم."),
        ("hi", "उसको 5 किलोमीटर जाना है।"),
        ("ja", "スマートフォンを見ていたので、学生ではないけれども、行かなければならない。"),
    ],
)
def test_contraction_then_expansion_gives_the_text_back(pack: Registry, language: str, text: str) -> None:
    short = made(pack, "paraphrase.contraction", text, language)
    assert short != text
    assert made(pack, "paraphrase.expansion", short, language) == text


@pytest.mark.parametrize(
    "text",
    [
        "I know who I am.",
        "Yes, it is!",
        "I know what it is",
        "I have a dog",
        "I have seven dogs",
        "we have to go",
        "How old you are is clear",
        "What a nice town it is here",
        "As bad as it is this night",
        "Guess who I am today",
        "All that there is is good",
        "The minutes of the meeting",
        "Business hours",
    ],
)
def test_no_short_form_stands_where_english_wants_the_full_one(pack: Registry, text: str) -> None:
    assert made(pack, "paraphrase.contraction", text) == text


@pytest.mark.parametrize(
    "text",
    [
        "It's been fun",
        "Isn't it nice?",
        "Don't you think?",
        "That's already happened.",
        "It's taken hours",
        "It's cost a lot",
        "It's only made a mess",
        "It's come late",
        "What's it cost?",
    ],
)
def test_no_full_form_stands_where_it_would_be_wrong_english(pack: Registry, text: str) -> None:
    assert made(pack, "paraphrase.expansion", text) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("5 руб. и 11 тыс. руб.", "5 рублей и 11 тысяч рублей."),
        ("3 тыс. руб. из 22 млн", "3 тыс. рублей из 22 млн"),
        ("1,5 млн, в 5 км", "1,5 млн, в 5 км"),
        ("в РФ 20 норм", "в РФ 20 норм"),
    ],
)
def test_a_russian_abbreviation_is_written_out_where_its_case_is_sure(pack: Registry, before: str, after: str) -> None:
    assert made(pack, "paraphrase.expansion", before, "ru") == after


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("ru", "сто процентов, 20 процентов", "сто процентов, 20 %"),
        ("ru", "и другие города", "и другие города"),
        ("ar", "خمسة في المئة", "خمسة في المئة"),
        ("hi", "मेरे रुपये और 20 रुपये", "मेरे रुपये और 20 रु."),
    ],
)
def test_a_sign_wants_a_number_beside_it(pack: Registry, language: str, before: str, after: str) -> None:
    assert made(pack, "paraphrase.contraction", before, language) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("It's green", "It is green"),
        ("That's a lost cause", "That is a lost cause"),
        ("It’s even open", "It is even open"),
    ],
)
def test_what_only_looks_like_a_participle_stops_no_full_form(pack: Registry, before: str, after: str) -> None:
    assert made(pack, "paraphrase.expansion", before) == after


@pytest.mark.parametrize(
    ("name", "language", "text"),
    [
        ("paraphrase.contraction", "de", "Er sagte, er habe Zeit"),
        ("paraphrase.contraction", "de", "Das heißt nicht viel"),
        ("paraphrase.contraction", "de", "Darüber hinaus ist es laut"),
        ("paraphrase.contraction", "fr", "Cela dit, tout est bon"),
        ("paraphrase.contraction", "es", "Uno por ciento"),
        ("paraphrase.contraction", "es", "Es lo máximo"),
        ("paraphrase.expansion", "fr", "300 km/h"),
        ("paraphrase.expansion", "fr", "à 1 km et 1 min"),
        ("paraphrase.expansion", "fr", "Ça va ?"),
        ("paraphrase.expansion", "es", "1200 hab. en 5 km²"),
        ("paraphrase.contraction", "pt", "O ônibus para na praça, vai para a praia"),
        ("paraphrase.expansion", "pt", "Pq não? Os pros e contras da TV Globo"),
        ("paraphrase.expansion", "it", "Le foto, un po' troppo scure"),
    ],
)
def test_a_form_stays_where_the_other_would_say_something_else(
    pack: Registry, name: str, language: str, text: str
) -> None:
    assert made(pack, name, text, language) == text


def test_a_short_form_takes_the_apostrophe_of_the_text(pack: Registry) -> None:
    assert made(pack, "paraphrase.contraction", "It’s true, I do not know") == "It’s true, I don’t know"


def test_an_abbreviation_and_the_sentence_share_one_full_stop(pack: Registry) -> None:
    assert made(pack, "paraphrase.contraction", "Brot, Käse und so weiter.", "de") == "Brot, Käse usw."
    assert made(pack, "paraphrase.expansion", "Brot, Käse usw.", "de") == "Brot, Käse und so weiter."


@pytest.mark.parametrize(
    ("before", "after"),
    [("bicycles", "bikes"), ("Bicycles", "Bikes"), ("BICYCLES", "BIKES"), ("my TV", "my television")],
)
def test_a_synonym_keeps_capitals(pack: Registry, before: str, after: str) -> None:
    assert made(pack, "paraphrase.synonym", before) == after


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Dorian Gray"),
        ("en", "See The Color Purple"),
        ("en", "We will start the car"),
        ("en", "a film of dust"),
        ("en", "the film of dust"),
        ("en", "We started the car"),
        ("en", "He has started the car"),
        ("fr", "mon appareil photo"),
        ("fr", "C'est bien que la piscine soit ouverte"),
        ("fr", "Il m'a envoyé un message"),
        ("fr", "une erreur de livraison"),
        ("fr", "un serveur charmant"),
        ("es", "los métodos empleados"),
        ("es", "Me salió caro"),
        ("es", "Me gustó más o menos"),
        ("it", "Uno squisito arrosto"),
        ("it", "Niente di nuovo, un muro spesso"),
        ("pt", "Ele enviou uma carta"),
        ("de", "Das Internet ist schnell, ein schnelles Netz"),
        ("de", "Er bringt alles in Ordnung"),
        ("de", "Es ist offensichtlich, dass es regnet"),
        ("de", "Die Bewohner des Hauses"),
        ("de", "Ich bekam Angst"),
        ("ja", "なんとかなりますか。きついにおいですね。"),
        ("ja", "いつもと違う、こいつもお医者さんだ"),
        ("ja", "大学の試験中、電車で注文住宅の女性スタッフと"),
        ("ja", "家が勉強になり、席についている。気を使って"),
    ],
)
def test_a_word_is_exchanged_only_in_the_sense_that_its_synonym_has(pack: Registry, language: str, text: str) -> None:
    assert made(pack, "paraphrase.synonym", text, language) == text


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Falla muy a menudo", "muy con"),
        ("Se raya muy fácilmente", "muy con"),
        ("Aún así, un enorme pastel", "Todavía así|gigante"),
    ],
)
def test_a_spanish_synonym_fits_between_its_neighbours(pack: Registry, text: str, wrong: str, seed: int) -> None:
    variant = made(pack, "paraphrase.synonym", text, "es", seed=seed)
    assert variant != text
    assert not regex.search(wrong, variant)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "On the whole, we were happy."),
        ("en", "There are quite a lot of people here."),
        ("en", "The parking lots of the city are full."),
        ("en", "He woke up in the middle of the night."),
        ("en", "It costs next to nothing."),
        ("en", "I am sick of waiting."),
        ("en", "The soil is rich in iron."),
        ("en", "The till is empty."),
        ("en", "Several of them came."),
        ("en", "How many people came?"),
        ("en", "There were too many people."),
        ("en", "The search for the child went on."),
        ("en", "He works very hard to win."),
        ("en", "She did it on her own terms."),
        ("en", "The vase is sitting on the table."),
        ("es", "Si ella quisiera venir, vendría."),
        ("es", "No debes fumar aquí."),
        ("es", "El banco me debe dinero."),
        ("es", "Se me ocurrió una idea."),
        ("es", "Lo escondió tras la puerta."),
        ("es", "Cada día más gente viene."),
        ("es", "Me lo dijo la otra vez."),
        ("fr", "Comment ça se passe ?"),
        ("fr", "Au milieu de la nuit, il partit."),
        ("fr", "C'est pourquoi il est parti."),
        ("fr", "Si seulement il venait."),
        ("de", "Ich frage danach."),
        ("de", "Das Auto hat ein Rad verloren."),
        ("de", "Sie wirkt natürlich."),
        ("ru", "Он смотрит телевизор."),
        ("ru", "Он происходит из Москвы."),
        ("ru", "Сейчас же иди домой."),
        ("ru", "Он закончил школу."),
        ("ar", "عبد الله بن أبي بكر"),
        ("ar", "وقع في الحب"),
        ("ar", "لم يصل حتى الآن"),
        ("zh", "我等了十分钟。"),
        ("zh", "他毛病了不少。"),
        ("zh", "这里有国际机场。"),
        ("zh", "请帮我一个忙。"),
        ("zh", "有个女孩儿来了。"),
        ("hi", "यह विज्ञान का प्रयोग है।"),
        ("hi", "ज़्यादा से ज़्यादा दो"),
        ("es", "Habló el doctor García."),
        ("fr", "C'est le docteur Martin."),
        ("it", "Al momento dell'incidente dormiva."),
        ("ru", "Он видел, как доктор Ли вышел."),
        ("ru", "доктор медицинских наук"),
        ("ar", "قال البيت الأبيض"),
        ("ar", "لا يسعني إلا أن أشكركم"),
        ("ar", "أول أحد من كل شهر"),
        ("hi", "शायद ही कोई आए"),
        ("ja", "急いで医者に行った。"),
    ],
)
def test_no_word_of_an_idiom_is_exchanged(pack: Registry, language: str, text: str) -> None:
    assert made(pack, "paraphrase.synonym", text, language) == text


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("word", ["漂亮", "可是", "但是", "忽然", "今天", "价钱", "伤心"])
def test_a_chinese_synonym_has_the_sense_of_the_text(pack: Registry, word: str, seed: int) -> None:
    text = "电影很好看，这可是最好的。他来得太突然了，看今日头条，打价格战，很难过去。"
    assert word not in made(pack, "paraphrase.synonym", text, "zh", seed=seed).replace("这可是", "")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("先週、本を買いました。", "先週、本を購入しました。"),
        ("京都を訪問したい。", "京都を訪れたい。"),
        ("去年、汚い部屋に驚いた。", "昨年、不潔な部屋にびっくりした。"),
        ("確認しなければなりません。", "確認する必要があります。"),
    ],
)
def test_a_japanese_synonym_has_the_form_of_the_word(pack: Registry, before: str, after: str) -> None:
    assert made(pack, "paraphrase.synonym", before, "ja") == after


@pytest.mark.parametrize("seed", SEEDS)
def test_a_synonym_leaves_the_article_before_it_right(pack: Registry, seed: int) -> None:
    variant = made(pack, "paraphrase.synonym", "a terrible, a huge and a tiny error", seed=seed)
    assert not regex.search(r"\ba [aeio]|\ban [^aeio]", variant)


def test_more_synonyms_come_with_severity(pack: Registry) -> None:
    text = "Unfortunately the huge couch is boring, the tiny fridge is disgusting and nobody replied immediately."
    counts = [
        len(pack.get("paraphrase.synonym")(Text.of(text, "en"), Random(0), severity).edits) for severity in (1, 3, 5)
    ]
    assert counts == sorted(set(counts))


def test_synonyms_of_nlpaug_come_from_the_same_table(pack: Registry) -> None:
    pytest.importorskip("nlpaug", reason="the extra nlpaug is not installed")
    ours = {made(pack, "paraphrase.synonym", "Perhaps!", seed=seed) for seed in SEEDS}
    assert {made(pack, "paraphrase.reserved", "Perhaps!", seed=seed) for seed in SEEDS} <= ours


@given(
    number=st.from_regex(r"[0-9]{1,12}(\.[0-9]{1,3})?", fullmatch=True).filter(lambda number: number != "1"),
    zero=st.sampled_from("0٠०"),
    rng=st.randoms(use_true_random=False),
)
def test_a_number_becomes_another_of_as_many_digits(pack: Registry, number: str, zero: str, rng: Random) -> None:
    before = regex.sub("[0-9]", lambda digit: chr(ord(zero) + int(digit[0])), number)
    after = str(pack.get("semantics.number")(Text.of(f"({before})"), rng, 1))[1:-1]
    assert len(after) == len(before)
    assert after != before
    assert after[0] != zero
    assert all(zero <= digit <= chr(ord(zero) + 9) for digit in after if digit != ".")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "12月25日晚上11点半"),
        ("zh", "在8月"),
        ("ja", "12月25日の10時"),
        ("ko", "5월 12일 3시에"),
        ("en", "On Dec. 31 or 15 May at 11 p.m."),
        ("de", "am 15. März um 18 Uhr"),
        ("es", "el 15 de mayo"),
        ("fr", "le 15 août"),
        ("ru", "15 мая в 5 часов вечера"),
        ("zh", "8月15号上午10点30分"),
        ("hi", "५ सितम्बर को सुबह १० बजे"),
        ("hi", "28 तारीख, 90 के दशक में"),
        ("ar", "في ١٥ آب الساعة ١٠"),
        ("ar", "٥ من شهر رمضان، 5 مساءً"),
        ("ur", "۱۵ اگست"),
        ("fa", "۱۵ مرداد ساعت ۱۰"),
        ("th", "15 สิงหาคม"),
        ("tr", "15 Ağustos saat 10"),
        ("pl", "15 sierpnia o godzinie 10"),
        ("uk", "15 серпня"),
        ("cs", "15. srpna"),
        ("el", "15 Αυγούστου"),
        ("it", "il 15 maggio alle 10"),
        ("nl", "15 mei om 10 uur"),
        ("vi", "ngày 15 tháng 8 lúc 10"),
        ("sw", "tarehe 15 Agosti"),
    ],
)
def test_a_date_or_time_in_words_stays_one(pack: Registry, language: str, text: str) -> None:
    assert made(pack, "semantics.number", text, language) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "等了3个月"),
        ("zh", "花了50日元"),
        ("ja", "3時間"),
        ("ko", "3시간"),
        ("zh", "2900点"),
        ("zh", "提出3点建议"),
        ("en", "Maya 15"),
        ("en", "15 Mayans"),
        ("vi", "3 tháng"),
        ("nl", "8 uur slapen"),
        ("tr", "10 saat"),
        ("hi", "15 किताबें"),
    ],
)
def test_a_span_a_price_and_a_score_are_numbers(pack: Registry, language: str, text: str) -> None:
    assert made(pack, "semantics.number", text, language) != text


@pytest.mark.parametrize(
    "text",
    [
        "at 10:30",
        "2024-05-01",
        "the 4th",
        "B2B",
        "COVID-19",
        "v2.0",
        "5️⃣",
        "5'te",
        "١٠:٣٠",
        "am 12.05.2024 um 20 Uhr",
        "version 2.3.1",
        "le 14 juillet à 20 heures",
        "à 14 h 30",
        "les années 80",
        "el 3 de mayo a las 15",
        "im 19. Jahrhundert",
        "the server 192.168.100.200",
    ],
)
def test_times_dates_and_names_with_digits_are_no_numbers(pack: Registry, text: str) -> None:
    assert made(pack, "semantics.number", text) == text


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("In 2024 300 people came.", r"In (?:19|20)\d\d [1-9]\d\d people came\."),
        ("10 000 people", r"[1-9]\d \d{3} people"),
        ("Nous avons attendu 3 heures", r"Nous avons attendu [24-9] heures"),
        ("1.250.000 Euro", r"[1-9]\.\d{3}\.\d{3} Euro"),
        ("1 234 567,50 Euro", r"[1-9] \d{3} \d{3},\d\d Euro"),
    ],
)
def test_blanks_group_digits_only_after_one_to_three(pack: Registry, text: str, form: str, seed: int) -> None:
    variant = made(pack, "semantics.number", text, seed=seed)
    assert regex.fullmatch(form, variant)
    assert variant != text


@pytest.mark.parametrize(("language", "text"), [("en", "1 room"), ("ru", "1 дом"), ("ar", "2"), ("ar", "10 كتب")])
def test_a_number_stays_where_no_other_takes_its_plural(pack: Registry, language: str, text: str) -> None:
    assert made(pack, "semantics.number", text, language) == text


def test_a_one_changes_where_there_are_no_plurals(pack: Registry) -> None:
    assert made(pack, "semantics.number", "我买了1个苹果", "zh") != "我买了1个苹果"


def test_a_one_that_stays_is_not_chosen_in_place_of_another_number(pack: Registry) -> None:
    variants = {made(pack, "semantics.number", "1 room for 20", seed=seed, severity=1) for seed in SEEDS}
    assert "1 room for 20" not in variants


@pytest.mark.parametrize("seed", SEEDS)
def test_a_year_stays_a_year(pack: Registry, seed: int) -> None:
    assert 1100 <= int(made(pack, "semantics.number", "1850", seed=seed)) < 1900
    assert 1900 <= int(made(pack, "semantics.number", "1999", seed=seed)) < 2100


@pytest.mark.parametrize("severity", [1, 2, 3, 4, 5])
def test_at_least_one_number_changes(pack: Registry, severity: int) -> None:
    assert made(pack, "semantics.number", "3 of 20 and 100", severity=severity) != "3 of 20 and 100"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The food is good."),
        ("en", "I'm happy."),
        ("en", "THE ROOM WAS CLEAN"),
        ("zh", "我喜欢这家酒店。"),
        ("es", "El hotel es bueno."),
        ("fr", "C'est un bon hôtel."),
        ("pt", "O hotel é bom."),
        ("pt", "Tudo estava limpo."),
        ("it", "C'è una piscina."),
        ("it", "Mi è piaciuto."),
        ("de", "Es war ein schöner Tag."),
        ("ru", "Мне понравилось."),
        ("ar", "الطعام جيد."),
        ("hi", "खाना अच्छा है।"),
        ("ja", "店員さんは親切でした。"),
        ("ja", "荷物が届いた。"),
        ("ja", "この映画は面白い。"),
        ("ja", "窓から海が見えます。"),
    ],
)
def test_negating_a_single_statement_twice_gives_the_text_back(pack: Registry, language: str, text: str) -> None:
    negated = made(pack, "semantics.negate", text, language)
    assert negated != text
    assert made(pack, "semantics.negate", negated, language) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "It was hardly clean"),
        ("en", "Nobody was there"),
        ("en", "What is it?"),
        ("en", "It's been fun"),
        ("en", "It's taken hours"),
        ("es", "Nunca fue bueno"),
        ("fr", "Il ne sera jamais prêt"),
        ("de", "Das ist leider nicht gut"),
        ("de", "Ich habe es dir dort gekauft"),
        ("de", "Ich habe die Ware zurückgeschickt"),
        ("de", "Ich habe Hunger"),
        ("de", "Ich habe keine Zeit"),
        ("de", "Das funktioniert nicht mehr"),
        ("de", "Der Kaffee war leider kalt"),
        ("de", "Es ist ein paar Minuten entfernt"),
        ("de", "Gestern war das Wetter schön"),
        ("de", "Es ist nicht gut, sondern teuer"),
        ("de", "Es war kaum sauber"),
        ("de", "Alle Gerichte waren kalt"),
        ("de", "Wir kommen auf jeden Fall wieder"),
        ("ru", "Он никогда не был там"),
        ("es", "No me gustó nada"),
        ("es", "También es caro"),
        ("es", "Siempre está lleno"),
        ("es", "Solo es un juego"),
        ("es", "Todavía está abierto"),
        ("es", "¡Qué bonita es esta ciudad!"),
        ("es", "Apenas hay gente"),
        ("es", "Todos los platos estaban fríos"),
        ("pt", "Não funciona mais"),
        ("pt", "Ela não tem mais paciência"),
        ("pt", "Ainda não chegou"),
        ("pt", "Há dois anos"),
        ("pt", "Era uma vez um rei"),
        ("pt", "São Paulo, são e salvo"),
        ("pt", "Se é barato, o que é bom"),
        ("pt", "Todos os pratos estavam frios"),
        ("pt", "É um pouco caro, é só isso"),
        ("pt", "Isso não é um jogo, mas sim um trabalho"),
        ("it", "Non è più disponibile"),
        ("it", "Non è male"),
        ("it", "C'era una volta un re"),
        ("it", "Se è caro, quello che è buono"),
        ("it", "È già chiuso, è un po' caro"),
        ("it", "Tutte le camere hanno un balcone"),
        ("it", "Non so se torno"),
        ("it", "Un buon consiglio"),
        ("zh", "不好意思"),
        ("en", "It's nice, isn't it?"),
        ("en", "It is nice, isn't it?"),
        ("en", "Do you think they're good?"),
        ("en", "The can and the tin can on the shelf"),
        ("en", "the most loved of the newly arrived"),
        ("en", "If it is raining we stay"),
        ("en", "As soon as we arrived they smiled"),
        ("en", "All I wanted when they came"),
        ("en", "I wish the screen was bigger"),
        ("en", "Ask where it is."),
        ("en", "Nicer than it was before"),
        ("es", "¿Está abierto?"),
        ("fr", "C'est bon ?"),
        ("fr", "Il n'y a pas de problème"),
        ("fr", "Il y a un an"),
        ("fr", "Il y a deux ans, 3 jours"),
        ("fr", "Il y a quelques défauts"),
        ("fr", "Le bar est malheureusement fermé"),
        ("fr", "Il a un peu froid"),
        ("fr", "J'ai un haut-parleur"),
        ("fr", "Ce n'était pas mal du tout."),
        ("fr", "Le thé est encore chaud."),
        ("fr", "J'ai bu de l'eau"),
        ("fr", "Il y avait d'autres clients"),
        ("de", "Ich denke, dass das Hotel gut ist."),
        ("de", "Ich denke dass das Hotel gut ist"),
        ("de", "Wenn es kalt wird, heizen wir."),
        ("de", "Ich hoffe, dass es funktioniert."),
        ("de", "Als der Zug kam, sangen wir."),
        ("de", "Wir nehmen das Zimmer, das zu uns passt."),
        ("ru", "Приходите как можно скорее"),
        ("ru", "Вам понравилось?"),
        ("ru", "У нас была проблема с душем"),
        ("ru", "В номере не было горячей воды"),
        ("ru", "Были небольшие недочёты"),
        ("ru", "Больше сюда не вернусь"),
        ("ru", "Посылка так и не пришла"),
        ("ru", "Вряд ли вернусь"),
        ("ru", "Когда пришла посылка"),
        ("ru", "Мы не будем больше покупать"),
        ("ru", "Терпеть не могу это меню"),
        ("ru", "Интересно, когда они ответят"),
        ("ar", "عندما كنت صغيرا"),
        ("ar", "ولن يعمل الجهاز"),
        ("ar", "لا يوجد أي مشكلة"),
        ("ar", "ليس الفندق قريبا من البحر"),
        ("ar", "محمد سعيد كاتب"),
        ("ar", "لقد كانت الغرفة واسعة"),
        ("ar", "قد يعمل الجهاز غدا"),
        ("ar", "كما هو متوقع"),
        ("ar", "هل الطعام جيد؟"),
        ("zh", "已经收到了"),
        ("zh", "刚收到了"),
        ("zh", "这是推荐菜吗"),
        ("zh", "真是好吃货"),
        ("zh", "你喜欢吗？"),
        ("zh", "要看适不适合自己"),
        ("zh", "喜欢不喜欢都一样"),
        ("zh", "如果喜欢就买吧"),
        ("zh", "喜欢的话可以买"),
        ("zh", "太不方便了"),
        ("zh", "并不推荐大家购买"),
        ("zh", "一点都不好吃"),
        ("zh", "他很不好"),
        ("zh", "等了两个星期才收到了"),
        ("zh", "还没收到货"),
        ("zh", "客服把问题解决了"),
        ("zh", "我没有用过别的牌子"),
        ("zh", "最好用热水洗"),
        ("zh", "机器学习的推荐系统"),
        ("zh", "朋友推荐来的"),
        ("zh", "向大家推荐这家店"),
        ("zh", "请做满意度评价"),
        ("zh", "那不是一个问题，而是两个问题"),
        ("zh", "值得一提的是天气"),
        ("zh", "大家別說很好看"),
        ("zh", "没有解决任何问题"),
        ("zh", "收到了两件"),
        ("zh", "好看是好看"),
        ("zh", "比上次那家好吃多了"),
        ("zh", "凡是符合条件的人"),
        ("zh", "不满意可以退货"),
        ("hi", "बना हुआ खाना"),
        ("hi", "दिया हुआ काम"),
        ("hi", "सब मिला कर"),
        ("hi", "क्या यह अच्छा है?"),
        ("hi", "मौसम को देखते हुए, वह रुका"),
        ("hi", "हम लौट आए"),
        ("hi", "कमीज़ सिकुड़ गई है"),
        ("hi", "कोई समस्या नहीं है"),
        ("hi", "कितना सुंदर दृश्य है!"),
        ("hi", "जैसे ही वह आया"),
        ("ja", "すみません、お願いします"),
        ("ja", "明日は雨かもしれません"),
        ("ja", "仕方がない"),
        ("ja", "どこが一番近いですか。"),
        ("ja", "食べてもいいです"),
        ("ja", "もう着きました"),
        ("ja", "少し寒かったです"),
        ("ja", "高い山に登るそうです"),
        ("ja", "ほとんど何も見えない"),
        ("ja", "ますます読んだ"),
    ],
)
def test_negation_never_denies_twice_nor_out_of_place(pack: Registry, language: str, text: str) -> None:
    assert made(pack, "semantics.negate", text, language) == text


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "The trash can was full", "The trash can was not full"),
        ("en", "Would definitely recommend!", "Would definitely not recommend!"),
        ("en", "Highly recommend.", "Do not recommend."),
        ("en", "I can highly recommend it", "I cannot highly recommend it"),
        ("en", "They came and went", "They came and did not go"),
        ("en", "When we arrived it was dark", "When we arrived it was not dark"),
        ("en", "His will is strong", "His will is not strong"),
        ("en", "The staff can help", "The staff cannot help"),
        ("en", "Having arrived late, they were tired", "Having arrived late, they were not tired"),
        ("en", "Is it far? It is warm.", "Is it far? It is not warm."),
        (
            "de",
            "Ob es passt, sehen wir, aber das Zimmer war hell.",
            "Ob es passt, sehen wir, aber das Zimmer war nicht hell.",
        ),
        ("de", "Es funktioniert.", "Es funktioniert nicht."),
        ("fr", "J'ai bu du thé, mais c'est loin", "J'ai bu du thé, mais ce n'est pas loin"),
        ("fr", "Si c'est ouvert, la vue est belle", "Si c'est ouvert, la vue n'est pas belle"),
        ("fr", "Le sac que j'ai acheté est beau", "Le sac que j'ai acheté n'est pas beau"),
        ("fr", "L'homme qui est assis est grand", "L'homme qui est assis n'est pas grand"),
        ("es", "La verdad es que está bien", "La verdad es que no está bien"),
        ("es", "El hombre que está allí es alto", "El hombre que está allí no es alto"),
        ("es", "Aunque es caro, vale la pena", "Aunque es caro, no vale la pena"),
        ("pt", "Recomendo muito", "Não recomendo"),
        ("pt", "O livro que comprei é bom", "O livro que comprei não é bom"),
        ("pt", "São Paulo é grande", "São Paulo não é grande"),
        ("it", "Consiglio vivamente", "Non consiglio"),
        ("it", "Roma è la città più grande", "Roma non è la città più grande"),
        ("it", "L’ho usato", "Non l’ho usato"),
        ("de", "Ich bin mit dem Zimmer zufrieden", "Ich bin mit dem Zimmer unzufrieden"),
        ("fr", "Il a l'air content", "Il n'a pas l'air content"),
        ("ru", "Здесь можно курить", "Здесь нельзя курить"),
        ("ru", "В номере было чисто", "В номере не было чисто"),
        ("ru", "Размер не подошел", "Размер подошел"),
        ("ar", "ولا أنصح بالفندق", "وأنصح بالفندق"),
        ("ar", "المكان جميل وكانت الغرفة واسعة", "المكان جميل ولم تكن الغرفة واسعة"),
        ("hi", "फ़ोन खराब हो गया", "फ़ोन खराब नहीं हुआ"),
        ("hi", "वह घर गया", "वह घर नहीं गया"),
        ("hi", "कीमत बढ़ गई है", "कीमत नहीं बढ़ी है"),
        ("ar", "كما هو متوقع، كان الطعام باردا", "كما هو متوقع، لم يكن الطعام باردا"),
        ("ar", "الطعام هو جيد", "الطعام هو غير جيد"),
        ("ar", "المدير هو في المكتب", "المدير ليس في المكتب"),
        ("zh", "推荐菜很好吃", "推荐菜不好吃"),
        ("zh", "我推荐这家店", "我不推荐这家店"),
        ("zh", "他推荐的那家餐馆很好吃", "他推荐的那家餐馆不好吃"),
        ("zh", "下次还会再来的！", "下次不会再来了！"),
        ("zh", "声音不错很好听", "声音不错不好听"),
        ("hi", "बना हुआ खाना ठंडा है", "बना हुआ खाना ठंडा नहीं है"),
        ("hi", "दिया हुआ काम पूरा हुआ", "दिया हुआ काम पूरा नहीं हुआ"),
        ("ja", "説明書が分かりにくいですが、安いです", "説明書が分かりにくくないですが、安いです"),
        ("ja", "高い買い物だが、満足だ", "高い買い物ではないが、満足だ"),
        ("ja", "すみません、部屋は静かです", "すみません、部屋は静かではありません"),
        ("ja", "また泊まりたいです", "もう泊まりたくないです"),
        ("en", "My brother Will will be there.", "My brother Will will not be there."),
    ],
)
def test_negation_passes_over_what_states_nothing_to_what_does(
    pack: Registry, language: str, before: str, after: str
) -> None:
    assert made(pack, "semantics.negate", before, language) == after


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("fr", "J'ai des amis", "Je n'ai pas d'amis"),
        ("fr", "Il y a un problème", "Il n'y a pas de problème"),
        ("fr", "Il a de la chance", "Il n'a pas de chance"),
        ("fr", "Nous avons eu du bruit", "Nous n'avons pas eu de bruit"),
        ("fr", "Elle a de l'humour", "Elle n'a pas d'humour"),
        ("fr", "J’ai de l’eau", "Je n’ai pas d’eau"),
        ("fr", "J'AI UN CHIEN", "JE N'AI PAS DE CHIEN"),
        ("de", "Ich habe einen Hund", "Ich habe keinen Hund"),
        ("de", "Das kann ich nur empfehlen", "Das kann ich nicht empfehlen"),
        ("de", "Sehr empfehlenswert!", "Nicht empfehlenswert!"),
        ("de", "Es erfüllt meine hohen Erwartungen", "Es erfüllt meine hohen Erwartungen nicht"),
        ("de", "Das ist mein Fahrrad.", "Das ist nicht mein Fahrrad."),
        ("de", "Alles war gut", "Nicht alles war gut"),
        ("es", "Todo está limpio", "No todo está limpio"),
        ("fr", "Il veut du pain.", "Il ne veut pas de pain."),
    ],
)
def test_negation_takes_the_form_that_its_object_or_subject_asks_for(
    pack: Registry, language: str, before: str, after: str
) -> None:
    assert made(pack, "semantics.negate", before, language) == after


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("en", "I bought a cheap phone.", "I did not buy a cheap phone."),
        ("en", "She plays the piano.", "She does not play the piano."),
        ("en", "Two men walk down the street.", "Two men do not walk down the street."),
        ("en", "A boy in a red shirt rides a bike.", "A boy in a red shirt does not ride a bike."),
        ("en", "The company has sold the house.", "The company has not sold the house."),
        ("en", "I've lost my keys.", "I haven't lost my keys."),
        ("en", "I didn't buy a phone.", "I bought a phone."),
        ("en", "She didn't prefer the old house.", "She preferred the old house."),
        ("zh", "我买了便宜的手机。", "我没买便宜的手机。"),
        ("zh", "他正在弹钢琴。", "他没在弹钢琴。"),
        ("zh", "我有一辆自行车。", "我没有自行车。"),
        ("zh", "他很難過。", "他不難過。"),
        ("es", "La niña vendió su bicicleta.", "La niña no vendió su bicicleta."),
        ("es", "Tom me lo dijo ayer.", "Tom no me lo dijo ayer."),
        ("es", "Ella envía cartas.", "Ella no envía cartas."),
        ("pt", "O menino comprou uma bola.", "O menino não comprou uma bola."),
        ("pt", "A lei proíbe a venda.", "A lei não proíbe a venda."),
        ("pt", "O governo pretende vender a casa.", "O governo não pretende vender a casa."),
        ("it", "Il ragazzo legge il giornale.", "Il ragazzo non legge il giornale."),
        ("it", "Il direttore controlla i conti.", "Il direttore non controlla i conti."),
        ("it", "Il paziente migliora.", "Il paziente non migliora."),
        ("fr", "Le garçon boit un café.", "Le garçon ne boit pas de café."),
        ("fr", "Deux chiens jouent dans la neige.", "Deux chiens ne jouent pas dans la neige."),
        ("de", "Ein Hund springt in den See.", "Ein Hund springt nicht in den See."),
        ("de", "Ich liebe dich.", "Ich liebe dich nicht."),
        ("de", "Er hat ein Haus gekauft.", "Er hat kein Haus gekauft."),
        ("ru", "Дети играют в парке.", "Дети не играют в парке."),
        ("ar", "الرجل يقرأ كتابا.", "الرجل لا يقرأ كتابا."),
        ("ar", "اشتريت سيارة.", "لم أشتر سيارة."),
        ("ja", "私は彼を知っています。", "私は彼を知りません。"),
        ("hi", "वह किताब पढ़ता है।", "वह किताब नहीं पढ़ता है।"),
    ],
)
def test_a_verb_is_negated_as_its_language_does_it(pack: Registry, language: str, before: str, after: str) -> None:
    assert made(pack, "semantics.negate", before, language) == after


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The phone bought last week"),
        ("en", "He came in and took a seat"),
        ("en", "The man who bought it"),
        ("en", "He also bought some bread"),
        ("en", "Walks in the park"),
        ("zh", "他把手机卖了。"),
        ("zh", "他买了三本书。"),
        ("zh", "站在桌子旁的人"),
        ("es", "Compra pan, por favor."),
        ("es", "El hombre que vendió la casa"),
        ("pt", "Se chove, melhor ainda"),
        ("it", "La cucina della nonna"),
        ("fr", "La porte de la maison"),
        ("de", "Die Liebe meines Lebens"),
        ("de", "weil er mit dem Hund spielt"),
        ("ru", "Он тоже играет в парке"),
        ("ar", "الرجل الذي يقرأ كتابا"),
        ("es", "Cierra la puerta."),
        ("es", "Ven aquí y llama al médico."),
        ("it", "Vedi la foto."),
        ("it", "Per favore chiama il medico."),
        ("pt", "Vem cá e chama o médico."),
        ("zh", "我知道了。"),
        ("ru", "Стоит хорошая погода."),
        ("es", "—Sí, dijo Ana."),
        ("ru", "«Это хорошо», — говорит Том."),
        ("it", "Le linee guida sui conti"),
        ("fr", "Sa voix a littéralement fait le tour du monde."),
        ("ar", "كتبت كوري رسالة."),
        ("ar", "حث الناس على تحمل المسؤولية."),
        ("hi", "यदि उन्होंने काम किया।"),
        ("it", "I bambini non vedono l'ora di partire."),
        ("en", "I do like it."),
        ("en", "They did have it."),
        ("en", "So he did."),
        ("zh", "他没有来。"),
        ("zh", "这里可以吃得很好。"),
        ("zh", "我没有告诉他。"),
        ("pt", "As crianças não veem a hora de ver a avó."),
    ],
)
def test_a_verb_stays_where_it_may_be_none_or_where_a_denial_would_say_something_else(
    pack: Registry, language: str, text: str
) -> None:
    assert made(pack, "semantics.negate", text, language) == text


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The room is a bit small."),
        ("en", "It is only a game."),
        ("en", "It was by far the best."),
        ("de", "Unsere Handys sind heutzutage mehr als Telefone."),
        ("de", "Die Pflanzen waren nach 17 Tagen noch am Leben."),
        ("fr", "Il a également indiqué cela."),
        ("de", "Das Zimmer ist etwas klein."),
        ("de", "Er war offenbar krank."),
        ("fr", "Il est parfois en retard."),
        ("fr", "L'hôtel est actuellement fermé."),
        ("fr", "Mon père vient rarement nous voir."),
        ("es", "Es un poco caro."),
        ("es", "El hombre canta a veces."),
        ("it", "La camera è piuttosto piccola."),
        ("it", "Marco arriva a volte in ritardo."),
        ("pt", "O quarto é bastante pequeno."),
        ("pt", "Ela chega às vezes atrasada."),
    ],
)
def test_no_denial_stands_before_what_says_how_much_how_often_or_how_sure(
    pack: Registry, language: str, text: str
) -> None:
    assert made(pack, "semantics.negate", text, language) == text


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("language", "name"), [("en", "Paris is nice."), ("en", "The Beatles sing."), ("de", "Hunde bellen.")]
)
def test_a_filler_leaves_names_and_nouns_their_capitals(pack: Registry, language: str, name: str, seed: int) -> None:
    variant = made(pack, "paraphrase.filler", name, language, seed=seed)
    assert name.rstrip(".") in variant
    assert len(variant) > len(name)


@pytest.mark.parametrize(
    ("language", "question", "honest"),
    [
        ("en", "How far is it?", "honest|for the record"),
        ("fr", "Pourquoi est-il en retard ?", "franchement|honn|vrai"),
        ("es", "¿Dónde está?", "verdad|sincer|franca"),
        ("de", "Wo ist das Hotel?", "ehrlich|offen|muss"),
    ],
)
def test_a_question_is_not_asked_to_be_honest(pack: Registry, language: str, question: str, honest: str) -> None:
    variants = {made(pack, "paraphrase.filler", question, language, seed=seed) for seed in SEEDS}
    assert len(variants - {question}) > 1
    assert not any(regex.search(honest, variant, regex.I) for variant in variants)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "who invented it?"),
        ("zh", "谁发明了电话？"),
        ("fr", "qui l'a inventé ?"),
        ("ar", "من اخترعه؟"),
        ("ja", "誰ですか。"),
    ],
)
def test_a_question_is_opened_by_words_that_ask_and_closed_by_none(
    pack: Registry, language: str, question: str, seed: int
) -> None:
    opening = made(pack, "paraphrase.filler", question, language, seed=seed).removesuffix(question)
    assert opening
    assert not regex.search("honest|frank|实|坦白|vrai|صراحة", opening)


@pytest.mark.parametrize(
    ("language", "text", "polite"),
    [
        ("de", "Ich hab's dir doch gesagt.", "issen Sie"),
        ("de", "Wo bist du?", "Sagen Sie"),
        ("fr", "Elle t'a vu.", "(?:É|v)ou"),
        ("es", "Le llamo a usted mañana.", "Mira"),
        ("it", "Il tuo albergo è bello.", "Guardi"),
        ("ru", "Это твой дом.", "(?i)знаете"),
        ("hi", "यह तुम्हारा घर है।", "देखिए|आप"),
    ],
)
def test_a_filler_addresses_nobody_otherwise_than_the_text_does(
    pack: Registry, language: str, text: str, polite: str
) -> None:
    variants = {made(pack, "paraphrase.filler", text, language, seed=seed) for seed in range(60)}
    assert len(variants) > 2
    assert not any(regex.search(polite, variant) for variant in variants)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_filler_keeps_the_closing_punctuation_last(pack: Registry, seed: int) -> None:
    assert made(pack, "paraphrase.filler", "Bravo !", "fr", seed=seed).endswith(" !")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("language", "number", "endings"), [("ru", "3", "234"), ("ru", "21", "1"), ("ar", "8", "3456789")]
)
def test_a_number_takes_the_plural_of_the_noun_beside_it(
    pack: Registry, language: str, number: str, endings: str, seed: int
) -> None:
    assert made(pack, "semantics.number", number, language, seed=seed)[-1] in endings
