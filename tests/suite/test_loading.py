"""A suite's file: what loads, and what is told of one that does not."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from albert_robust.data.dataset import read_examples
from albert_robust.errors import InputError, UsageError
from albert_robust.running.plan import plan
from albert_robust.shown import suggest
from albert_robust.suite.load import load_suite
from albert_robust.suite.suite import Suite

GOOD = """\
task: text-classification
model: {python: "model:predict"}
datasets:
  reviews: {path: d.jsonl, languages: [en, no]}
checks:
  - expect: invariance
    perturbations: [typos.swap]
    gates: [consistency >= 0.9]
  - expect: direction
    perturbations: [semantics.negate]
"""
OWN = """\
from albert_robust import Example, perturbation

@perturbation("own.shout", preserves="meaning", severities=1, examples=[Example("a", "a!")])
def shout(text, rng, severity):
    return text.replace(len(text.graphemes), len(text.graphemes), "!", "shout")
"""
ROWS = '{"text": "a", "language": "en"}\n{"text": "b", "language": "no"}\n'


@pytest.fixture
def load(write: Callable[..., Path]) -> Callable[..., Suite]:
    """Return a function that loads the good suite with some strings replaced."""

    def loaded(*replacements: tuple[str, str]) -> Suite:
        text = GOOD
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new)
        return load_suite(write(d_dot_jsonl=ROWS, s_dot_robust_dot_yaml=text))

    return loaded


def test_a_suite_of_ten_lines_loads(load: Callable[..., Suite]) -> None:
    suite = load()
    assert (suite.name, suite.task.name, suite.seed, suite.confidence) == ("s", "text-classification", 0, 0.95)
    assert [str(check.specs[0]) for check in suite.checks] == ["typos.swap@2", "semantics.negate"]
    assert [str(check.gates[0]) for check in suite.checks] == ["consistency >= 0.9", "sensitivity >= 0.5"]


def test_its_cells_are_checks_by_datasets_by_perturbations_by_languages(load: Callable[..., Suite]) -> None:
    assert [cell.id for cell in plan(load()).cells] == [
        "reviews/typos.swap@2[en]",
        "reviews/typos.swap@2[no]",
        "reviews/semantics.negate[en]",
        "reviews/semantics.negate[no]",
    ]


def test_an_answer_may_be_invariant_to_what_it_does_not_depend_on(load: Callable[..., Suite]) -> None:
    suite = load(
        ("[typos.swap]", "[typos.swap, semantics.number, typos.swap | semantics.number]\n    ignores: [number]")
    )
    assert [cell.id for cell in plan(suite).cells if cell.language == "en"][:3] == [
        "reviews/typos.swap@2[en]",
        "reviews/semantics.number@2[en]",
        "reviews/typos.swap@2+semantics.number@2[en]",
    ]


@pytest.mark.parametrize(
    ("check", "left"),
    [
        ("[typos.s*]\n    except: [typos.spacing]", ["typos.swap@2"]),
        ("[typos.s*, case.*]\n    except: [typos.spacing, case.*]", ["typos.swap@2"]),
        ("[typos.swap, typos.spacing@3]\n    except: [typos.spacing]", ["typos.swap@2"]),
        (
            "[typos.s*]\n    severities: [1, 3]\n    except: [typos.spacing@3]",
            ["typos.spacing@1", "typos.swap@1", "typos.swap@3"],
        ),
        ("[typos.swap, typos.swap | typos.spacing]\n    except: [typos.swap]", ["typos.swap@2 | typos.spacing@2"]),
        ("[typos.swap, semantics.*]\n    except: [semantics.*]", ["typos.swap@2"]),  # which alter meaning
    ],
)
def test_a_check_leaves_out_what_it_excepts(load: Callable[..., Suite], check: str, left: list[str]) -> None:
    assert sorted(str(spec) for spec in load(("[typos.swap]", check)).checks[0].specs) == left


def test_norwegian_stays_a_language(load: Callable[..., Suite]) -> None:
    assert load().datasets["reviews"].languages == ("en", "no")


ROWS_HERE = "{language: en, rows: [{text: a, id: 1}, {text: b},\n    {text: c}, {text: LAST}]}"


@pytest.mark.parametrize("above", ["", "# a word about the suite\n"])
def test_rows_of_a_suite_are_numbered_wherever_they_stand(load: Callable[..., Suite], above: str) -> None:
    suite = load(("task:", f"{above}task:"), ("{path: d.jsonl, languages: [en, no]}", ROWS_HERE))
    found = read_examples(suite.datasets["reviews"], ("text",), "label")
    assert [(one.line, one.fields["text"]) for one in found] == [(1, "a"), (2, "b"), (3, "c"), (4, "LAST")]


@pytest.mark.parametrize(
    ("last", "told"),
    [("null", "5:1: 'text'"), ("d, id: 1", "5:1: the id '1' is here twice in language en\n  first in .*:4:")],
)
def test_a_mistake_in_a_row_of_a_suite_is_told_with_its_line(load: Callable[..., Suite], last: str, told: str) -> None:
    suite = load(("{path: d.jsonl, languages: [en, no]}", ROWS_HERE.replace("LAST", last)))
    with pytest.raises(InputError, match=told):
        read_examples(suite.datasets["reviews"], ("text",), "label")


def test_min_nan_chinese_is_a_language_and_not_a_number(load: Callable[..., Suite]) -> None:
    assert load(("[en, no]", "[en, nan]")).datasets["reviews"].languages == ("en", "nan")


MISTAKES = {
    "unknown key": (
        ("expect: inv", "expekt: inv"),
        r"s\.robust\.yaml:6:5: unknown key 'expekt'\n  did you mean 'expect'\?",
    ),
    "unknown key above": (("checks:", "chekcs:"), r":5:1: unknown key 'chekcs'\n  did you mean 'checks'\?"),
    "unknown key of a dataset": (("path: d", "paht: d"), r":4:13: unknown key 'paht'\n  did you mean 'path'\?"),
    "unknown key that is like none of many": (
        ('predict"}', 'predict", warmth: 0}'),
        r":2:34: unknown key 'warmth'\n  known: at_once, .*, key_env, .*, settings, ",
    ),
    "a key of another part": (
        ("    gates: [c", "    replicates: 3\n    gates: [c"),
        r":8:5: unknown key 'replicates'\n  it stands in `model:`",
    ),
    "a key of the whole suite": (
        ("    gates: [c", "    max_errors: 0.1\n    gates: [c"),
        r":8:5: unknown key 'max_errors'\n  it stands by itself, with nothing before `max_errors:` in its line",
    ),
    "missing key": (("checks:", "chekcs:"), r"the key 'checks' is missing"),
    "unknown perturbation": (
        ("typos.swap", "typos.swpa"),
        r":7:21: unknown perturbation 'typos\.swpa'\n  did you mean 'typos\.swap'\?",
    ),
    "a name that no id can hold": (
        ("  reviews:", "  März 24:"),
        r":4:3: 'März 24' cannot stand in a cell's id\n  write letters from A to Z, digits, dots, `_` and `-`",
    ),
    "no language at all": (("[en, no]", "[]"), r":4:28: \[\]: expected 1 or more"),
    "unknown task": (
        ("text-class", "txt-class"),
        r":1:1: 'txt-classification': there is no such choice\n  did you mean 'text-cl",
    ),
    "a number for a text": (
        ('predict"}', 'predict", version: 1}'),
        r":2:34: 1: input should be a valid string\n  put it between quotes",
    ),
    "wrong type": (("[typos.swap]", "typos.swap"), r":7:5: 'typos\.swap': expected a list\n  write `\[typos\.swap\]`"),
    "a word for a model": (
        ('{python: "model:predict"}', "model:predict"),
        r":2:1: .* expected keys and values\n  write `\{python: model:predict\}`",
    ),
    "no function": (
        ("model:predict", "model.predict"),
        r":2:9: 'model\.predict' names no function\n  write `module:function`",
    ),
    "severity": (("[typos.swap]", "[typos.swap@9]"), r":7:21: 'typos\.swap@9': severity 9, expected 1 to 5"),
    "a severity of what has only one": (
        ("[typos.swap]", "[case.upper@3]"),
        r":7:21: case\.upper has one severity, and not 3\n  write 'case\.upper'",
    ),
    "missing file": (("d.jsonl", "e.jsonl"), r":4:13: no file 'e\.jsonl' here"),
    "bad gate": (("consistency >=", "consistency >"), r":8:13: 'consistency > 0\.9' is no gate"),
    "unknown measure": (
        ("consistency >=", "consistancy >="),
        r":8:13: unknown measure 'consistancy' .*\n  did you mean 'consistency'\?",
    ),
    "bound in percent": ((">= 0.9", ">= 90"), r":8:13: the bound 90 lies outside \[0, 1\]"),
    "errors in percent": (
        ("task:", "max_errors: 5\ntask:"),
        r":1:1: 5 is no share of a cell's cases\n  write 0\.01 for one",
    ),
    "errors as a per cent": (
        ("task:", "max_errors: 1%\ntask:"),
        r":1:1: '1%': expected a number\n  a per cent is 0\.01",
    ),
    "a mark of one model among none": (
        ("task:", "marks: [{cells: 'big::*', xfail: weak}]\ntask:"),
        r":1:10: unknown model 'big'\n  the suite has no `models:`: take out `big::`",
    ),
    "a gate at 1": (
        (">= 0.9", ">= 1"),
        r":8:13: no number of examples can prove consistency >= 1\n  write `consistency >= 0\.99`, or `on_inconclusive: p",
    ),
    "a gate at 0": (("consistency >= 0.9", "flip rate <= 0"), r":8:13: no number .*\n  write `flip rate <= 0\.01`"),
    "a gap of 0": (
        ("consistency >= 0.9", "language gap <= 0"),
        r":8:13: no number .*\n  write `language gap <= 0\.01`",
    ),
    "a gap the wrong way round": (
        ("consistency >= 0.9", "accuracy drop >= 0.05"),
        r":8:13: 'accuracy drop >= 0\.05': a gate on a gap or a drop needs an upper bound\n  write `accuracy drop <= 0\.05`",
    ),
    "columns the wrong way round": (
        (", languages: [en, no]", ", languages: [en, no], columns: {Review: text}"),
        r":4:\d+: unknown column 'Review'\n  our name comes first: `text: Review`",
    ),
    "bad tag": (("[en, no]", "[english]"), r":4:28: 'english' is no language tag"),
    "language twice": (("[en, no]", "[en, en]"), r"a language is named twice"),
    "language twice in two spellings": (("[en, no]", "[en-US, en-us]"), r"a language is named twice"),
    "no language": ((", languages: [en, no]", ""), r":4:3: say the language"),
    "two models": (("{python:", "{extractive: builtin, python:"), r":2:1: 2 kinds of model"),
    "time-out of 0": ((':predict"}', ':predict", timeout: 0}'), r":2:34: 0: input should be greater than 0"),
    "time-out of ours": (
        ('python: "model:predict"', "encoder: builtin, timeout: 9"),
        r":2:27: only `python:` or `endpoint:` has",
    ),
    "nothing to perturb": (
        ("    perturbations: [typos.swap]\n", ""),
        r":6:5: a check of invariance needs perturbations",
    ),
    "a glob of nothing": (("typos.swap", "typoes.*"), r":7:21: no perturbation matches 'typoes\.\*'"),
    "a direction of what preserves meaning": (
        ("semantics.negate", "case.upper | typos.swap"),
        r":10:21: case\.upper \| typos\.swap@2 preserves meaning: that is no check of direction\n  write `expect: invariance`",
    ),
    "an invariance to what alters it": (
        ("typos.swap", "typos.swap | semantics.negate"),
        r":7:21: typos\.swap@2 \| semantics\.negate alters polarity: that is no check of invariance"
        r"\n  write `expect: direction`, or `ignores: \[polarity\]` if no answer depends on that",
    ),
    "a direction of what is ignored": (
        ("[semantics.negate]", "[semantics.negate]\n    ignores: [polarity]"),
        r":10:21: semantics\.negate alters polarity: that is no check of direction\n  write `expect: invariance`",
    ),
    "ignoring what nothing alters": (
        ("[semantics.negate]", "[semantics.negate]\n    ignores: [number]"),
        r":11:15: no perturbation of this check alters 'number'\n  they alter: polarity",
    ),
    "an exception of nothing": (
        ("[typos.swap]", "[typos.s*]\n    except: [typos.delete, typos.swop]"),
        r":8:14: the check has no 'typos\.delete' to leave out\n  known: typos\.spacing, typos\.swap\n"
        r".*:8:28: unknown perturbation 'typos\.swop'\n  did you mean 'typos\.swap'\?",
    ),
    "an exception of another severity": (
        ("[typos.swap]", "[typos.swap]\n    except: [typos.swap@3]"),
        r":8:14: the check has no 'typos\.swap@3' to leave out\n  did you mean 'typos\.swap'\?",
    ),
    "an exception of everything": (
        ("[typos.swap]", "[typos.s*]\n    except: [typos.swap, typos.*]"),
        r":8:5: no perturbation is left of the check\n  leave out fewer of them",
    ),
    "an exception of a family that there is not": (
        ("[typos.swap]", "[typos.*]\n    except: [ocr.*]"),
        r":8:14: no perturbation matches 'ocr\.\*'\n  did you mean 'characters\.ocr'\?",
    ),
    "an exception that is no list": (
        ("[typos.swap]", "[typos.*]\n    except: typos.swap"),
        r":8:5: 'typos\.swap': expected a list\n  write `\[typos\.swap\]`",
    ),
    "an exception in a reference check": (
        ("direction\n    perturbations: [semantics.negate]", "reference\n    except: [semantics.negate]"),
        r":9:5: a reference check perturbs nothing\n  take out `except`, or expect invariance",
    ),
    "unknown dataset": (
        ("    gates:", "    datasets: [review]\n    gates:"),
        r":8:16: unknown dataset 'review'\n  did you mean 'reviews'\?",
    ),
    "unknown check language": (
        ("    gates:", "    languages: [fr]\n    gates:"),
        r":8:17: unknown language 'fr'\n  known: en, no",
    ),
    "unknown agreement": (
        ("    gates:", "    agreement: rouge\n    gates:"),
        r"unknown agreement 'rouge'\n  known: equality, labs",
    ),
    "bad reference language": (
        ("languages: [en, no]", "languages: [en, no], reference_language: German"),
        r":4:49: 'German' is no language tag",
    ),
}


@pytest.mark.parametrize(("replacement", "message"), list(MISTAKES.values()), ids=list(MISTAKES))
def test_a_mistake_is_told_with_its_place_and_its_cure(
    load: Callable[..., Suite], replacement: tuple[str, str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        load(replacement)


@pytest.mark.parametrize("gate", ["accuracy drop <= 0", "kappa <= 0", "consistency >= 0", "flip rate <= 1"])
def test_a_gate_at_an_end_that_can_be_met_loads(load: Callable[..., Suite], gate: str) -> None:
    assert [str(one) for one in load(("consistency >= 0.9", gate)).checks[0].gates] == [gate]


def test_a_gate_at_one_loads_where_what_is_undecided_passes(load: Callable[..., Suite]) -> None:
    suite = load((">= 0.9", ">= 1"), ("task:", "on_inconclusive: pass\ntask:"))
    assert str(suite.checks[0].gates[0]) == "consistency >= 1"


def places(error: InputError) -> list[int]:
    return [complaint.place.line for complaint in error.complaints]


def test_all_mistakes_of_the_grammar_are_told_at_once_in_file_order(load: Callable[..., Suite]) -> None:
    with pytest.raises(InputError) as caught:
        load(("task: text-", "task: txt-"), ("[en, no]", "[English]"), ("expect: dir", "expect: no-dir"))
    assert places(caught.value) == [1, 4, 9]


def test_all_names_that_are_unknown_are_told_at_once_in_file_order(load: Callable[..., Suite]) -> None:
    with pytest.raises(InputError) as caught:
        load(("d.jsonl", "e.jsonl"), ("semantics.neg", "semantic.neg"), ("typos.swap", "typo.swap"), (">= 0.9", ">= 2"))
    assert places(caught.value) == [4, 7, 8, 10]
    assert str(caught.value).count("s.robust.yaml:") == 4


def test_a_mistake_of_a_measure_leaves_those_of_the_model_at_their_place(load: Callable[..., Suite]) -> None:
    measure = '\nmeasures:\n  accuracy: {python: "m:own"}'
    with pytest.raises(InputError) as caught:
        load(('predict"}', 'predict", range: [0, 1]}' + measure))
    assert [(one.place.line, one.place.column, one.what) for one in caught.value.complaints] == [
        (2, 34, "text-classification has no range"),
        (4, 3, "there is a measure 'accuracy' already"),
    ]


def test_what_is_meant_is_looked_for_of_the_first_mistakes_alone(
    load: Callable[..., Suite], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def noted(key: str, known: Sequence[str]) -> str:
        looked.append(key)
        return suggest(key, known)

    monkeypatch.setattr("albert_robust.documents.explaining.suggest", noted)
    keys = "".join(f"k{number}: 1\n" for number in range(3000))
    with pytest.raises(InputError, match=r"here begin 2,950 more mistakes") as told:
        load(("task: ", f"{keys}task: "))
    assert len(told.value.complaints) == 3000
    assert looked == [f"k{number}" for number in range(50)]


def test_a_gate_of_very_many_blanks_is_read_at_once(load: Callable[..., Suite]) -> None:
    begun = time.monotonic()
    with pytest.raises(InputError, match=r"is no gate"):
        load(("consistency >= 0.9", f"a{' ' * 200_000}b"))
    assert time.monotonic() - begun < 20  # it took minutes


@pytest.mark.parametrize("name", ["x" * 300, "loop"], ids=["too long", "a link to itself"])
@pytest.mark.parametrize(
    ("old", "new", "place"),
    [("d.jsonl", "{}", "4:13"), ('python: "model:predict"', "finetuned: {}", "2:9")],
    ids=["data", "training data"],
)
def test_a_name_that_leads_to_no_file_is_told(
    load: Callable[..., Suite], tmp_path: Path, name: str, old: str, new: str, place: str
) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(InputError, match=f"{place}: no file '{name}' here"):
        load((old, new.format(name)))


def test_a_name_of_an_encoder_may_be_too_long_for_a_folder(load: Callable[..., Suite]) -> None:
    assert load(("task:", f"encoder: {'x' * 300}\ntask:")).encoder == "x" * 300


def test_two_checks_with_cells_of_one_name_are_told(load: Callable[..., Suite]) -> None:
    suite = load(("semantics.negate", "typos.swap"), ("expect: direction", "expect: invariance"))
    with pytest.raises(
        InputError, match=r"yaml:9:5: two checks give the cell 'reviews/typos\.swap@2\[en\]'\n  give one"
    ):
        plan(suite)


def test_a_name_tells_two_checks_apart(load: Callable[..., Suite]) -> None:
    suite = load(("semantics.negate", "typos.swap"), ("- expect: direction", "- name: second\n    expect: invariance"))
    assert [cell.id for cell in plan(suite).cells][2] == "second/reviews/typos.swap@2[en]"


def test_severities_multiply_names_that_do_not_say_theirs(load: Callable[..., Suite]) -> None:
    suite = load(("[typos.swap]", "[typos.swap, typos.delete@5]\n    severities: [1, 3]"))
    assert [str(spec) for spec in suite.checks[0].specs] == ["typos.swap@1", "typos.swap@3", "typos.delete@5"]


def test_cell_ids_are_ascii_and_hold_no_blanks(load: Callable[..., Suite]) -> None:
    ids = [cell.id for cell in plan(load(("[typos.swap]", '["typos.swap@1 | case.lower", "typos.*"]'))).cells]
    assert "reviews/typos.swap@1+case.lower[en]" in ids
    assert all(name.isascii() and " " not in name for name in ids)


def test_a_seed_from_outside_wins(write: Callable[..., Path]) -> None:
    path = write(d_dot_jsonl=ROWS, s_dot_robust_dot_yaml=GOOD + "seed: 3\n")
    assert [load_suite(path).seed, load_suite(path, seed=0).seed] == [3, 0]


def test_a_pack_beside_the_suite_is_opened(write: Callable[..., Path], load: Callable[..., Suite]) -> None:
    write(
        perturbations__own_dot_py="from albert_robust import perturbation\n\n"
        '@perturbation("own.one", preserves="meaning")\ndef one(text, rng, severity):\n    return text\n'
    )
    assert str(load(("typos.swap", "own.one")).checks[0].specs[0]) == "own.one@2"


THREE = """
from albert_robust import perturbation

