"""The Python door: the same steps as pytest takes, and strategies for Hypothesis."""

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from door_suites import loaded_by, rows, run, verdicts, write_suite
from hypothesis import find, given, settings
from hypothesis import strategies as st

import albert_robust
from albert_robust import api, errors, load_suite, metrics, perturb, score
from albert_robust.errors import InputError, MissingExtraError, UsageError
from albert_robust.handwritten import Robust
from albert_robust.laws import assert_laws
from albert_robust.report.render import render_json
from albert_robust.running.plan import plan
from albert_robust.scoring.scorer import Scorer
from albert_robust.strategies import variants
from albert_robust.text import Text

OWN = """
from albert_robust import perturbation

@perturbation("own.shout", preserves="meaning")
def shout(text, rng, severity):
    return text.rewrite(str(text).upper())
"""
SENTENCE = "the weather in town was lovely"


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    for name in albert_robust.__all__:
        assert getattr(albert_robust, name).__doc__, name


def test_the_package_lists_its_public_names_alone() -> None:
    assert dir(albert_robust) == sorted([*albert_robust.__all__, "__version__"])


def test_a_name_that_is_none_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'pertub'"):
        albert_robust.pertub  # noqa: B018


def test_importing_the_package_loads_nothing_heavy(tmp_path: Path) -> None:
    assert loaded_by(tmp_path, "import albert_robust, albert_robust.plugin")[0] == set()
    assert (
        "torch"
        not in loaded_by(tmp_path, "from albert_robust import Scorer, compare, load_suite, perturb, run, score")[0]
    )


def test_a_run_from_python_has_the_verdicts_of_a_run_through_pytest(pytester: pytest.Pytester) -> None:
    suite = load_suite(write_suite(pytester.path))
    made = api.run(suite, workspace=pytester.path / "workspace")
    run(pytester)
    assert {cell.cell: cell.verdict for cell in made.cells} == verdicts(pytester.path)
    assert len(list(made.outcomes)) == 24
    answer = json.loads(render_json(made))["answer"]
    assert made.answer == answer
    assert repr(made) == f"<Run: 1 failed, 1 passed; answer {answer}>"
    assert repr(suite) == "<Suite suite: text-classification on data; checks: 1>"


