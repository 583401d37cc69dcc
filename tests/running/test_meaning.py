"""`meaning:` rejects variants that strayed from their originals, before a model is asked about them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from counted import asked, outcomes_of, planned, ran, records_of

from albert_robust.asking.workspace import Workspace
from albert_robust.errors import InputError
from albert_robust.gate.lines import definitions
from albert_robust.running.forecast import forecast

PACK = '''
from albert_robust import perturbation

STRAY, NEAR = "Bananas are yellow when they are ripe.", "The weather in our town was really lovely."

@perturbation("own.paraphrase", preserves="meaning")
def paraphrase(text, rng, severity):
    """Say it in other words, or something else."""
    return text.rewrite(NEAR if "town" in str(text) else STRAY)
'''
TEXTS = ["The weather in our town was lovely.", "She read three books last week."]
CHECK = "- {expect: invariance, perturbations: [own.paraphrase], gates: [consistency >= 0.1]%s}"


@pytest.fixture
def folder(write: Callable[..., Path], tmp_path: Path) -> Path:
    write(perturbations__own_dot_py=PACK)
    return tmp_path


def test_a_variant_that_strayed_is_rejected_and_not_asked(folder: Path) -> None:
    cells = planned(folder, CHECK % ", meaning: 0.3", rows=TEXTS)
    execution = ran(cells, folder)
    near, stray = outcomes_of(execution)[cells[0].key]
    assert (near.status, stray.status) == ("tested", "rejected")
    assert stray.message.startswith("LABS -0.") or stray.message.startswith("LABS 0.0")
    assert stray.message.endswith("beside its original, `meaning: 0.3` asked")
    assert "Bananas are yellow when they are ripe." not in asked(folder)
    (record,) = records_of(execution, cells).values()
    assert (record.counts.tested, record.counts.rejected) == (1, 1)


def test_where_no_check_asks_for_meaning_no_encoder_is_asked(folder: Path) -> None:
    cells = planned(folder, CHECK % "", rows=TEXTS)
    execution = ran(cells, folder)
    assert [one.status for one in outcomes_of(execution)[cells[0].key]] == ["tested", "tested"]
    assert execution.suites["s"].signature is None


def test_a_plan_says_that_some_may_be_rejected(folder: Path) -> None:
    workspace = Workspace(folder / ".albert_robust", "run")
    assert forecast(planned(folder, CHECK % ", meaning: 0.3", rows=TEXTS), workspace).at_most
    assert not forecast(planned(folder, CHECK % "", rows=TEXTS), workspace).at_most


def test_another_floor_is_another_measure_to_a_baseline(folder: Path) -> None:
    said = []
    for more in ("", ", meaning: 0.3", ", meaning: 0.5"):
        cells = planned(folder, CHECK % more, rows=TEXTS)
        said.append(definitions(cells[0], ran(cells, folder).suites["s"].scorer)["consistency"])
    assert said[0] == "equality"
    assert len(set(said)) == 3


def test_a_reference_check_makes_nothing_that_could_stray(folder: Path) -> None:
    with pytest.raises(InputError, match="a reference check makes no variants that could stray"):
        planned(folder, "- {expect: reference, gates: [accuracy >= 0.5], meaning: 0.5}", rows=TEXTS)
