"""A Python function as the model under test: `python: module:function`."""

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from albert_robust.errors import BESIDE_SUITE, UsageError
from albert_robust.foreign import raise_if_ending, raised
from albert_robust.grammar import WRAPPED, Function, Strict, called
from albert_robust.imports import module_at, raised_there
from albert_robust.models.awaiting import awaiting
from albert_robust.models.files import digest_of
from albert_robust.models.kind import Kind, Wanted
from albert_robust.models.local_code import local_code, may_be_outdated, module_files, names_in
from albert_robust.models.model import Inputs
from albert_robust.shown import suggest


@dataclass(frozen=True, slots=True)
class CallableModel:
    """A function from a list of inputs to a list of answers."""

    function: Callable[[list[dict[str, str]]], Sequence[Any]]
    identity: str | None
    stream: None = None

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return what the function answers, in whatever replicate: it draws by itself, if it does."""
        return self.function([dict(inputs) for inputs in batch])


def load_callable(written: str | Callable[..., Any], folder: Path, version: str | None) -> CallableModel:
    """Return the model that `module:function` names. The function may be asynchronous.

    Args:
        written: A module's dotted name, or a file's path relative to `folder`, a colon, a function's name, or an object's and
            its method's: `clients:model.predict`; or the function itself.
        folder: The suite's folder; modules beside the suite are found first.
        version: With one, predictions are kept between runs.

    Raises:
        UsageError: There is no such module or function.
    """
    function = _named(written, folder) if isinstance(written, str) else written
    return CallableModel(awaiting(function), callable_identity(written, folder, version))


def _named(written: str, folder: Path) -> Callable[..., Any]:
    module_name, _, name = written.rpartition(":")
    module = _module(module_name, folder)
    try:
        found: Any = attrgetter(name)(module)
    except AttributeError:
        found = None
    if not callable(found):
        what = f"{module_name} has no function {name!r}"
        if hasattr(found, "predict"):
            raise UsageError(f"{what}, but a {type(found).__name__}", WRAPPED)
        raise UsageError(what)
    function: Callable[..., Any] = found
    return function


def callable_identity(written: str | Callable[..., Any], folder: Path, version: str | None) -> str | None:
    """Return what names the model that `load_callable` would load, which is not imported.

    None without a version, and where this process may hold older code than the files have: its answers serve one run.
    """
    if version is None:
        return None
    if isinstance(written, str) and may_be_outdated(_code(written, folder)):
        return None
    return code_identity(written, folder, version)


def code_identity(written: str | Callable[..., Any], folder: Path, version: str) -> str:
    """Return what names a function: its version, and the content of its file and of the local modules that this imports.

    Two modules of one name in two folders are two models, so the module's path is part of the identity. What the code reads is
    the matter of `files:` or of the version, and so is a function that is given itself.
    """
    if not isinstance(written, str):
        return f"python:{called(written)}@{version}"
    module = written.rpartition(":")[0]
    path = _beside(module, folder)
    place = hashlib.sha256(str(path or module).encode() + (b"\0" + path.read_bytes() if path else b""))
    if others := [one for one in _code(written, folder) if one != path]:
        place.update(digest_of(others, folder.resolve()).encode())
    return f"python:{written}@{version}:{place.hexdigest()[:12]}"


def _code(written: str, folder: Path) -> list[Path]:
    return local_code(module_files(written.rpartition(":")[0], folder), folder)


def _beside(module: str, folder: Path) -> Path | None:
    """Return the file of a module beside a suite; None where there is none, and it is an installed one."""
    path = folder / (module if module.endswith(".py") else module.replace(".", "/") + ".py")
    return path.resolve() if os.path.isfile(path) else None


def missing_function(written: str, folder: Path) -> str:
    """Return what is not there of a function that `module:function` names, as far as can be told without importing it."""
    module, _, name = written.rpartition(":")
    path = _beside(module, folder)
    if path is None:
        found = module_files(module, folder) or (not module.endswith(".py") and _is_installed(module))
        return "" if found else f"no module {module!r} beside the suite or installed"
    names = names_in(path)
    own = name.partition(".")[0]
    return (
        f"{module} has no function {own!r}; {suggest(own, names)}".removesuffix("; ")
        if not {own, "*"} & {*names}
        else ""
    )


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return False


def _module(name: str, folder: Path) -> Any:
    path = _beside(name, folder)
    if path is None and ("/" in name or name.startswith(".")):
        raise UsageError(f"no file {name!r} here", BESIDE_SUITE)
    try:
        return module_at(path) if path is not None else import_module(name)
    except ModuleNotFoundError as error:
        if path is not None or error.name is None or not f"{name}.".startswith(f"{error.name}."):
            beside = error.name is not None and _beside(error.name, folder) is not None
            hint = "; it lies beside the suite: name that folder in `pythonpath` of pytest's settings" if beside else ""
            raise UsageError(f"the module {name!r} raises {raised(error)}{hint}") from error
        mend = "of a module elsewhere name the folder in `pythonpath` of pytest's settings"
        raise UsageError(f"no module {name!r} beside the suite or installed: {error}", mend) from None
    except BaseException as error:
        raise_if_ending(error)
        raise UsageError(f"the module {name!r} raises {raised_there(error)}") from error


class CallableSettings(Strict):
    """What only a function has."""

    python: Annotated[
        Function | None,
        Field(
            description="A function, `module:function`, that takes a list of inputs and returns one output for each."
        ),
    ] = None


def _identity(wanted: Wanted) -> str | None:
    said = wanted.settings
    return callable_identity(wanted.name, wanted.folder, "" if said.files and said.version is None else said.version)


KIND = Kind(
    name="python",
    called="a function",
    settings=CallableSettings,
    identity=_identity,
    load=lambda wanted: load_callable(wanted.name, wanted.folder, wanted.settings.version),
    shares=("timeout",),
    sees_all_fields=True,
)
