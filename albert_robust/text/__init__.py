"""Text as people see it: graphemes, words, scripts, protected spans and edits."""

from albert_robust.text.reading import Span, Word
from albert_robust.text.text import Edit, Text

__all__ = ["Edit", "Span", "Text", "Word"]
