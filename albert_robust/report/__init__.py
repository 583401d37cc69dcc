"""Report: a run, drawn as HTML, Markdown or JSON from its records alone."""

from albert_robust.report.alignment import alignment_svg
from albert_robust.report.render import render_html, render_json, render_markdown, write_report

__all__ = ["alignment_svg", "render_html", "render_json", "render_markdown", "write_report"]
