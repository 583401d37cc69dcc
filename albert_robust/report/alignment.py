"""The picture of an alignment as a file: a score taken apart, for a browser, a paper or an issue."""

from collections.abc import Sequence
from pathlib import Path

from albert_robust.report.display import plain
from albert_robust.report.picture import picture
from albert_robust.report.templates import environment, source
from albert_robust.results.alignment_records import recorded
from albert_robust.scoring.alignment import Alignment


def alignment_svg(
    alignment: Alignment, *, candidate: str = "candidate", reference: str = "reference", templates: Sequence[Path] = ()
) -> str:
    """Return which tokens matched as an SVG picture: self-contained, without a script, fit for light and dark.

    Long texts are cut to their first tokens, and the picture says so.

    Args:
        alignment: From `Scorer.explain`.
        candidate: What the candidate is called.
        reference: What the reference is called.
        templates: Folders with the user's own `alignment.svg.j2` or `alignment.css`, which go before the built-in ones.

    Raises:
        UsageError: A folder of templates does not exist.
    """
    from markupsafe import Markup

    found = environment(templates, autoescape=True, made_safe=plain)
    drawing = picture(recorded(alignment), candidate, reference, name="alignment")
    style = Markup(source(found, "alignment.css"))
    return str(found.get_template("alignment.svg.j2").module.alignment(drawing, style)).strip() + "\n"  # type: ignore[attr-defined]  # a macro of the template