def test_a_suite_s_path_may_be_a_string(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_suite(pytester.path)
    monkeypatch.chdir(pytester.path)
    assert load_suite(path.name).name == load_suite(path).name == "suite"


def test_what_a_mark_skips_is_neither_asked_nor_judged(pytester: pytest.Pytester) -> None:
    marks = "marks:\n  - {cells: '*swap*', skip: 'too slow'}\n  - {cells: '*gap', skip: 'apart by nature'}\n"
    languages = [*rows(), *rows(language="de")]
    gate = "consistency >= 0.1, language gap <= 0.5"
    suite = load_suite(write_suite(pytester.path, gate=gate, languages="en, de", examples=languages, extra=marks))
    made = api.run(suite, workspace=pytester.path / "workspace")
    run(pytester)
    assert (
        {cell.cell for cell in made.cells}
        == set(verdicts(pytester.path))
        == {
            "data/case.upper[en]",
            "data/case.upper[de]",
        }
    )
    assert {one.cell for one in made.outcomes} == {cell.cell for cell in made.cells}


def test_a_suite_that_cannot_be_run_raises(tmp_path: Path) -> None:
    suite = load_suite(write_suite(tmp_path, model=""))
    with pytest.raises(InputError, match="model has no function 'predict'"):
        api.run(suite, workspace=tmp_path / "workspace")


def test_perturb_gives_n_variants_a_text_each_with_its_edits() -> None:
    found = perturb([SENTENCE, ""], "typos.swap@3", language="en", n=3)
    assert [len(row) for row in found] == [3, 3]
    assert {variant.status for variant in found[0]} == {"tested"}
    assert {variant.status for variant in found[1]} == {"unchanged"}
    one = found[0][0]
    assert str(Text.of(SENTENCE, "en")) == one.source
    assert all(sorted(edit.replacement) == sorted(SENTENCE[edit.start : edit.end]) for edit in one.edits)


def test_a_variant_is_written_as_its_text() -> None:
    [[variant]] = perturb([SENTENCE], "case.upper", language="en")
    assert f"{variant}" == variant.text == SENTENCE.upper()


def test_the_variants_of_a_text_do_not_depend_on_its_neighbours() -> None:
    assert perturb([SENTENCE, "one"], "typos.swap")[0] == perturb([SENTENCE, "two"], "typos.swap")[0]


def test_a_perturbation_that_does_not_apply_says_so() -> None:
    [[variant]] = perturb(["天气很好"], "case.upper", language="zh")
    assert (variant.text, variant.status) == ("天气很好", "not applicable")


def test_texts_may_come_one_by_one() -> None:
    assert perturb((text for text in [SENTENCE]), "case.upper", language="en") == perturb(
        [SENTENCE], "case.upper", language="en"
    )


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (SENTENCE, "texts: expected a list of texts, got str"),
        (None, "texts: expected a list of texts, got NoneType"),
        ({SENTENCE}, "texts: expected a list of texts, got set"),
        ([SENTENCE, 3], r"texts\[1\]: expected a text, got 3"),
        (pd.Series([None, SENTENCE]), r"texts\[0\]: expected a text, got (None|nan)"),
        (np.array([[SENTENCE]]), r"texts\[0\]: expected a text, got \['the weather"),
    ],
    ids=["string", "none", "set", "number", "missing", "array of two axes"],
)
def test_texts_that_are_no_list_of_texts_are_told(texts: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        perturb(texts, "typos.swap")


def check_by_hand(texts: Any) -> object:
    return Robust("test").check(lambda batch: ["a"] * len(batch), texts, "typos.swap", language="en")


READERS: dict[str, Callable[[Any], object]] = {
    "perturb": lambda texts: perturb(texts, "typos.swap"),
    "check": check_by_hand,
    "score": lambda texts: score(texts, texts),
    "languages": lambda texts: score([SENTENCE], [SENTENCE], languages=texts),
    "references": lambda texts: score([SENTENCE], texts),
    "raw score": lambda texts: score(texts, texts, raw=True),
    "similarity": lambda texts: metrics.similarity(texts, texts, languages="en"),
    "entities": lambda texts: metrics.token_classification([[]], [[]], texts),
}


@pytest.mark.parametrize("table", [pd.DataFrame({"text": [SENTENCE]}), {"text": [SENTENCE]}], ids=["frame", "mapping"])
@pytest.mark.parametrize("read", READERS.values(), ids=list(READERS))
def test_a_table_is_no_list_of_texts_and_the_names_of_its_columns_are_no_texts(
    read: Callable[[Any], object], table: Any
) -> None:
    message = r'expected a list of texts, got (DataFrame|dict): write one of its columns, such as frame\["text"\]$'
    with pytest.raises(UsageError, match=message):
        read(table)
    with pytest.raises(UsageError, match=r"^text: expected a text, got (DataFrame|dict)$"):
        variants(table, "typos.swap")


def test_vectors_are_of_a_list_of_texts(tiny_scorer: Scorer) -> None:
    for vectors in (tiny_scorer.vectors, tiny_scorer.token_vectors):
        with pytest.raises(UsageError, match=r"got dict: write one of its columns"):
            vectors({"text": [SENTENCE]})  # type: ignore[arg-type]  # what a user does


def test_a_column_of_a_data_frame_is_a_list_of_texts() -> None:
    frame = pd.DataFrame({"text": [SENTENCE, "one"]})
    assert perturb(frame["text"], "typos.swap") == perturb([SENTENCE, "one"], "typos.swap")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"language": None}, "None is no language tag"),
        ({"seed": 1.5}, "seed: 1.5, expected a whole number"),
        ({"n": "2"}, "n: '2', expected a whole number"),
        ({"packs": "perturbations"}, "packs: expected a list of folders"),
    ],
    ids=str,
)
def test_an_argument_of_another_type_is_told(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        perturb([SENTENCE], "typos.swap", **wrong)


def test_numbers_of_numpy_are_numbers() -> None:
    seed, n = np.int64(7), np.int32(2)
    assert perturb([SENTENCE], "typos.swap", seed=seed, n=n) == perturb([SENTENCE], "typos.swap", seed=7, n=2)


@pytest.mark.parametrize("wrong", [None, [3]])
def test_what_is_no_suite_is_told(tmp_path: Path, wrong: Any) -> None:
    with pytest.raises(UsageError, match=r"expected a suite, its file or a dictionary, got (None|3)"):
        api.run(wrong, workspace=str(tmp_path))


def test_a_suite_may_be_named_by_its_file_and_its_report_drawn(pytester: pytest.Pytester) -> None:
    made = albert_robust.run(str(write_suite(pytester.path)), workspace=pytester.path / "workspace")
    page = albert_robust.write_report(made, pytester.path / "drawn")
    assert page == pytester.path / "drawn" / "index.html"
    kept = albert_robust.open_run(pytester.path / "drawn")
    assert [cell.cell for cell in kept.cells] == [cell.cell for cell in made.cells]


def test_two_suites_of_one_name_are_no_run(tmp_path: Path) -> None:
    suites = [load_suite(write_suite(tmp_path / name)) for name in ("one", "two")]
    with pytest.raises(
        UsageError, match="two suites are called 'suite': load them with `root=`, the folder above both"
    ):
        api.run(suites, workspace=tmp_path / "workspace")
    named = [load_suite(suite.path, root=tmp_path) for suite in suites]
    assert {cell.suite for cell in api.run(named, workspace=tmp_path / "workspace").cells} == {"one/suite", "two/suite"}


def test_all_that_is_wrong_with_several_suites_is_told_and_the_cache_is_closed(tmp_path: Path) -> None:
    suites = [load_suite(write_suite(tmp_path, model="", name=name)) for name in ("one", "two")]
    with pytest.raises(InputError) as caught:
        api.run(suites, workspace=tmp_path / "workspace")
    assert str(caught.value).count("model has no function 'predict'") == 2
    (tmp_path / "workspace" / "cache.sqlite").rename(tmp_path / "moved")


def test_a_text_can_be_sent_to_another_process() -> None:
    text = Text.of(SENTENCE, "en").replace(0, 3, "a", "article")
    assert pickle.loads(pickle.dumps(text)) == text  # noqa: S301  # our own


def test_a_suite_can_be_sent_to_another_process(tmp_path: Path) -> None:
    pack = tmp_path / "perturbations"
    pack.mkdir()
    (pack / "own.py").write_text(OWN)
    suite = load_suite(write_suite(tmp_path, "own.shout, typos.swap"))
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        sent = pool.submit(plan, suite).result()
    assert [cell.id for cell in sent.cells] == ["data/own.shout@2[en]", "data/typos.swap@2[en]"]
    assert sent.suite.registry == suite.registry


@given(data=st.data())
@settings(max_examples=25)
def test_a_strategy_draws_variants_of_a_text(data: st.DataObject) -> None:
    drawn = data.draw(variants(SENTENCE, "typos.*", language="en"))
    assert drawn.source == SENTENCE
    assert abs(len(drawn) - len(SENTENCE)) <= 5


@given(data=st.data())
@settings(max_examples=3)
def test_a_strategy_draws_from_packs_that_are_named(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    pack = tmp_path_factory.mktemp("there") / "perturbations"
    pack.mkdir()
    (pack / "own.py").write_text(OWN)
    assert str(data.draw(variants("a", "own.shout", language="en", packs=[pack]))) == "A"


def test_hypothesis_finds_the_variant_that_breaks_a_property() -> None:
    found = find(variants(SENTENCE, "typos.*", language="en"), lambda text: "lovely" not in str(text))
    assert len(found.edits) == 1
    assert SENTENCE.startswith("the weather in town was ") == str(found).startswith("the weather in town was ")


@pytest.mark.parametrize("spec", ["typos.swop", "case.upper"])
def test_a_strategy_of_nothing_is_told(spec: str) -> None:
    with pytest.raises(ValueError, match=spec):
        variants("天气很好", spec, language="zh")


def test_the_message_of_an_unknown_perturbation_says_where_packs_are_looked_for() -> None:
    message = (
        r"unknown perturbation 'own\.shout'\n(.|\n)*beside test_api\.py .* name other folders by packs=\[\.\.\.\]$"
    )
    for find_it in (partial(variants, "a"), assert_laws):
        with pytest.raises(UsageError, match=message):
            find_it("own.shout")


def test_a_variant_that_needs_a_missing_module_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "find_spec", lambda module: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'albert-robust\[nlpaug\]'"):
        find(variants(SENTENCE, "paraphrase.reserved", language="en"), lambda text: True)


MODULES = """
import sys
import albert_robust as a
print("albert_robust.metrics" in sys.modules, a.laws.__name__, a.metrics.__name__, a.strategies.__name__)
"""


def test_laws_metrics_and_strategies_are_imported_when_they_are_named() -> None:
    done = subprocess.run([sys.executable, "-c", MODULES], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "albert_robust.laws", "albert_robust.metrics", "albert_robust.strategies"]
