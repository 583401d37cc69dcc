"""What the exchange of names and places promises beyond the laws that hold for every perturbation."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from albert_robust import Text, read_rows
from albert_robust.builtin import builtin
from albert_robust.perturbing import Registry
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite

SEEDS = range(20)
TABLES = ["first_names.tsv", "places.tsv"]


def made(pack: Registry, name: str, before: str, language: str = "en", seed: int = 0) -> str:
    return str(pack.get(f"entities.{name}")(Text.of(before, language), Random(seed), 2))


def rows(table: str) -> list[tuple[str, str, list[str]]]:
    """Return language, kind and forms of each row of a table."""
    read = read_rows(builtin("perturbations") / table)
    return [(row["language"], row["kind"], row["forms"].split("|")) for row in read]


@pytest.mark.parametrize("table", TABLES)
def test_entities_of_one_kind_have_forms_that_answer_each_other(table: str) -> None:
    by_kind: dict[tuple[str, str], list[list[str]]] = {}
    for language, kind, forms in rows(table):
        by_kind.setdefault((language, kind), []).append([str(forms.index(form)) for form in forms])
    # The same cases look alike in all of a kind: Марии is three of them, Анне two.
    assert [kind for kind, patterns in by_kind.items() if any(one != patterns[0] for one in patterns)] == []
    assert [kind for kind, patterns in by_kind.items() if len(patterns) == 1] == []


@pytest.mark.parametrize("table", TABLES)
def test_a_form_is_of_one_entity_alone(table: str) -> None:
    counted = Counter((language, form) for language, _, forms in rows(table) for form in set(forms))
    assert [form for form, count in counted.items() if count > 1] == []


@pytest.mark.parametrize(
    ("language", "text", "name", "other"),
    [
        ("en", "Anna met Peter. Anna's hat, ANNA!", "Anna", "Peter"),
        ("es", "Laura y Pedro. ¿Y Laura?", "Laura", "Pedro"),
        ("fr", "L'oncle d'Élise et Manon. Élise rit.", "Élise", "Manon"),
        ("pt", "Mariana e o Rodrigo. Cadê a Mariana?", "Mariana", "Rodrigo"),
        ("it", "Elena e Matteo. Dov'è Elena?", "Elena", "Matteo"),
        ("de", "Petra und Jürgen. Ist Petra da?", "Petra", "Jürgen"),
        ("ru", "Анна и Сергей. Где Анна?", "Анна", "Сергей"),
        ("zh", "王志强和李秀英。志强走了。", "志强", "秀英"),
        ("ja", "健太と美咲さん。健太は？", "健太", "美咲"),
        ("ar", "وصل أحمد مع مريم، وأحمد هنا.", "أحمد", "مريم"),
        ("hi", "राहुल और नेहा। राहुल कहाँ है?", "राहुल", "नेहा"),
    ],
)
def test_a_name_becomes_one_other_throughout_and_two_names_become_two(
    pack: Registry, language: str, text: str, name: str, other: str
) -> None:
    for seed in SEEDS:
        variant = made(pack, "name", text, language, seed)
        assert name not in variant
        assert other not in variant
    assert len({made(pack, "name", text, language, seed) for seed in SEEDS}) > 3


def test_what_it_becomes_does_not_stand_in_the_text_yet(pack: Registry) -> None:
    text = "Boston, Chicago, Seattle, Denver, Philadelphia"
    for seed in SEEDS:
        cities = made(pack, "place", text, seed=seed).split(", ")
        assert len(set(cities)) == 5


@pytest.mark.parametrize(
    ("case", "frame"),
    list(enumerate(["{} пришла", "дом {}", "рад {}", "вижу {}", "пришёл с {}", "говорю о {}"])),
)
def test_a_russian_name_keeps_its_case(pack: Registry, case: int, frame: str) -> None:
    known = [forms[case] for language, kind, forms in rows("first_names.tsv") if (language, kind) == ("ru", "woman")]
    before = frame.format(known[0])
    for seed in SEEDS:
        assert made(pack, "name", before, "ru", seed) in {frame.format(form) for form in known[1:]}


@pytest.mark.parametrize(
    ("language", "kind", "frame"),
    [
        ("en", "city, vowel", "an {}"),
        ("es", "country, feminine, i", "uvas e {}"),
        ("pt", "country, masculine", "no {}"),
        ("it", "country, feminine, vowel", "dell'{}"),
        ("it", "city, a", "ad {}"),
        ("fr", "country, feminine", "en {}"),
        ("fr", "country, feminine, vowel", "d'{}"),
        ("fr", "country, masculine", "au {}"),
        ("ru", "country, feminine, -ия, cluster", "в {}"),
        ("ar", "country, article", "و{}"),
    ],
)
def test_what_a_word_before_asks_for_stays(pack: Registry, language: str, kind: str, frame: str) -> None:
    known = [forms[-1] for tag, other, forms in rows("places.tsv") if (tag, other) == (language, kind)]
    for seed in SEEDS:
        variant = made(pack, "place", frame.format(known[0]), language, seed)
        assert variant in {frame.format(other) for other in known[1:]}


@pytest.mark.parametrize(
    ("language", "name", "text"),
    [
        ("en", "name", "George Michael sang."),
        ("en", "name", "Queen Elizabeth and Elizabeth II"),
        ("en", "name", "She sang at the St. Patrick's Day parade for Patrick."),
        ("en", "name", "Rose and Mark will be here in May, Grace."),
        ("en", "place", "Paris Hilton"),
        ("en", "place", "He crossed London Bridge on the way to London."),
        ("en", "place", "New Mexico lies north of Mexico."),
        ("en", "place", "the streets of paris"),
        ("en", "place", "The Gulf of Mexico"),
        ("es", "place", "La Ciudad de México"),
        ("es", "name", "San Francisco"),
        ("pt", "place", "A Copa do Brasil e o São Paulo"),
        ("pt", "name", "São José, João Pessoa, Ana Paula"),
        ("it", "place", "La Roma batte il Napoli in via Milano."),
        ("it", "name", "San Francesco e Anna Maria"),
        ("fr", "place", "L'Irlande du Nord et l'Allemagne de l'Est"),
        ("fr", "name", "La Caroline du Nord et Louis XIV"),
        ("de", "place", "Bayern München spielt in München."),
        ("de", "name", "Herr Alexander"),
        ("ru", "name", "Вера, Надежда и Любовь прочли роман."),
        ("ru", "place", "Северная Ирландия"),
        ("zh", "name", "立志强国，约翰逊。"),
        ("zh", "place", "今日本店休息，道德国家，变成都市。"),
        ("ja", "name", "健一郎とマイケル・ムーア、サラダ、陽子線"),
        ("ja", "place", "東京都、日曜日本を読む、ニューヨーク・タイムズ、インドネシア、ローマ字"),
        ("ar", "name", "النبي إبراهيم"),
        ("ar", "place", "ريال مدريد"),
        ("hi", "name", "पूजा में आशा की किरण थी।"),
        ("hi", "place", "नई दिल्ली"),
    ],
)
def test_what_may_be_something_else_is_left_alone(pack: Registry, language: str, name: str, text: str) -> None:
    assert [made(pack, name, text, language, seed) for seed in SEEDS] == [text] * len(SEEDS)


def test_a_name_that_is_protected_in_one_place_stays_in_all(pack: Registry) -> None:
    text = Text.of("Anna wrote to https://Anna.org, and Anna waits.", "en")
    assert not pack.get("entities.name")(text, Random(0), 2).changed


def test_a_suite_may_ignore_what_they_alter(tmp_path: Path) -> None:
    (tmp_path / "d.jsonl").write_text('{"text": "Anna lives in Paris.", "label": "a"}\n', encoding="utf-8")
    suite = tmp_path / "s.robust.yaml"
    suite.write_text(
        "task: text-classification\nmodel: {python: m:f}\ndatasets: {d: {path: d.jsonl, language: en}}\n"
        "checks: [{expect: invariance, perturbations: [entities.*], ignores: [name, place]}]\n",
        encoding="utf-8",
    )
    assert [cell.id for cell in plan(load_suite(suite)).cells] == ["d/entities.name[en]", "d/entities.place[en]"]
