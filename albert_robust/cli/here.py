"""The session that pytest would begin here: commands beside it use the same root, workspace and seed."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from albert_robust.session import RobustSession

# Only settings are wanted of pytest: no conftest is run, no output caught, no import rewritten.
QUIETLY = ("-p", "albert_robust", "--noconftest", "--capture=no", "--assert=plain")


def session_here(
    suites: Sequence[Path] = (), workspace: Path | None = None, seed: int | None = None
) -> "RobustSession":
    """Return the session of some suites, with the settings of pytest's ini file where nothing else is given.

    Raises:
        UsageError: The ini file is broken, or one of its settings is.
    """
    import pytest

    from albert_robust.errors import UsageError
    from albert_robust.session import RobustSession

    given = {"robust_workspace": workspace and Path.cwd() / workspace, "robust_seed": seed}
    try:
        session = RobustSession(pytest.Config.fromdictargs(given, [*QUIETLY, *map(str, suites)]))
        _ = session.seed, session.workspace
    except pytest.UsageError as error:
        raise UsageError(str(error)) from None
    return session
