"""Where the three built-in folders are: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def builtin(name: str) -> Path:
    """Return the folder of a built-in pack: `perturbations`, `suites` or `reports`."""
    in_wheel = PACKAGE / "_builtin" / name
    return in_wheel if in_wheel.is_dir() else PACKAGE.parent / name
