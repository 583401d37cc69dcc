"""Report: a run, drawn as HTML, Markdown or JSON from its records alone."""

from albert_robust.report.render import render_html, render_json, render_markdown, write_report

__all__ = ["render_html", "render_json", "render_markdown", "write_report"]
