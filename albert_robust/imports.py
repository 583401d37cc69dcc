"""Imports Python files that users name by path: packs of perturbations, and models beside a suite."""

import hashlib
import importlib.util
import sys
from pathlib import Path
from traceback import walk_tb
from types import ModuleType

from albert_robust.foreign import raised

BY_PATH = "_albert_robust_"  # how the names of these modules begin; each change of a file makes another


def module_at(path: Path) -> ModuleType:
    """Return the module in a file, imported once as long as the file does not change.

    The module is named by its path and content, so that two files of one name never meet. A file that raises leaves nothing
    in `sys.modules`.

    Raises:
        BaseException: Whatever the file raises.
    """
    digest = hashlib.sha256(str(path).encode() + b"\0" + path.read_bytes()).hexdigest()[:16]
    name = f"{BY_PATH}{path.stem}_{digest}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def raised_there(error: BaseException) -> str:
    """Return what an exception says, with its line in such a file: `KeyError: 'choices' (my_model.py:7)`."""
    lines = [
        f" ({Path(frame.f_code.co_filename).name}:{line})"
        for frame, line in walk_tb(error.__traceback__)
        if str(frame.f_globals.get("__name__")).startswith(BY_PATH)
    ]
    return raised(error) + "".join(lines[-1:])