@perturbation("own.three", preserves="meaning", severities=3)
def three(text, rng, severity):
    return text
"""


@pytest.mark.parametrize(
    "written", ["[own.three@5]", "[own.*@5]", "[own.three]\n    severities: [1, 5]", "[own.*]\n    severities: [5]"]
)
def test_a_severity_that_a_perturbation_does_not_have_is_told_at_its_place(
    write: Callable[..., Path], load: Callable[..., Suite], written: str
) -> None:
    write(perturbations__own_dot_py=THREE)
    with pytest.raises(InputError, match=r"^\S+:7:21: own\.three has severities 1 to 3, and not 5$"):
        load(("[typos.swap]", written))


def test_what_has_one_severity_stands_once_in_a_check_of_several(load: Callable[..., Suite]) -> None:
    suite = load(("[typos.swap]", "[case.upper, case.lower@1, typos.swap]\n    severities: [1, 5]"))
    specs = [str(spec) for spec in suite.checks[0].specs]
    assert specs == ["case.upper", "case.lower", "typos.swap@1", "typos.swap@5"]


def test_mistakes_of_the_grammar_and_unknown_perturbations_are_told_together(load: Callable[..., Suite]) -> None:
    with pytest.raises(InputError) as caught:
        load(("[typos.swap]", "[typos.swop]\n    except: [typos.spaces]"), ("expect: dir", "expect: no-dir"))
    assert places(caught.value) == [7, 8, 10]
    assert "unknown perturbation 'typos.swop'" in str(caught.value)


TRANSLATION = """\
task: translation
model: {{python: "model:predict"}}
datasets:
  news: {{path: d.jsonl, languages: [en, no]{more}}}
