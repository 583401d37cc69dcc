"""Render: a run as one self-contained HTML page, as Markdown or as JSON. The same run gives the same bytes.

The page loads nothing: its style and its script lie in it, and its content security policy allows these two by their
hashes and nothing else. Every value that a template prints is escaped and freed of hidden characters, in a user's
templates too.
"""

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from albert_robust.atomic import write_whole
from albert_robust.report.display import plain, visible
from albert_robust.report.markdown import code, escaped
from albert_robust.report.summary import summary
from albert_robust.report.templates import environment, rendered, source
from albert_robust.report.view import page
from albert_robust.results.run import Run

PAGE = "index.html"


def render_html(run: Run, templates: Sequence[Path] = ()) -> str:
    """Return the report as one HTML page.

    Args:
        run: What is reported.
        templates: Folders with the user's own templates, style sheet or script, which go before the built-in ones of
            the same name: `report.html.j2`, `parts.html.j2`, `report.css`, `report.js`, and for the pictures of
            alignments `alignment.svg.j2` and `alignment.css`.

    Raises:
        InputError: A user's template cannot be read or raises.
        UsageError: A folder of templates does not exist.
    """
    from markupsafe import Markup

    found = environment(templates, autoescape=True, made_safe=plain)
    found.filters["visible"] = visible
    style, script = source(found, "report.css"), source(found, "report.js")
    if run.alignments:
        style += source(found, "alignment.css")
    return rendered(
        found,
        "report.html.j2",
        page=page(run),
        style=Markup(style),
        script=Markup(script),
        style_hash=_policy_hash(style),
        script_hash=_policy_hash(script),
    )


def render_markdown(run: Run, templates: Sequence[Path] = ()) -> str:
    """Return the report as Markdown, short enough for a comment. A user's `report.md.j2` goes before the built-in.

    Raises:
        InputError: A user's template cannot be read or raises.
        UsageError: A folder of templates does not exist.
    """
    from markupsafe import Markup

    found = environment(templates, autoescape=False, made_safe=escaped)
    found.filters["code"] = lambda text, table=False: Markup(code(text, table))
    return rendered(found, "report.md.j2", page=page(run))


def render_json(run: Run) -> str:
    """Return what the run comes to as JSON in plain ASCII."""
    return json.dumps(summary(run), indent=1, allow_nan=False) + "\n"


def write_report(run: Run, folder: str | Path, templates: Sequence[Path] = ()) -> Path:
    """Write the page beside the run's records, whole or not at all, and return its path."""
    path = Path(folder) / PAGE
    data = render_html(run, templates).encode("utf-8", "backslashreplace")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)
    return path


def _policy_hash(text: str) -> str:
    """Return a source expression of a content security policy (CSP 3, 2.3.1) that allows a text."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
