"""Local code: the Python files that a model is made of, found without importing any.

A module is local if it lies beside the suite or beside what imports it, or is found on the search path outside of the folders
of installed packages. What a model imports is part of its identity, because whoever mends it may forget the version.
"""

import ast
import os
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from albert_robust.imports import BY_PATH
from albert_robust.models.files import state_of

BEGUN = time.time()  # a module that was imported may be older than its file if that was written later
INSTALLED = {"site-packages", "dist-packages"}
FOREIGN = {*sys.stdlib_module_names, "albert_robust"}


class Import(NamedTuple):
    """What a file imports: a dotted name in parts, from how many folders up; 0 for one that is searched for."""

    parts: tuple[str, ...]
    level: int


def module_files(module: str, folder: Path) -> list[Path]:
    """Return the files of a module and of the packages around it, if it is local; a path names itself."""
    if module.endswith(".py"):
        return [path.resolve() for path in (folder / module,) if os.path.isfile(path)]
    parts = tuple(module.split("."))
    return list(dict.fromkeys(one for root in (folder, *_searched(parts[0])) for one in _files(root, parts)))


def local_code(files: Sequence[Path], folder: Path) -> list[Path]:
    """Return files of Python and all local ones that they import, and these in turn.

    Args:
        files: Those to begin with.
        folder: The suite's.
    """
    found, left = dict[Path, None](), [*files]
    while left:
        path = left.pop()
        if path not in found:
            found[path] = None
            left += [one for wanted in _imports(path, *state_of(path)) for one in _imported(wanted, path, folder)]
    return list(found)


def names_in(path: Path) -> list[str]:
    """Return the names that stand anywhere in a file, as what it defines, assigns or imports does."""
    found: set[str] = set()
    for node in _nodes(path):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
    return sorted(found)


def may_be_outdated(files: Sequence[Path]) -> bool:
    """Return whether a module that this process has imported may be another than its file is now.

    A notebook goes on with a module that it imported before the file was changed.
    """
    late = {str(path) for path in files if path.stat().st_mtime > BEGUN}
    names = {os.path.basename(path) for path in late}
    loaded = [str(vars(one).get("__file__")) for name, one in [*sys.modules.items()] if _is_imported_once(name, one)]
    return any(os.path.realpath(path) in late for path in loaded if os.path.basename(path) in names)


def _is_imported_once(name: str, module: object) -> bool:
    return isinstance(module, ModuleType) and not name.startswith(BY_PATH)


def _imported(wanted: Import, path: Path, folder: Path) -> Iterator[Path]:
    """Yield the local files of what a file imports; of a name that is found in several places all of them."""
    if wanted.level:
        for root in path.parents[wanted.level - 1 : wanted.level]:
            yield from _files(root, wanted.parts)
    elif wanted.parts[0] not in FOREIGN:
        for root in dict.fromkeys((folder, path.parent, *_searched(wanted.parts[0]))):
            yield from _files(root, wanted.parts)


def _files(root: Path, parts: Sequence[str]) -> Iterator[Path]:
    """Yield the files below a folder that are run where a dotted name is imported."""
    for depth in range(1, len(parts) + 1):
        inner = root.joinpath(*parts[:depth])
        for path in (inner / "__init__.py", inner.with_name(f"{inner.name}.py")):
            if os.path.isfile(path):
                yield path.resolve()


def _searched(top: str) -> list[Path]:
    """Return the folders of the search path that hold a module or a package, unless it is an installed one."""
    try:
        spec = find_spec(top) if top not in FOREIGN else None
    except (ImportError, ValueError, AttributeError):
        return []
    inside = spec.submodule_search_locations if spec else None
    places = inside if inside is not None else [spec.origin] if spec and spec.has_location and spec.origin else []
    return [Path(place).parent for place in places if not INSTALLED & {*Path(place).parts}]


@cache
def _imports(path: Path, *state: int) -> list[Import]:
    """Return what a file imports, wherever in it."""
    return [wanted for node in _nodes(path) for wanted in _named(node)]


def _nodes(path: Path) -> list[ast.AST]:
    """Return all that a file says; nothing of a file that is no Python, which its import will tell."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of what the code says
            return [*ast.walk(ast.parse(path.read_bytes()))]
    except (OSError, SyntaxError, ValueError, RecursionError):
        return []


def _named(node: ast.AST) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        yield from (Import(tuple(alias.name.split(".")), 0) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        module = tuple(node.module.split(".")) if node.module else ()
        yield from (Import((*module, alias.name), node.level) for alias in node.names)  # which may be a module, too
