"""Heads: how a checkpoint does each task, from inputs to answers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from unicodedata import category

from albert_robust.errors import UsageError
from albert_robust.models.generating import AT_ONCE, GREEDY, encoded, generated, limit_of
from albert_robust.models.model import Inputs
from albert_robust.text.graphemes import word_spans

WINDOW = 512  # tokens of a long text that a model without a limit reads at once
STRIDE = 128  # tokens that two windows of a long text share
MAX_ANSWER_TOKENS = 30
MAX_SUMMARY_TOKENS = 128
MAX_TRANSLATION_TOKENS = 256
Span = tuple[int, int]
TEXT, PAIR = ("text",), ("first", "second")  # the fields that a head reads


@dataclass(frozen=True, slots=True)
class Head:
    """How a checkpoint does a task.

    Attributes:
        auto_class: The class of transformers that loads such a checkpoint.
        answer: Takes a model, its tokenizer and inputs, and returns one answer per input, in order. If the answer is about the
            whole input, it says in `cut` how many tokens were not read. A head that writes also takes options of `generate`.
    """

    auto_class: str
    answer: Callable[..., list[Any]]


def classify(model: Any, tokenizer: Any, batch: Sequence[Inputs], fields: Sequence[str] = TEXT) -> list[Any]:
    """Return the label and the probabilities of each text, or of each pair of texts, which `fields` then names."""
    labels = model.config.id2label
    if len(labels) == 1:
        task = "text-regression" if len(fields) == 1 else "sentence-similarity"
        raise UsageError(f"the checkpoint gives a number and no label: that is `task: {task}`")
    logits, cuts = _logits(model, tokenizer, batch, fields)
    rows = zip(logits.softmax(dim=1).tolist(), cuts, strict=True)
    return [{"scores": {labels[place]: value for place, value in enumerate(row)}, "cut": cut} for row, cut in rows]


def label_all(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> list[Any]:
    """Return the probability of each label of each text, each by itself."""
    labels = model.config.id2label
    logits, cuts = _logits(model, tokenizer, batch)
    rows = zip(logits.sigmoid().tolist(), cuts, strict=True)
    return [{"labels": {labels[place]: value for place, value in enumerate(row)}, "cut": cut} for row, cut in rows]


def rate(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> list[Any]:
    """Return the number of each text, from a head with one output."""
    numbers, cuts = _numbers(model, tokenizer, batch, TEXT)
    return [{"score": value, "cut": cut} for value, cut in zip(numbers.tolist(), cuts, strict=True)]


def compare(model: Any, tokenizer: Any, batch: Sequence[Inputs], raw: bool = False) -> list[Any]:
    """Return how alike the texts of each pair are, or how relevant one is to the other, from a cross-encoder: one output.

    The output is a logit, of which sentence-transformers takes the sigmoid, too, unless the head was trained for regression; or
    it is the number itself, if that is asked for by `raw`.
    """
    numbers, cuts = _numbers(model, tokenizer, batch, PAIR)
    if not raw and model.config.problem_type != "regression":
        numbers = numbers.sigmoid()
    return [{"similarity": value, "cut": cut} for value, cut in zip(numbers.tolist(), cuts, strict=True)]


def _numbers(model: Any, tokenizer: Any, batch: Sequence[Inputs], fields: Sequence[str]) -> tuple[Any, list[int]]:
    """Return the output of a head that has one, shape (texts,), and how many tokens of each were not read."""
    count = len(model.config.id2label)
    if count > 1:
        task = "text-classification" if len(fields) == 1 else "pair-classification"
        raise UsageError(f"the checkpoint gives {count} labels and no number: that is `task: {task}`")
    logits, cuts = _logits(model, tokenizer, batch, fields)
    return logits[:, 0], cuts


def _logits(model: Any, tokenizer: Any, batch: Sequence[Inputs], fields: Sequence[str] = TEXT) -> tuple[Any, list[int]]:
    """Return the head's output for each text or pair, shape (texts, labels), and how many tokens of each were not read."""
    texts, *second = ([inputs[name] for inputs in batch] for name in fields)
    pair = second[0] if second else None
    tokens, cuts = encoded(tokenizer, texts, limit_of(model, tokenizer), text_pair=pair)
    return _said(model, tokens, "logits")[0].double(), cuts


