"""Packs: folders of perturbations that users have beside their suites."""

from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.errors import InputError, MissingExtraError, Mistake
from albert_robust.perturbing.registry import open_packs

OWN = """
from albert_robust import perturbation

@perturbation({name!r}, preserves="meaning")
def one(text, rng, severity):
    "Leave the text alone."
    return text
"""


def test_a_users_perturbation_stands_beside_the_built_in_ones(write: Callable[..., Path]) -> None:
    folder = write(pack__mine_dot_py=OWN.format(name="own.one")).parent
    registry = open_packs([folder])
    assert registry.get("own.one").path == folder / "mine.py"
    assert "typos.swap" in registry.perturbations


WRONG = """
from albert_robust import Example, perturbation

@perturbation("own.shout", preserves="meaning", examples=[Example("a", "a!"), Example("b", "b?"), Example("", "!")])
def shout(text, rng, severity):
    "Add an exclamation mark."
    return text.replace(len(text), len(text), "!" if str(text) else 1 / 0, "shout")
"""


def test_an_example_of_a_users_perturbation_that_comes_out_otherwise_is_told(write: Callable[..., Path]) -> None:
    folder = write(pack__own_dot_py=WRONG).parent
    with pytest.raises(InputError) as told:
        open_packs([folder])
    assert [line.partition("own.py:4:1: ")[2] for line in str(told.value).splitlines()] == [
        "own.shout: its example 'b' becomes 'b!', expected 'b?'",
        "own.shout: its example '' raises ZeroDivisionError: division by zero (own.py:7)",
    ]


def test_a_perturbation_whose_module_is_not_there_is_told_when_it_is_used(write: Callable[..., Path]) -> None:
    wants = WRONG.replace('"own.shout"', '"own.shout", needs="not_there.at_all"')
    registry = open_packs([write(pack__own_dot_py=wants).parent])
    with pytest.raises(MissingExtraError, match=r"own\.shout needs not_there\.at_all"):
        registry.ready("own.shout")


def test_an_unknown_name_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(Mistake, match=r"unknown perturbation 'typos\.swpa'\n  did you mean 'typos\.swap'\?"):
        open_packs().get("typos.swpa")


def test_a_name_that_two_files_define_names_both(write: Callable[..., Path]) -> None:
    write(pack__a_dot_py=OWN.format(name="own.one"))
    folder = write(pack__b_dot_py=OWN.format(name="own.one")).parent
    with pytest.raises(InputError, match=r"b\.py:1:1: own\.one is defined twice\n  it is also in .*a\.py: rename one"):
        open_packs([folder])


def test_a_name_of_a_built_in_perturbation_is_taken(write: Callable[..., Path]) -> None:
    folder = write(pack__a_dot_py=OWN.format(name="typos.swap")).parent
    with pytest.raises(InputError, match=r"it is also in .*perturbations/typos\.py"):
        open_packs([folder])


def test_python_files_that_do_not_use_this_package_are_not_run(write: Callable[..., Path], tmp_path: Path) -> None:
    folder = write(perturbations__setup_dot_py=f"open({str(tmp_path / 'ran')!r}, 'w')").parent
    open_packs([folder])
    assert not (tmp_path / "ran").exists()


def test_a_syntax_error_has_its_place(write: Callable[..., Path]) -> None:
    folder = write(pack__a_dot_py="import albert_robust\nx = = 1\n").parent
    with pytest.raises(InputError, match=r"pack/a\.py:2:5: not Python: invalid syntax"):
        open_packs([folder])


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(InputError, match=r"folder\.py:1:1: cannot read the file: Is a directory"):
        open_packs([tmp_path])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("import pytest; pytest.xfail('known')", "XFailed: known"),
        ("raise GeneratorExit('bye')", "GeneratorExit: bye"),
    ],
)
def test_a_file_that_raises_is_told_with_its_line(write: Callable[..., Path], line: str, told: str) -> None:
    folder = write(pack__a_dot_py=f"import albert_robust\n\n{line}\n").parent
    with pytest.raises(InputError, match=rf"a\.py:3:1: the file raises {told}"):
        open_packs([folder])


def test_an_example_of_a_users_perturbation_that_leaves_the_program_is_told(write: Callable[..., Path]) -> None:
    own = OWN.format(name="own.one").replace('meaning"', "meaning\", examples=[Example('a', 'b')]")
    own = own.replace("import perturbation", "import Example, perturbation").replace(
        "return text", "raise SystemExit(0)"
    )
    with pytest.raises(InputError, match=r"a\.py:4:1: own\.one: its example 'a' raises SystemExit: 0"):
        open_packs([write(pack__a_dot_py=own).parent])


def test_a_bad_declaration_is_told_with_its_line(write: Callable[..., Path]) -> None:
    folder = write(pack__a_dot_py=OWN.format(name="own")).parent
    with pytest.raises(InputError, match=r"a\.py:4:1: the file raises ValueError: perturbation name 'own'"):
        open_packs([folder])


def test_a_folder_that_is_named_twice_is_opened_once(write: Callable[..., Path]) -> None:
    folder = write(pack__mine_dot_py=OWN.format(name="own.one")).parent
    assert len(list(open_packs([folder, folder / ".." / "pack", folder / "nowhere"]))) == len(list(open_packs())) + 1
