"""Templates: the built-in ones and a user's, which go before those of the same name. Every value they print is made safe."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albert_robust.builtin import builtin
from albert_robust.errors import UsageError

if TYPE_CHECKING:
    from jinja2 import Environment


def environment(templates: Sequence[Path], autoescape: bool, made_safe: Callable[[str], str]) -> "Environment":
    """Return where templates are found.

    Args:
        templates: Folders with the user's own.
        autoescape: Whether markup is escaped.
        made_safe: What else happens to every string that a template prints.

    Raises:
        UsageError: A folder of templates does not exist.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    for folder in templates:
        if not folder.is_dir():
            raise UsageError(f"no folder of templates at {str(folder)!r}")

    def finalize(value: Any) -> Any:
        return made_safe(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    return Environment(
        loader=FileSystemLoader([*templates, builtin("reports")]),
        autoescape=autoescape,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def source(environment: "Environment", name: str) -> str:
    """Return the text of a file beside the templates, such as a style sheet."""
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]
