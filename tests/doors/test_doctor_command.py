"""`albert-robust doctor`: 0 where no stand-in gets through a suite, 1 where one does, 2 where it cannot be read."""

import json
from pathlib import Path

import pytest
from door_suites import rows, write_suite

from albert_robust.cli import main

ROOT = Path(__file__).resolve().parents[2]
Captured = pytest.CaptureFixture[str]
EXAMPLES = [{**row, "label": "calm" if number % 2 else "loud"} for number, row in enumerate(rows(40))]
REFERENCE = "  - {expect: reference, gates: [accuracy >= 0.8]}\n"


def test_checks_of_invariance_alone_let_a_constant_model_pass(tmp_path: Path, capsys: Captured) -> None:
    path = write_suite(tmp_path, "typos.swap", gate="consistency >= 0.9", examples=EXAMPLES)
    assert main(["doctor", str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith("suite.robust.yaml: would a model pass that answers with")
    assert lines[1:3] == ["  one answer   yes: 1 passed", f"{'':<15}add a check of `direction`, or of `reference`"]
    assert lines[3] == "  by chance    no: 1 of 1 cell fail"
    assert lines[4].startswith(f"{'':<15}data/typos.swap@2[en]: consistency 0.")
    assert len(lines) == 5


def test_a_check_of_quality_catches_it(tmp_path: Path, capsys: Captured) -> None:
    path = write_suite(tmp_path, "typos.swap", gate="consistency >= 0.9", examples=EXAMPLES, extra=REFERENCE)
    assert main(["doctor", str(path)]) == 0
    assert "one answer   no: 1 of 2 cells fail" in capsys.readouterr().out


def test_a_check_that_should_catch_it_and_does_not_is_to_be_tightened(tmp_path: Path, capsys: Captured) -> None:
    extra = REFERENCE.replace("0.8", "0.3")
    path = write_suite(tmp_path, "typos.swap", gate="consistency >= 0.9", examples=EXAMPLES, extra=extra)
    assert main(["doctor", str(path)]) == 1
    assert capsys.readouterr().out.splitlines()[1:3] == [
        "  one answer   yes: 2 passed",
        f"{'':<15}tighten accuracy >= 0.3, or add examples",
    ]


def test_a_judge_is_not_asked_and_that_is_told(tmp_path: Path, capsys: Captured) -> None:
    judge = (
        "  - {expect: reference, gates: [kind >= 0.9]}\nmeasures: {kind: {judge: {python: 'no_such_module:judge'}}}\n"
    )
    path = write_suite(tmp_path, "typos.swap", gate="consistency >= 0.9", examples=EXAMPLES, extra=REFERENCE + judge)
    assert main(["doctor", str(path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "  one answer   no: 1 of 2 cells fail"
    assert lines[-1].endswith("suite.robust.yaml: not asked to judge: kind. The gates on that are left out")
    assert main(["doctor", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["suites"][0]["not_asked"] == ["kind"]


def test_where_all_rests_on_a_judge_nothing_is_left_to_catch_a_model(tmp_path: Path, capsys: Captured) -> None:
    path = write_suite(tmp_path, "typos.swap", gate="kind drop <= 0.1", examples=EXAMPLES)
    path.write_text(path.read_text() + "measures: {kind: {judge: {python: 'no_such_module:judge'}}}\n")
    assert main(["doctor", str(path)]) == 1
    assert "  one answer   yes: no cell is left\n" in capsys.readouterr().out


def test_a_known_failure_catches_nobody(tmp_path: Path, capsys: Captured) -> None:
    extra = f"{REFERENCE}marks: [{{cells: '*reference*', xfail: weak}}]\n"
    path = write_suite(tmp_path, "typos.swap", gate="consistency >= 0.9", examples=EXAMPLES, extra=extra)
    assert main(["doctor", str(path)]) == 1
    assert "one answer   yes: 1 known failure, 1 passed\n               add a check of" in capsys.readouterr().out


def test_a_cell_that_no_model_can_pass_catches_none(tmp_path: Path, capsys: Captured) -> None:
    path = write_suite(tmp_path, "paraphrase.synonym, typos.swap", gate="consistency >= 0.9", examples=EXAMPLES)
    assert main(["doctor", str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "  one answer   yes: 1 passed"
    assert (
        "suite.robust.yaml: no model can pass data/paraphrase.synonym@2[en]: 0 of 40 cases could be tested" in lines[-1]
    )
    assert main(["doctor", str(path), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["suites"][0]["impossible"] == ["data/paraphrase.synonym@2[en]"]


def test_a_check_that_all_of_them_meet_is_named(tmp_path: Path, capsys: Captured) -> None:
    path = write_suite(tmp_path, "typos.swap", gate="consistency >= 0.1", examples=EXAMPLES, extra=REFERENCE)
    assert main(["doctor", str(path)]) == 0
    said = capsys.readouterr().out.splitlines()[-1]
    assert said.endswith(
        "suite.robust.yaml:6: this check of invariance fails none of them: tighten consistency >= 0.1, or add examples"
    )


def test_the_suites_own_model_is_asked_nothing(tmp_path: Path) -> None:
    path = write_suite(
        tmp_path, "typos.swap", gate="consistency >= 0.9", examples=EXAMPLES, model="raise SystemExit(3)"
    )
    assert main(["doctor", str(path)]) == 1
    assert not (tmp_path / ".albert_robust").exists()


def test_it_says_so_in_json(tmp_path: Path, capsys: Captured) -> None:
    path = write_suite(tmp_path, "typos.swap", gate="consistency >= 0.9", examples=EXAMPLES)
    assert main(["doctor", str(path), "--json"]) == 1
    (found,) = json.loads(capsys.readouterr().out)["suites"]
    assert found["idle"] == []
    assert [(one["name"], one["caught"], one["verdicts"]) for one in found["stand_ins"]] == [
        ("one answer", [], {"passed": 1}),
        ("by chance", ["data/typos.swap@2[en]"], {"failed": 1}),
    ]


def test_a_broken_suite_is_one_line(tmp_path: Path, capsys: Captured) -> None:
    path = write_suite(tmp_path, "typos.swp", examples=EXAMPLES)
    assert main(["doctor", str(path)]) == 2
    assert "unknown perturbation 'typos.swp'" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["people", "plain"])
def test_built_in_suites_that_are_quick_let_no_stand_in_pass(name: str) -> None:
    assert main(["doctor", str(ROOT / "suites" / f"{name}.robust.yaml")]) == 0


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("falls: calm", "one answer   no: 1 of 2 cells fail"),
        ("falls: calm, tolerance: 0.1", "one answer   yes: 2 passed\n               add a check of `direction`, or of"),
        ("rises: else, tolerance: 0.1", "one answer   yes: 2 passed\n               add a check of `direction`, or of"),
    ],
)
def test_a_direction_that_lets_answers_stay_does_not_catch_a_constant_model(
    tmp_path: Path, capsys: Captured, keys: str, told: str
) -> None:
    extra = f"  - {{expect: direction, perturbations: [semantics.number], {keys}}}\n"
    path = write_suite(tmp_path, "typos.swap", gate="consistency >= 0.9", examples=EXAMPLES, extra=extra)
    main(["doctor", str(path)])
    assert told in capsys.readouterr().out
