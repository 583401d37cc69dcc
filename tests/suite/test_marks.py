"""Marks: known failures with a last day, and marks that fit no cell."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from albert_robust.errors import InputError
from albert_robust.running.plan import plan
from albert_robust.suite.load import load_suite
from albert_robust.suite.suite import Suite

SUITE = """\
task: text-classification
model: {{python: "model:predict"}}
datasets: {{reviews: {{path: d.jsonl, languages: [en, zh]}}}}
checks:
  - {{expect: invariance, perturbations: [typos.swap]}}
marks:
  - {{cells: "{cells}", xfail: hard, until: {until}}}
"""


@pytest.fixture
def load(write: Callable[..., Path]) -> Callable[..., Suite]:
    """Return a function that loads a suite with one mark."""

    def loaded(cells: str = "*", until: str = "2027-03-01", today: date | None = None) -> Suite:
        text = SUITE.format(cells=cells, until=until)
        return load_suite(write(d_dot_jsonl='{"text": "a", "language": "en"}', s_dot_robust_dot_yaml=text), today=today)

    return loaded


@pytest.mark.parametrize(("today", "expired"), [((2027, 3, 1), False), ((2027, 3, 2), True), ((2026, 1, 1), False)])
def test_a_mark_runs_out_after_its_last_day(
    load: Callable[..., Suite], today: tuple[int, int, int], expired: bool
) -> None:
    suite = load(today=date(*today))
    assert suite.marks[0].expired(suite.today) is expired


@pytest.mark.parametrize("day", ["2027-02-30", "2027-3-1", "20270301x", "next week", "2027-W09-1"])
def test_a_day_that_is_none_is_one_complaint_at_its_place(load: Callable[..., Suite], day: str) -> None:
    with pytest.raises(InputError) as caught:
        load(until=f'"{day}"')
    assert [str(one).split("s.robust.yaml")[1] for one in caught.value.complaints] == [
        f":7:31: {day!r} is no day\n  write year, month and day: 2027-03-01"
    ]


def test_what_is_skipped_has_no_last_day(write: Callable[..., Path]) -> None:
    text = SUITE.format(cells="*", until="2027-03-01").replace("xfail", "skip")
    with pytest.raises(InputError, match=r":7:5: only an xfail has a last day\n  take out `until`"):
        load_suite(write(d_dot_jsonl="{}", s_dot_robust_dot_yaml=text))


@pytest.mark.parametrize(
    ("cells", "mend"),
    [
        ("reviews/typos.swap@2[fr]", r"did you mean 'reviews/typos\.swap@2\[(en|zh)\]'\?"),
        ("nothing", r"known: reviews/typos\.swap@2\[en\], reviews/typos\.swap@2\[zh\]"),
    ],
)
def test_a_mark_that_fits_no_cell_is_a_mistake_at_its_place(load: Callable[..., Suite], cells: str, mend: str) -> None:
    with pytest.raises(
        InputError, match=rf":7:6: no cell fits '{cells.replace('[', '.').replace(']', '.')}'\n  {mend}"
    ):
        plan(load(cells))


def test_a_mark_that_fits_one_cell_of_many_is_none(load: Callable[..., Suite]) -> None:
    assert [cell.mark is None for cell in plan(load("*[zh]")).cells] == [True, False]
