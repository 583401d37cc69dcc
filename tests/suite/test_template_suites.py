"""Templates in a suite: what loads, and what is told of those that cannot be filled."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from albert_robust.cli import main
from albert_robust.documents.yaml_file import open_document
from albert_robust.errors import InputError
from albert_robust.running.blocks import examples_of
from albert_robust.suite.load import load_suite

GOOD = """\
task: text-classification
model: {python: "model:predict"}
datasets:
  plain:
    language: en
    templates:
      - {text: "I {love} this {thing}.", label: positive}
      - {text: "{place.capital} is in {place.country}.", label: neutral}
    fill:
      love: [love, like]
      place: [{country: France, capital: Paris}, {country: Japan, capital: Tokyo}]
checks:
  - {expect: reference, gates: [accuracy >= 0.5]}
fill: {thing: [film, book]}
"""
ENTITIES = """\
task: token-classification
model: {python: "model:predict"}
datasets:
  plain:
    language: en
    templates:
      - {text: "{name} and {name2} live in {city}.", entities: {PER: ["{name}", "{name2}"], LOC: "{city}"}}
      - {text: "Nobody lives here.", entities: []}
    fill: {name: [Anna, Bo], city: [New York]}
checks:
  - {expect: reference, gates: [entity f1 >= 0.5]}