checks:
  - {{expect: reference, gates: [labs >= 0.5, labs source >= 0.5, chrf >= 0.5, bleu >= 0.2]}}
"""


def test_a_translation_says_the_language_that_it_is_into(write: Callable[..., Path]) -> None:
    suite = load_suite(
        write(d_dot_jsonl=ROWS, s_dot_robust_dot_yaml=TRANSLATION.format(more=", reference_language: de"))
    )
    assert suite.datasets["news"].reference_language == "de"


def test_one_that_does_not_is_told(write: Callable[..., Path]) -> None:
    what = r"yaml:4:3: the dataset 'news' does not say the language of its translations\n  add `reference_language: de`"
    with pytest.raises(InputError, match=what):
        load_suite(write(d_dot_jsonl=ROWS, s_dot_robust_dot_yaml=TRANSLATION.format(more="")))


def test_the_references_of_other_tasks_are_in_the_rows_languages(load: Callable[..., Suite]) -> None:
    assert load().datasets["reviews"].reference_language == ""


def test_no_model_of_ours_learns_to_translate(write: Callable[..., Path]) -> None:
    text = TRANSLATION.format(more=", reference_language: de").replace('python: "model:predict"', "finetuned: d.jsonl")
    with pytest.raises(
        InputError, match=r"yaml:2:9: a fine-tuned model cannot do translation here\n  use `transformers:`"
    ):
        load_suite(write(d_dot_jsonl=ROWS, s_dot_robust_dot_yaml=text))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seed": "x"}, "^seed: 'x', expected a whole number$"),
        ({"seed": 1.5}, r"^seed: 1\.5, expected a whole number$"),
        ({"packs": "mine"}, "^packs: expected a list of folders$"),
        ({"packs": ["nowhere"]}, "^packs: there is no folder 'nowhere'$"),
    ],
)
def test_what_is_no_seed_and_no_folder_is_told(write: Callable[..., Path], given: dict[str, Any], message: str) -> None:
    path = write(d_dot_jsonl=ROWS, s_dot_robust_dot_yaml=GOOD)
    with pytest.raises(UsageError, match=message):
        load_suite(path, **given)


def test_a_root_may_be_written_as_text_and_its_perturbations_are_known(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    write(perturbations__own_dot_py=OWN, suites__d_dot_jsonl=ROWS)
    path = write(suites__s_dot_robust_dot_yaml=GOOD.replace("typos.swap", "own.shout"))
    assert load_suite(path, root=str(tmp_path)).name == "suites/s"
