"""The written form of what is applied to a text."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from albert_robust.errors import Mistake
from albert_robust.perturbing.registry import open_packs
from albert_robust.perturbing.spec import Spec, Step, parse_spec

NAME = st.from_regex(r"[a-z_]{1,8}\.[a-z_]{1,8}", fullmatch=True)
STEP = st.builds(Step, NAME, st.none() | st.integers(1, 5))


@given(st.lists(STEP, min_size=1, max_size=4).map(tuple).map(Spec))
def test_what_a_spec_prints_can_be_read_back(spec: Spec) -> None:
    assert parse_spec(str(spec)) == spec


@pytest.mark.parametrize(
    "written", ["", "typos", "typos.a@", "typos.a@x", "typos.a |", "a b.c", "typos.a@-1", "typos.á"]
)
def test_what_is_no_spec_is_told_what_a_spec_is(written: str) -> None:
    with pytest.raises(Mistake, match=r"is no perturbation\n  write family\.name, family\.name@severity or a \| b"):
        parse_spec(written)


@pytest.mark.parametrize("severity", [0, 6, 99])
def test_a_severity_is_1_to_5(severity: int) -> None:
    with pytest.raises(Mistake, match=f"severity {severity}, expected 1 to 5"):
        parse_spec(f"typos.swap@{severity}")


def test_blanks_around_the_bar_do_not_matter() -> None:
    assert parse_spec("a.b@1|c.d") == parse_spec("  a.b@1   |  c.d ") == Spec((Step("a.b", 1), Step("c.d")))


def test_a_glob_stands_for_all_that_match_in_alphabetical_order() -> None:
    registry = open_packs()
    names = [str(spec) for spec in registry.expand("typos.*", 3)]
    assert names == sorted(names)
    assert {name.split(".")[0] for name in names} == {"typos"}
    assert "typos.swap@3" in names


def test_a_glob_in_a_chain_is_refused() -> None:
    with pytest.raises(Mistake, match="a glob stands alone\n  name the perturbations of a chain one by one"):
        open_packs().expand("typos.* | case.lower")


def test_a_glob_that_matches_nothing_is_told_so() -> None:
    with pytest.raises(Mistake, match=r"no perturbation matches 'nothing\.\*'"):
        open_packs().expand("nothing.*")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("typos", "typos.*"),
        ("typo.*", "typos.*"),
        ("keyboard", "typos.keyboard"),
        ("homoglyphs", "characters.homoglyph"),
    ],
)
def test_half_a_name_is_told_the_whole(written: str, meant: str) -> None:
    with pytest.raises(Mistake, match=f"did you mean '{re.escape(meant)}'"):
        open_packs().expand(written)


def test_a_written_severity_wins_over_the_default() -> None:
    registry = open_packs()
    assert [str(registry.expand(written, 4)[0]) for written in ("typos.swap", "typos.swap@1")] == [
        "typos.swap@4",
        "typos.swap@1",
    ]
