"""What pytest would be told here: commands beside it use the same root, workspace and seed."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from albert_robust.settings import Settings
    from albert_robust.suite.suite import Suite

# Only settings are wanted of pytest: no conftest is run, no output caught, no import rewritten.
QUIETLY = ("-p", "albert_robust", "--noconftest", "--capture=no", "--assert=plain")


def settings_here(suites: Sequence[Path] = (), workspace: Path | None = None, seed: int | None = None) -> "Settings":
    """Return the settings of a run of some suites: those of pytest's ini file where nothing else is given.

    Raises:
        UsageError: The ini file is broken, or one of its settings is.
    """
    import pytest

    from albert_robust.errors import UsageError
    from albert_robust.settings import Settings

    given = {"robust_workspace": workspace and Path.cwd() / workspace, "robust_seed": seed}
    try:
        settings = Settings(pytest.Config.fromdictargs(given, [*QUIETLY, *map(str, suites)]))
        _ = settings.seed, settings.workspace
    except pytest.UsageError as error:
        raise UsageError(str(error)) from None
    return settings


def suites_here(paths: Sequence[Path], settings: "Settings", *, awaits_variants: bool = False) -> "list[Suite]":
    """Return the suites of some files as pytest would load them here, one a model.

    Args:
        paths: The files.
        settings: Of pytest.
        awaits_variants: Whether they may name files of variants that are not there yet.

    Raises:
        InputError: A file is broken.
    """
    from albert_robust.suite.load import load_suites

    root = settings.root
    loaded = (load_suites(path, seed=settings.seed, root=root, awaits_variants=awaits_variants) for path in paths)
    return [one for suites in loaded for one in suites]