"""
CHECKS = [{"expect": "invariance", "perturbations": ["typos.*"]}]
MISTAKES = {
    "unknown slot": (
        "{love} this",
        "{lvoe} this",
        r"^\S+:7:10: no list of words for \{lvoe\}\n  did you mean 'love'\?$",
    ),
    "no slot": ("{love} this", "{ love } this", r"^\S+:7:10: '\{ love \}' is no slot\n  write `\{thing\}`, or `\{\{` "),
    "a brace alone": ("{love} this", "love} this", r"^\S+:7:10: '\}' is no slot\n.*themselves$"),
    "words without fields": (
        "{love} this",
        "{love.de} this",
        r"^\S+:7:10: the words of 'love' have no .*\n  write \{love\}$",
    ),
    "no field": (
        "{place.country}",
        "{place}",
        r"^\S+:8:10: the words of 'place' have fields\n  write \{place\.country\} or \{",
    ),
    "unknown field of a word": (
        "place.cap",
        "place.cpa",
        r":8:10: the words of 'place' have no field 'cpaital'\n  write",
    ),
    "too few words": (
        "{love} this",
        "{love} {love2} {love3}",
        r":7:9: 3 slots take different words of 'love', which has 2\n  add w",
    ),
    "an idle list": (
        "place: [",
        "other: [x]\n      place: [",
        r"^\S+:11:7: no template uses 'other'\n  write \{other\} in one, or",
    ),
    "an idle list beside all": ("fill: {th", "fill: {other: [x], th", r"^\S+:14:8: no template uses 'other'"),
    "an empty list": ("[love, like]", "[]", r"^\S+:10:7: the list 'love' is empty\n  add words, or take it out$"),
    "a word twice": (
        "[love, like]",
        "[love, love]",
        r"^\S+:10:20: 'love' is twice in the list 'love'\n  take one out$",
    ),
    "a name twice": (
        "Japan, c",
        "France, c",
        r"^\S+:11:50: 'France' is twice .*\n  the first field of a word names it$",
    ),
    "other fields": (
        "{country: Japan, capital: Tokyo}",
        "Japan",
        r"^\S+:11:50: the word has not the fields of .*\n  write as there: country, capital$",
    ),
    "a name that no slot can hold": (
        "love: [",
        "my love: [",
        r":10:7: a slot cannot name the list 'my love'\n  letters, ",
    ),
    "no list": ("[love, like]", "love", r"^\S+:10:7: 'love': expected a list\n  write `\[love\]`$"),
    "a number that may read otherwise": (
        "love, like",
        "love, 9.90",
        r"^\S+:10:20: 9\.9 is no word\n  put it between quotes$",
    ),
    "true": ("love, like", "love, true", r"^\S+:10:20: true is no word\n  put it between quotes$"),
    "a slot that YAML reads": (
        "label: positive",
        "label: {love}",
        r"^\S+:7:42: \{love\} is no text\n  put it between quotes$",
    ),
    "a slot that YAML takes apart": (
        '"I {love} this {thing}."',
        "I {love} it",
        r"^\S+:7:18: not plain YAML.*\n.* between quotes$",
    ),
    "entities as data have them": (
        "label: positive",
        "label: [{text: love, label: PER}]",
        r"^\S+:7:42: \{text, label\} is no text\n  entities are said by label: \{PER: \"\{name\}\"\}$",
    ),
    "a text alone": (
        '{text: "I {love} this {thing}.", label: positive}',
        '"I {love} this {thing}."',
        r"^\S+:7:9: 'I \{love\} this \{thing\}\.': expected keys and values\n  name its fields, such as `\{text: ",
    ),
    "unknown field": (
        "label: positive",
        "lable: positive",
        r"^\S+:7:42: unknown field 'lable'\n  did you mean 'label'\?$",
    ),
    "missing field": (
        'text: "I {love} this {thing}.", ',
        "",
        r":7:9: the template has no 'text'\n  add `text: \"\.\.\.\"`",
    ),
    "a template that is a text": (
        '{text: "{place.capital} is',
        '"I {love} it" # ',
        r"^\S+:8:9: 'I \{love\} it': expected keys and",
    ),
    "a file too": (
        "language: en",
        "language: en\n    path: d.jsonl",
        r"^\S+:4:3: examples are in path or templates, and not in both\n",
    ),
    "columns": (
        "language: en",
        "language: en\n    columns: {text: review}",
        r":4:3: templates have no `columns`\n  take it out",
    ),
    "a language without a template": (
        "language: en",
        "languages: [en]",
        r"^\S+:5:17: no template is in 'en'\n.*\n\S+:7:9: the template does not say its language\n  add `language: en`\n\S+:8:9",
    ),
    "another language": (
        "label: neutral",
        "language: de, label: neutral",
        r":8:1: the row's language is 'de', that of all",
    ),
    "too many": (
        "love, like",
        ", ".join(f"w{n}" for n in range(60_000)),
        r":7:9: the templates make 120,002 examples, 120,000 ",
    ),
}


@pytest.fixture
def load(write: Callable[..., Path]) -> Callable[..., list[str]]:
    """Return a function that loads the good suite with strings replaced, and gives the texts of its examples."""

    def loaded(*replacements: tuple[str, str]) -> list[str]:
        text = GOOD
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        suite = load_suite(write(s_dot_robust_dot_yaml=text))
        return [one.fields["text"] for one in examples_of(suite, ["plain"])["plain"]]

    return loaded


def test_a_template_in_a_language_that_is_not_read_is_told(load: Callable[..., list[str]]) -> None:
    of = {"positive": "zh", "neutral": "zn"}
    said = [(f"label: {label}", f"label: {label}, language: {language}") for label, language in of.items()]
    with pytest.raises(InputError, match=r":8:\d+: 'zn' is not among the `languages`\n  known: zh$"):
        load(("language: en", "languages: [zh]"), *said)


def test_templates_take_words_from_lists_of_their_own_and_beside_all(load: Callable[..., list[str]]) -> None:
    assert load() == [
        "I love this film.",
        "I love this book.",
        "I like this film.",
        "I like this book.",
        "Paris is in France.",
        "Tokyo is in Japan.",
    ]


def test_entities_of_templates_are_sought_in_what_is_made(write: Callable[..., Path]) -> None:
    suite = load_suite(write(s_dot_robust_dot_yaml=ENTITIES))
    assert [one.references for one in examples_of(suite, ["plain"])["plain"]] == [
        ("Anna (PER 0-4); Bo (PER 9-11); New York (LOC 20-28)",),
        ("Bo (PER 0-2); Anna (PER 7-11); New York (LOC 20-28)",),
        ("",),
    ]


def test_a_list_of_their_own_comes_before_one_of_that_name_beside_all(load: Callable[..., list[str]]) -> None:
    other = 'datasets:\n  more: {language: en, templates: [{text: "A {thing}.", label: neutral}]}\n'
    made = load(("love: [love", "thing: [song]\n      love: [love"), ("datasets:\n", other))
    assert made[:2] == ["I love this song.", "I like this song."]


@pytest.mark.parametrize(("old", "new", "message"), list(MISTAKES.values()), ids=list(MISTAKES))
def test_a_mistake_is_told_once_with_its_place_and_its_cure(
    load: Callable[..., list[str]], old: str, new: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load((old, new))


def test_a_gate_without_a_label_in_any_template_is_told(load: Callable[..., list[str]]) -> None:
    with pytest.raises(
        InputError, match=r":7:1: no template has a 'label'\n  accuracy >= 0.5 .*: add `label: \"\.\.\.\"`"
    ):
        load((", label: positive", ""), (", label: neutral", ""))


@pytest.mark.parametrize(
    ("dataset", "fits"),
    [
        ({"templates": [{"text": "{n} {w}", "label": 1}], "fill": {"n": [1, 2], "w": ["a", "b"]}}, True),
        ({"templates": [{"text": "{w.a}"}], "fill": {"w": [{"a": "x", "b": 2}]}, "limit": 1}, True),
        ({"templates": []}, False),
        ({"templates": [{"text": "{w}"}], "fill": {"w": []}}, False),
        ({"templates": [{"text": "{w}"}], "fill": {"w": [9.5]}}, False),
        ({"templates": [{"text": "{w}"}], "fill": {"w": "film"}}, False),
        ({"templates": [{"text": {"w": None}}], "fill": {"w": ["film"]}}, False),
        ({"templates": [{"text": "a"}], "path": "d.jsonl"}, False),
        ({}, False),
    ],
    ids=str,
)
def test_the_schema_and_the_loader_agree_on_templates(
    write: Callable[..., Path], capsys: pytest.CaptureFixture[str], dataset: dict[str, Any], fits: bool
) -> None:
    jsonschema: Any = pytest.importorskip("jsonschema")
    assert main(["schema"]) == 0
    validator = jsonschema.Draft202012Validator(json.loads(capsys.readouterr().out))
    path = write(s_dot_robust_dot_yaml=GOOD)
    good = open_document(path).value
    value = {**good, "datasets": {"plain": {"language": "en", **dataset}}, "checks": CHECKS}
    del value["fill"]
    path.write_text(json.dumps(value), encoding="utf-8")
    assert (list(validator.iter_errors(value)) == []) is fits
    if fits:
        assert str(load_suite(path).datasets["plain"].templates) == "1 template"
    else:
        with pytest.raises(InputError, match=r"s\.robust\.yaml:1:\d+: "):
            load_suite(path)


def test_a_run_tells_of_templates_as_of_a_file(pytester: pytest.Pytester) -> None:
    pytester.makefile(".robust.yaml", s=GOOD)
    pytester.makepyfile(model="def predict(batch):\n    return ['positive'] * len(batch)\n")
    pytester.runpytest("-p", "no:randomly").stdout.fnmatch_lines(["*accuracy 0.67*6 examples do not decide it*"])
    run = json.loads((pytester.path / "robustness-report" / "run.json").read_text(encoding="utf-8"))
    assert run["suites"][0]["datasets"] == {"plain": "2 templates"}


def test_an_example_that_is_called_by_its_text_is_shown_once(pytester: pytest.Pytester) -> None:
    pytester.makefile(".robust.yaml", s=GOOD.replace("accuracy >= 0.5", "accuracy >= 0.99"))
    pytester.makepyfile(model="def predict(batch):\n    return ['positive'] * len(batch)\n")
    lines = pytester.runpytest("-p", "no:randomly").outlines
    assert "  Paris is in France. (en) -> positive, expected neutral" in lines


def test_cells_of_templates_are_listed_without_a_model(pytester: pytest.Pytester) -> None:
    pytester.makefile(".robust.yaml", s=GOOD)
    pytester.runpytest("--collect-only", "-q").stdout.fnmatch_lines(["s.robust.yaml::plain/reference[[]en]"])
