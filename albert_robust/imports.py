"""Imports Python files that users name by path: packs of perturbations, and models beside a suite."""

import hashlib
import importlib.util
import sys
from pathlib import Path
from traceback import format_exception, walk_tb
from types import ModuleType

from albert_robust.foreign import raised
from albert_robust.shown import printable, unobeyed

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


def place_of(error: BaseException) -> tuple[type, str, int]:
    """Return what an exception is, and where it was raised: its line in such a file, or else the innermost one."""
    places = [(str(frame.f_globals.get("__name__")), line) for frame, line in walk_tb(error.__traceback__)]
    own = [place for place in places if place[0].startswith(BY_PATH)]
    return (type(error), *(own or places or [("", 0)])[-1])


def trace_of(error: BaseException) -> str:
    """Return the traceback of an exception that foreign code raised, from where it begins to be foreign."""
    trace = error.__traceback__
    while trace and trace.tb_next and str(trace.tb_frame.f_globals.get("__name__")).startswith("albert_robust."):
        trace = trace.tb_next
    return unobeyed(printable("".join(format_exception(error.with_traceback(trace)))))


def raised_there(error: BaseException) -> str:
    """Return what an exception says, with its line in such a file: `KeyError: 'choices' (my_model.py:7)`."""
    lines = [
        f" ({Path(frame.f_code.co_filename).name}:{line})"
        for frame, line in walk_tb(error.__traceback__)
        if str(frame.f_globals.get("__name__")).startswith(BY_PATH)
    ]
    return raised(error) + "".join(lines[-1:])