def _said(model: Any, tokens: Any, *names: str) -> list[Any]:
    """Return the named outputs of a model, each for all rows of its input. The model reads `AT_ONCE` tokens at a time."""
    import torch

    parts = []
    count, length = tokens["input_ids"].shape
    step = max(1, AT_ONCE // length)
    with torch.inference_mode():
        for first in range(0, count, step):
            rows = {name: value[first : first + step].to(model.device) for name, value in tokens.items()}
            output = model(**rows)
            parts.append([output[name].float().cpu() for name in names])
    return [torch.cat(column) for column in zip(*parts, strict=True)]


def _windows(model: Any, tokenizer: Any, *texts: list[str], truncation: str) -> tuple[Any, list[int], list[list[Span]]]:
    """Cut long texts into windows that a model can read.

    Args:
        model: Says how many tokens it reads.
        tokenizer: The model's own.
        texts: One or two texts per input.
        truncation: Which of the two is cut, as the tokenizer calls it.

    Returns:
        The tokens of all windows; per window the index of its input; and per token of a window its start and end in the text.
    """
    limit = limit_of(model, tokenizer) or WINDOW
    tokens = tokenizer(
        *texts,
        padding=True,
        truncation=truncation,
        max_length=limit,
        stride=min(STRIDE, limit // 4),
        return_overflowing_tokens=True,
        return_offsets_mapping=True,
        return_tensors="pt",
    )
    owners, offsets = tokens.pop("overflow_to_sample_mapping"), tokens.pop("offset_mapping")
    return tokens, owners.tolist(), offsets.tolist()


def tag(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> list[Any]:
    """Return the tagged words of each text. A word has the tag of its first token. A long text is read in windows.

    Words are those of the text, not of the tokenizer; punctuation, and characters of scripts without spaces, have their own tags.
    """
    texts = [inputs["text"] for inputs in batch]
    windows, owners, offsets = _windows(model, tokenizer, texts, truncation="only_first")
    best = _said(model, windows, "logits")[0].argmax(dim=2).tolist()
    tokens: list[dict[int, tuple[int, int, int]]] = [{} for _ in texts]
    for owner, *row in zip(owners, offsets, best, strict=True):
        there = _deciding(*row)
        for place, (start, one) in enumerate(there.items()):
            inside = min(place, len(there) - 1 - place)  # the farther from its borders, the more a window knows
            tokens[owner][start] = max(tokens[owner].get(start, (-1, 0, 0)), (inside, *one))
    labels = model.config.id2label
    return [
        [(start, end, labels[label]) for start, end, label in _words(text, found) if labels[label] != "O"]
        for text, found in zip(texts, tokens, strict=True)
    ]


def _deciding(offsets: Sequence[Span], tags: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Return the end and the tag of each token of a window, by its start; the first of a character's bytes has its tag."""
    found: dict[int, tuple[int, int]] = {}
    for (start, end), label in zip(offsets, tags, strict=True):
        if start < end:
            found.setdefault(start, (end, label))
    return found


def _words(text: str, tokens: Mapping[int, tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return words as (start, end, tag). Tokens that continue a word are joined to its first token.

    Args:
        text: The text of the tokens.
        tokens: By start: how far a token is from the border of its window, its end and its tag.
    """
    insides = {place for first, last in word_spans(text) for place in range(first + 1, last)}
    words: list[tuple[int, int, int]] = []
    for start, (_, end, label) in sorted(tokens.items()):
        first = start + len(text[start:end]) - len(text[start:end].lstrip())  # some tokens begin with a blank
        if words and first in insides:
            words[-1] = (words[-1][0], end, words[-1][2])
        else:
            words.append((start, end, label))
    return words


def answer_questions(model: Any, tokenizer: Any, batch: Sequence[Inputs]) -> list[Any]:
    """Return the best span of each context. A long context is read in windows, and the best window's span wins."""
    import torch

    questions = [inputs["question"] for inputs in batch]
    contexts = [inputs["context"] for inputs in batch]
    windows, owners, offsets = _windows(model, tokenizer, questions, contexts, truncation="only_second")
    in_context = torch.tensor([[part == 1 for part in windows.sequence_ids(row)] for row in range(len(owners))])
    starts, ends = _said(model, windows, "start_logits", "end_logits")
    best: dict[int, tuple[float, int, int]] = {}
    for row, owner in enumerate(owners):
        value, start, end = _best_span(starts[row], ends[row], in_context[row])
        if owner not in best or value > best[owner][0]:
            best[owner] = (value, offsets[row][start][0], offsets[row][end][1])
    return [{"answer": span_text(context, *best[place][1:])} for place, context in enumerate(contexts)]


def span_text(context: str, start: int, end: int) -> str:
    """Return the text of a span, extended to the beginning of its first word, because a tokenizer cuts words into pieces.

    An elided article is not part of the word (`l'eau`), nor is the text before it in a script without spaces. The end is not
    extended, except by marks on the last letter: a last piece may be a word without its ending.
    """
    begins = next((first for first, last in word_spans(context) if first < start < last), start)
    while begins < start < end and category(context[start - 1])[0] in "LMN":
        start -= 1
    while start < end < len(context) and category(context[end]).startswith("M"):
        end += 1
    return context[start:end].strip()


def _best_span(starts: Any, ends: Any, allowed: Any) -> tuple[float, int, int]:
    import torch

    outside = torch.finfo(starts.dtype).min / 4
    starts, ends = starts.masked_fill(~allowed, outside), ends.masked_fill(~allowed, outside)
    sums = (starts[:, None] + ends[None, :]).triu().tril(MAX_ANSWER_TOKENS - 1)
    reachable = torch.ones_like(sums).triu().tril(MAX_ANSWER_TOKENS - 1).bool()
    sums = sums.masked_fill(~reachable, 2 * outside)
    place = int(sums.argmax())
    return float(sums.flatten()[place]), place // len(starts), place % len(starts)


def summarize(model: Any, tokenizer: Any, batch: Sequence[Inputs], how: Mapping[str, Any] = GREEDY) -> list[Any]:
    """Return a summary of each document; `how` are options of `generate`."""
    made = generated(model, tokenizer, [inputs["document"] for inputs in batch], MAX_SUMMARY_TOKENS, how)
    return [{"summary": text, "cut": cut} for text, cut in made]


def translate(model: Any, tokenizer: Any, batch: Sequence[Inputs], how: Mapping[str, Any] = GREEDY) -> list[Any]:
    """Return a translation of each source; `how` are options of `generate`."""
    made = generated(model, tokenizer, [inputs["source"] for inputs in batch], MAX_TRANSLATION_TOKENS, how)
    return [{"translation": text, "cut": cut} for text, cut in made]


HEADS: Mapping[str, Head] = {  # by task
    "text-classification": Head("AutoModelForSequenceClassification", classify),
    "pair-classification": Head("AutoModelForSequenceClassification", partial(classify, fields=PAIR)),
    "multi-label-classification": Head("AutoModelForSequenceClassification", label_all),
    "text-regression": Head("AutoModelForSequenceClassification", rate),
    "sentence-similarity": Head("AutoModelForSequenceClassification", compare),
    "token-classification": Head("AutoModelForTokenClassification", tag),
    "question-answering": Head("AutoModelForQuestionAnswering", answer_questions),
    "summarization": Head("AutoModelForSeq2SeqLM", summarize),
    "translation": Head("AutoModelForSeq2SeqLM", translate),
}
