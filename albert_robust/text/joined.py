"""Several texts read as one: what is exchanged in it is exchanged alike in all of them."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from albert_robust.text.reading import Span, read
from albert_robust.text.text import Edit, Text

BOUNDARY = "\u2029\n"  # a sentence opens after it, and no grapheme reaches over it


def joined(texts: Sequence[Text], beside: Sequence[Text] = ()) -> Text:
    """Return texts of one language as one, with the edits that they have.

    Args:
        texts: What may be edited.
        beside: What is read along with them and stays.
    """
    sources = [text.source for text in (*texts, *beside)]
    starts = _starts(sources)
    shifted = list(zip(texts, starts, strict=False))
    protected = [Span(span.start + start, span.end + start) for text, start in shifted for span in text.protected]
    bounds = [Span(start - len(BOUNDARY), start) for start in starts[1 : len(texts)]]
    if beside:
        bounds.append(Span(starts[len(texts)] - len(BOUNDARY), starts[-1]))
    edits = [_moved(edit, start) for text, start in shifted for edit in text.edits]
    source, language = BOUNDARY.join(sources), texts[0].language
    return Text(source, language, tuple(sorted([*protected, *bounds])), tuple(edits))


def parted(whole: Text, texts: Sequence[Text]) -> Iterator[Text]:
    """Yield the texts that were joined first, each with its edits, in its language unless the whole was given another."""
    starts = _starts([text.source for text in texts])
    for text, start, following in zip(texts, starts, starts[1:], strict=False):
        edits = [_moved(edit, -start) for edit in whole.edits if start <= edit.start < following]
        kept = whole.language == texts[0].language
        yield replace(text, edits=tuple(edits), language=text.language if kept else whole.language)


def _starts(sources: Sequence[str]) -> list[int]:
    """Return the grapheme at which each begins among all, and that at which one more would begin."""
    return list(accumulate((len(read(source).graphemes) + len(BOUNDARY) for source in sources), initial=0))


def _moved(edit: Edit, by: int) -> Edit:
    return edit._replace(start=edit.start + by, end=edit.end + by)
