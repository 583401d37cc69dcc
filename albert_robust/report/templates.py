"""Templates: the built-in ones and a user's, which go before those of the same name. Every value they print is made safe."""

from collections.abc import Callable, Sequence
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from albert_robust.builtin import builtin
from albert_robust.errors import UsageError, complaint_at
from albert_robust.foreign import raised

ENDING = ".j2"

if TYPE_CHECKING:
    from jinja2 import Environment


def environment(templates: Sequence[Path], autoescape: bool, made_safe: Callable[[str], str]) -> "Environment":
    """Return where templates are found.

    Args:
        templates: Folders with the user's own.
        autoescape: Whether markup is escaped.
        made_safe: What else happens to every string that a template prints.

    Raises:
        UsageError: A folder of templates does not exist; later, a file in it that is wanted is not UTF-8 text.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    for folder in templates:
        if not folder.is_dir():
            raise UsageError(f"no folder of templates at {str(folder)!r}")

    class Loader(FileSystemLoader):
        def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
            try:
                return super().get_source(environment, template)
            except UnicodeDecodeError:
                raise UsageError(f"{template} in the folder of templates is not UTF-8 text") from None

    def finalize(value: Any) -> Any:
        return made_safe(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    return Environment(
        loader=Loader([*templates, builtin("reports")]),
        autoescape=autoescape,
        undefined=StrictUndefined,
        finalize=finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def rendered(environment: "Environment", name: str, **values: Any) -> str:
    """Return what a template makes of some values.

    Raises:
        InputError: A user's template cannot be read or raises.
    """
    try:
        return environment.get_template(name).render(**values)
    except Exception as error:
        places = [frame for frame in extract_tb(error.__traceback__) if frame.filename.endswith(ENDING)]
        if not places or Path(places[-1].filename).is_relative_to(builtin("reports")):
            raise
        what, line = f"the template raises {raised(error)}", places[-1].lineno or 1
        raise complaint_at(Path(places[-1].filename), what, line=line) from None


def source(environment: "Environment", name: str) -> str:
    """Return the text of a file beside the templates, such as a style sheet."""
    assert environment.loader is not None
    return environment.loader.get_source(environment, name)[0]
