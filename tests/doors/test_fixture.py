"""The fixture `robust` gives hand-written tests the checks of a suite."""

from functools import partial
from typing import Any

import pytest
from door_suites import run

from albert_robust.asking.workspace import Function
from albert_robust.errors import UsageError
from albert_robust.handwritten import Robust

TEXTS = [f"the weather in our town {number} was lovely" for number in range(40)]


def calm(batch: list[dict[str, str]]) -> list[str]:
    return ["calm" for _ in batch]


def loud(batch: list[dict[str, str]]) -> list[str]:
    return ["loud" if one["text"].isupper() else "calm" for one in batch]


def test_the_variants_of_a_text_are_those_of_perturb(robust: Robust) -> None:
    one, two = robust.variants("the weather was lovely", "typos.swap", language="en", n=2)
    assert (one.source, one.status) == ("the weather was lovely", "tested")
    assert sorted(one.text) == sorted(two.text) == sorted(one.source)


def far(batch: list[dict[str, str]]) -> list[str]:
    return ["far" if any(figure in one["text"] for figure in "6789") else "near" for one in batch]


def shaken(batch: list[dict[str, str]]) -> list[object]:
    """Each word that is lost costs a fifth of the probability."""
    shares = [0.3 + len({"weather", "town", "lovely"} & set(one["text"].split())) / 5 for one in batch]
    return [{"label": "fine" if p > 0.5 else "foul", "scores": {"fine": p, "foul": 1 - p}} for p in shares]


def test_a_model_that_keeps_its_answers_passes(robust: Robust, recwarn: pytest.WarningsRecorder) -> None:
    records = robust.check(far, TEXTS, "typos.*", language="en")
    assert not [one for one in recwarn if one.category is UserWarning]
    assert {record.verdict for record in records} == {"passed"}
    assert "typos.swap@2" in {record.perturbation for record in records}


def test_the_worst_variant_of_many_is_found(robust: Robust) -> None:
    (found,) = robust.check(
        shaken, TEXTS, "case.lower | typos.delete@1", language="en", worst_of=64, gate="consistency <= 0.2"
    )
    assert found.verdict == "passed"
    with pytest.warns(UserWarning, match="every text and variant got the answer 'fine'"):
        (first,) = robust.check(shaken, TEXTS, "case.lower | typos.delete@1", language="en", gate="consistency >= 0.8")
    assert first.verdict == "passed"


