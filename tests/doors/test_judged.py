"""What a failing cell shows first, whoever ran it."""

from dataclasses import replace
from pathlib import Path

from counted import planned, record_of, tally_of

from albert_robust.judged import JudgedByWorker, worst
from albert_robust.results.folder import keep, open_run
from albert_robust.results.outcome import Outcome
from albert_robust.results.records import ComparisonRecord
from albert_robust.results.run import Run

CHECK = "- {expect: invariance, perturbations: [typos.swap], variants: 2, gates: [consistency >= 0.9, accuracy >= 0.9]}"


def test_of_an_example_that_became_worse_the_variant_comes_first_that_made_it_so(tmp_path: Path) -> None:
    (cell,) = planned(tmp_path, CHECK)
    fine = Outcome(*cell.key, "r1", "en", 0, "tested", {"text": "a"}, {"text": "b"}, agreement=1.0)
    fine.quality_after = {"accuracy": 1.0}
    changed = replace(fine, replicate=1, agreement=0.0)
    wrong = replace(fine, replicate=2, quality_after={"accuracy": 0.0})
    other = replace(changed, example="r0")
    outcomes = [other, fine, changed, wrong]
    tally = tally_of(cell, outcomes)
    for measure, first in (("consistency", changed), ("accuracy", wrong)):
        comparison = ComparisonRecord("regressed", "", measure, worse=("r1",))
        record = replace(record_of(cell, outcomes), comparison=comparison)
        keep(Run((), (record,), outcomes), tmp_path / measure)
        found = worst(JudgedByWorker(open_run(tmp_path / measure)), cell, record, tally)
        assert (found[0], found[-1]) == (first, other)
