"""Floors from the ground up: an arrow between packages only ever points down. Imports are read, not run."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

import albert_robust
from albert_robust import packs

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "albert_robust"
FLOORS = (
    {"atomic", "builtin", "file_names", "quick_json", "shown", "tables", "task_names", "version"},
    {"errors", "foreign"},
    {"documents", "grammar", "imports"},
    {"text"},
    {"packs", "perturbing"},
    {"scoring"},
    {"data"},
    {"tasks"},
    {"models"},
    {"suite"},
    {"asking", "results"},
    {"running"},
    {"gate"},
    {"report"},
    {
        "augmenting",
        "conclude",
        "exchange",
        "fault",
        "notes",
        "options",
        "reword",
        "shared",
        "show",
        "starter",
        "strategies",
        "studies",
    },
    {"api", "baselines", "calibrating", "ci", "doctor", "exporting", "laws", "metrics", "settings"},
    {"ending", "handwritten", "judged", "pretrain", "session", "terminal"},
    {"items"},
    {"__init__", "cli", "plugin"},
)
HEIGHT = {name: height for height, names in enumerate(FLOORS) for name in names}
PACKS = ("perturbations", "suites", "reports")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every import of a file, wherever it stands, as (line, dotted name of what is imported)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: a relative import"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def part(dotted: str) -> str:
    """The part of the package that a dotted name lies in; a name of the package itself is of its `__init__`."""
    name = dotted.split(".")[1] if "." in dotted else "__init__"
    return name if name in HEIGHT else "__init__"


def sources(folder: str) -> list[Path]:
    found = sorted((ROOT / folder).rglob("*.py"))
    assert found, f"no Python in {folder}"
    return [path for path in found if "_builtin" not in path.parts]


def test_every_part_of_the_package_has_a_floor() -> None:
    parts = {path.relative_to(ROOT / PACKAGE).parts[0].removesuffix(".py") for path in sources(PACKAGE)}
    assert parts == set(HEIGHT)


def test_no_arrow_points_up() -> None:
    up = [
        f"{path.relative_to(ROOT)}:{line}: {here} imports {there} ({name})"
        for path in sources(PACKAGE)
        for here in [path.relative_to(ROOT / PACKAGE).parts[0].removesuffix(".py")]
        for line, name in imports(path)
        if name.split(".")[0] == PACKAGE
        for there in [part(name)]
        if HEIGHT[there] > HEIGHT[here]
    ]
    assert not up, "\n".join(up)


def test_a_report_is_drawn_from_what_a_run_left() -> None:
    running = {"asking", "models", "running"}
    assert not [
        str(path) for path in sources(f"{PACKAGE}/report") for _, name in imports(path) if part(name) in running
    ]


def test_what_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [*project["dependencies"], *chain.from_iterable(project["optional-dependencies"].values())]
    declared = {re.split(r"[\[<>=]", line)[0].lower().replace("-", "_") for line in lines} - {PACKAGE}
    known = {*declared, "yaml", PACKAGE, *sys.stdlib_module_names}
    found = [
        f"{path}: {name}"
        for folder in (PACKAGE, "perturbations")
        for path in sources(folder)
        for _, name in imports(path)
    ]
    assert [one for one in found if one.split(": ")[1].split(".")[0] not in known] == []


def test_only_doors_train_a_model() -> None:
    users = [
        str(path)
        for path in sources(PACKAGE)
        for _, name in imports(path)
        if name.startswith(f"{PACKAGE}.pretrain") and path.parent.name not in {"pretrain", "cli"}
    ]
    assert not users


@pytest.mark.parametrize("path", sources("perturbations"), ids=lambda path: path.name)
def test_a_perturbation_s_file_imports_what_a_user_s_may(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    needs = {
        ast.literal_eval(node.value) for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "needs"
    }
    supported = {f"{module.__name__}.{name}" for module in (albert_robust, packs) for name in module.__all__}
    ours = {name for _, name in imports(path) if name.split(".")[0] == PACKAGE}
    assert ours <= supported
    allowed = {PACKAGE, "regex", *sys.stdlib_module_names, *needs}
    assert {name.split(".")[0] for _, name in imports(path)} <= allowed
    at_once = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert not {str(module).split(".")[0] for module in at_once} & needs


def test_what_packs_are_offered_is_used_and_told() -> None:
    used = {name.rpartition(".")[2] for path in sources("perturbations") for _, name in imports(path)}
    told = (ROOT / "docs" / "perturbations.md").read_text(encoding="utf-8")
    assert [name for name in packs.__all__ if name not in used or f"`{name}`" not in told] == []


def test_the_package_imports_none_of_the_three_folders_by_name() -> None:
    found = [name for path in sources(PACKAGE) for _, name in imports(path) if name.split(".")[0] in PACKS]
    assert not found
