"""Text as people see it: graphemes, words, scripts, protected spans and edits."""

from albert_robust.text.text import Edit, Span, Text, Word

__all__ = ["Edit", "Span", "Text", "Word"]