def test_a_failing_check_shows_the_worst_cases_and_the_command_of_its_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def loud(batch):
            return ["loud" if one["text"].isupper() else "calm" for one in batch]

        def test_volume(robust):
            robust.check(loud, ["it is so"] * 40, "case.upper", language="en")
        """
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    expected = [
        "E * invariance case.upper [[]en]: consistency 0.00 [[]0.00, 0.0?], gate >= 0.90",
        "E * text * [[]-it-]{+IT+} [[]-is-]{+IS+} [[]-so-]{+SO+}",
        "E * variant * -> loud",
        'E * again: pytest "*.py::test_volume"',
    ]
    result.stdout.fnmatch_lines(expected)
    result.stdout.no_fnmatch_line("*handwritten.py*")  # our own lines say nothing of the model


def test_perturbations_beside_the_test_are_found_wherever_pytest_runs(pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("checks")
    (folder / "perturbations").mkdir()
    (folder / "perturbations" / "own.py").write_text(
        "from albert_robust import Example, perturbation\n"
        "@perturbation('own.stop', preserves='meaning', severities=1, examples=[Example('a', 'a.')])\n"
        "def stop(text, rng, severity):\n"
        "    'Add a full stop.'\n"
        "    return text.replace(len(text), len(text), '.', 'stop')\n"
    )
    (folder / "test_own.py").write_text(
        "from hypothesis import given\n"
        "from albert_robust import laws, strategies\n"
        "@given(strategies.variants('It is so', 'own.stop', language='en'))\n"
        "def test_a_strategy(variant):\n"
        "    assert str(variant) == 'It is so.'\n"
        "def test_the_laws():\n"
        "    laws.assert_laws('own.stop')\n"
        "def test_own(robust):\n"
        "    assert robust.variants('It is so', 'own.stop', language='en')[0].text == 'It is so.'\n"
        "    robust.check(lambda batch: [one['text'][:4] for one in batch], ['It is', 'So it'] * 20, 'own.stop', language='en')\n"
    )
    run(pytester, "checks").assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("spec", "language", "reason"),
    [
        ("case.upper", "zh", "case.upper does not work in zh"),
        ("case.lower", "en", "0 of 40 cases could be tested, fewer than 1: 40 unchanged"),
    ],
)
def test_a_check_that_tests_nothing_is_no_pass(robust: Robust, spec: str, language: str, reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        robust.check(calm, TEXTS, spec, language=language)


def test_other_tasks_of_one_text_are_checked_too(robust: Robust) -> None:
    def names(batch: list[dict[str, str]]) -> list[object]:
        return [[{"text": word, "label": "NUM"} for word in one["text"].split() if word.isdigit()] for one in batch]

    def answers(batch: list[dict[str, str]]) -> list[str]:
        return ["a song" if one["prompt"].islower() else "A SONG" for one in batch]

    (record,) = robust.check(names, TEXTS, "case.upper", language="en", task="token-classification")
    assert (record.verdict, record.definitions) == ("passed", {"consistency": "entity f1"})
    with pytest.raises(AssertionError, match=r"invariance case\.upper"):
        robust.check(answers, TEXTS, "case.upper", language="en", task="text-generation")
    with pytest.raises(
        UsageError, match=r"'text-regression' is no task that a test by hand can check: a suite does all\n  "
    ):
        robust.check(answers, TEXTS, "case.upper", language="en", task="text-regression")


def test_a_translation_is_checked_in_the_language_that_it_is_said_to_be_in(robust: Robust) -> None:
    def translate(batch: list[dict[str, str]]) -> list[str]:
        return [f"es ist {len(one['source'])}" for one in batch]

    check = partial(robust.check, translate, TEXTS, "case.upper", language="en", task="translation")
    (record,) = check(reference_language="de")
    assert (record.verdict, record.definitions["consistency"].split(",")[0]) == ("passed", "labs")
    with pytest.raises(
        UsageError, match="does not say the language of its translations\n  add `reference_language: de`"
    ):
        check()


def test_one_answer_to_all_of_many_texts_is_a_warning(robust: Robust) -> None:
    with pytest.warns(
        UserWarning, match="every text and variant got the answer 'calm', as of a model that ignores its input"
    ):
        robust.check(calm, TEXTS, "typos.swap", language="en")


def test_one_answer_to_all_is_a_warning_also_where_it_is_what_the_answers_should_become(robust: Robust) -> None:
    texts = [f"The weather in town {number} was good." for number in range(60)]
    check = partial(robust.check, calm, texts, "semantics.negate", language="en", expect="direction")
    with pytest.warns(UserWarning, match="every text and variant got the answer 'calm'"):
        (record,) = check(becomes="calm")
    assert record.verdict == "passed"


def test_one_label_to_all_whose_probability_moves_is_none(robust: Robust, recwarn: pytest.WarningsRecorder) -> None:
    texts = [f"The weather in town {number} was good." for number in range(60)]

    def fair(batch: list[dict[str, str]]) -> list[object]:
        return [{"label": "fair", "scores": {"fair": 0.6 if "not" in one["text"] else 0.9}} for one in batch]

    robust.check(fair, texts, "semantics.negate", language="en", expect="direction", falls="fair")
    assert not [one for one in recwarn if one.category is UserWarning]


def test_an_undecided_check_is_a_warning(robust: Robust) -> None:
    with pytest.warns(UserWarning, match="typos.swap@2 .* 5 examples do not decide it"):
        robust.check(calm, TEXTS[:5], "typos.swap", language="en")


def test_the_gate_is_a_suite_s(robust: Robust) -> None:
    assert robust.check(loud, TEXTS, "case.upper", language="en", gate="flip rate >= 0.9")[0].verdict == "passed"


def test_what_alters_the_meaning_must_move_the_answer_or_be_ignored(robust: Robust) -> None:
    texts = [f"the {number} rooms are clean" for number in range(10, 50)]

    def denies(batch: list[dict[str, str]]) -> list[str]:
        return ["bad" if "not" in one["text"] else "good" for one in batch]

    for model, spec, options in (
        (denies, "semantics.negate", {"expect": "direction"}),
        (denies, "semantics.number", {"ignores": ["number"]}),
    ):
        (record,) = robust.check(model, texts, spec, language="en", **options)
        assert record.verdict == "passed"
    with pytest.raises(AssertionError, match=r"sensitivity 0\.00 .* gate >= 0\.50"):
        robust.check(calm, texts, "semantics.negate", language="en", expect="direction")
    with pytest.raises(UsageError, match=r"alters number: that is no check of invariance\n  write .*ignores"):
        robust.check(calm, texts, "semantics.number", language="en")


@pytest.mark.parametrize(
    ("texts", "spec", "language", "gate", "message"),
    [
        (TEXTS, "typos.swop", "en", "consistency >= 0.9", "^unknown perturbation 'typos.swop'\n  did you mean"),
        (TEXTS, "typos.swap", "!!", "consistency >= 0.9", "^'!!' is no language tag"),
        (TEXTS, "typos.swap", "en", "consistency", "^'consistency' is no gate"),
        ([], "typos.swap", "en", "consistency >= 0.9", "^the dataset is empty"),
        ("text", "typos.swap", "en", "consistency >= 0.9", "^texts: expected a list of texts, got str"),
    ],
)
def test_wrong_arguments_are_one_clear_line(
    robust: Robust, texts: list[str], spec: str, language: str, gate: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        robust.check(calm, texts, spec, language=language, gate=gate)


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (lambda batch: batch[1:], UsageError, "the model returned 63 outputs for 64 inputs"),
        (
            lambda batch: 1 / 0,
            UsageError,
            "the model raises ZeroDivisionError: division by zero for each of the first 64 inputs",
        ),
    ],
    ids=["too few", "raises"],
)
def test_a_model_that_fails_never_passes(robust: Robust, model: Function, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        robust.check(model, TEXTS, "typos.swap", language="en")


def test_a_few_errors_may_be_let_be(robust: Robust) -> None:
    def now_and_then(batch: list[dict[str, str]]) -> list[str]:
        if any(" 7 " in one["text"] for one in batch):
            raise ValueError("no answer")
        return calm(batch)

    with pytest.raises(AssertionError, match="1 of 40 cases are errors"):
        robust.check(now_and_then, TEXTS, "case.upper", language="en")
    (record,) = robust.check(
        now_and_then, TEXTS, "case.upper", language="en", gate="consistency >= 0.8", max_errors=0.05
    )
    assert (record.verdict, record.counts.error) == ("passed", 1)


def test_a_label_for_each_text_lets_a_gate_bound_the_quality(robust: Robust) -> None:
    labels = ["far" if any(figure in text for figure in "6789") else "near" for text in TEXTS]
    found = robust.check(
        far, TEXTS, ["case.upper", "typos.swap"], language="en", references=labels, gate="accuracy drop <= 0.2"
    )
    assert {(record.perturbation, record.verdict) for record in found} == {
        ("case.upper", "passed"),
        ("typos.swap@2", "passed"),
    }
    gates = ["accuracy >= 0.9", "macro f1 >= 0.8"]
    (plain,) = robust.check(far, TEXTS, language="en", references=labels, expect="reference", gate=gates)
    assert (plain.verdict, plain.measures["accuracy"].value) == ("passed", 1.0)


def test_variants_of_one_s_own_are_tested_each_with_its_text(robust: Robust) -> None:
    shouted, denied = [text.upper() for text in TEXTS], [text.replace("was", "was not") for text in TEXTS]
    with pytest.raises(AssertionError, match=r"invariance given\.by_hand \[en\]: consistency 0\.00"):
        robust.check(loud, TEXTS, language="en", given=shouted)
    (record,) = robust.check(loud, TEXTS, language="en", given=shouted, expect="direction")
    assert (record.verdict, record.counts.tested) == ("passed", 40)
    both = robust.check(far, TEXTS, "case.upper", language="en", given=denied)
    assert [record.perturbation for record in both] == ["case.upper", "given.by_hand"]


def test_further_keys_are_those_of_a_suite_s_check(robust: Robust) -> None:
    (record,) = robust.check(far, TEXTS, "typos.swap", language="en", variants=3, gate="worst case >= 0.7")
    assert (record.counts.selected, record.verdict) == (120, "passed")
    found = robust.check(far, TEXTS, "case.*", language="en", except_=["case.lower"])
    assert "case.lower" not in {record.perturbation for record in found}
    with pytest.raises(UsageError, match=r"^unknown key 'varaints'\n  did you mean 'variants'\?$"):
        robust.check(far, TEXTS, "typos.swap", language="en", varaints=3)


def test_a_task_of_several_fields_is_checked_on_dictionaries(robust: Robust) -> None:
    rows = [
        {"context": f"Anna lives at number {n}.", "question": "Where?", "answers": f"number {n}"} for n in range(40)
    ]

    def answer(batch: list[dict[str, str]]) -> list[str]:
        return [one["context"].partition(" at ")[2].rstrip(".") for one in batch]

    check = partial(robust.check, answer, perturbations="punctuation.strip_final", language="en")
    (record,) = check(rows, task="question-answering", fields=["context"], gate="exact match drop <= 0.1")
    assert record.verdict == "passed"
    with pytest.raises(
        UsageError, match=r"^question-answering reads context and question\n  give a dictionary of these"
    ):
        check(TEXTS, task="question-answering")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"references": ["near"]}, "^references: 1 reference for 40 texts$"),
        ({"given": ["near"]}, "^given: 1 variant for 40 texts$"),
        ({"given": [3] * 40}, r"^given\[0\]: expected a text, got 3$"),
        ({"gate": "accuracy drop <= 0.1"}, "no row has a reference in the column 'label'"),
    ],
)
def test_what_does_not_go_with_the_texts_is_told(robust: Robust, more: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        robust.check(calm, TEXTS, "typos.swap", language="en", **more)
    with pytest.raises(UsageError, match=r"^given: a text stands twice"):
        robust.check(calm, ["it is so"] * 2, language="en", given=["so it is", "it is"])
