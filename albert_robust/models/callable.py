"""A Python function as the model under test: `python: module:function`."""

import hashlib
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from albert_robust.errors import UsageError, raised
from albert_robust.imports import module_at
from albert_robust.models.model import Inputs


@dataclass(frozen=True, slots=True)
class CallableModel:
    """A function from a list of inputs to a list of answers."""

    function: Callable[[list[dict[str, str]]], Sequence[Any]]
    identity: str | None

    def predict(self, batch: Sequence[Inputs]) -> Sequence[Any]:
        """Return what the function answers."""
        return self.function([dict(inputs) for inputs in batch])


def load_callable(written: str, folder: Path, version: str | None) -> CallableModel:
    """Return the model that `module:function` names.

    Args:
        written: A module's dotted name, or a file's path relative to `folder`, a colon, a function's name.
        folder: The suite's folder; modules beside the suite are found first.
        version: With one, predictions are kept between runs.

    Raises:
        UsageError: There is no such module or function.
    """
    module_name, _, name = written.rpartition(":")
    module = _module(module_name, folder)
    function = getattr(module, name, None)
    if not callable(function):
        raise UsageError(f"{module_name} has no function {name!r}")
    if version is None:
        return CallableModel(function, None)
    # Two modules of one name in two folders are two models: where the function lies is part of what it is.
    code = getattr(function, "__code__", None)
    place = hashlib.sha256(str(code.co_filename if code else module_name).encode()).hexdigest()[:12]
    return CallableModel(function, f"python:{written}@{version}:{place}")


def _module(name: str, folder: Path) -> Any:
    path = folder / (name if name.endswith(".py") else name.replace(".", "/") + ".py")
    if not path.is_file():
        try:
            return importlib.import_module(name)
        except ImportError as error:
            raise UsageError(f"no module {name!r} beside the suite or installed: {error}") from None
    try:
        return module_at(path.resolve())
    except Exception as error:
        raise UsageError(f"the module {name!r} raises {raised(error)}") from error
