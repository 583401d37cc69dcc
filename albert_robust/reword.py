"""Reword: a model's own wordings of a suite's texts, sifted, for people to read over before other models are tested with them.

Paraphrases, back-translations, a dialect, another tone: whatever the rewriter is asked for. A run reads them from a file
(`perturbing/given.py`), so it needs neither the rewriter nor a network, and is the same each time.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import regex

from albert_robust.asking.ask import Cost
from albert_robust.asking.mistakes import placed
from albert_robust.asking.progress import Progress
from albert_robust.asking.score import CachedScorer
from albert_robust.asking.workspace import Workspace
from albert_robust.documents.explaining import validate
from albert_robust.documents.yaml_file import open_document
from albert_robust.errors import InputError, Place
from albert_robust.models.prompt import fields_of
from albert_robust.running.blocks import examples_of
from albert_robust.shown import shown_path
from albert_robust.suite.schema import ModelSpec
from albert_robust.suite.suite import Suite
from albert_robust.tasks import TASKS, Prediction, TextScorer
from albert_robust.tasks.entities import json_in
from albert_robust.tasks.task import Compared
from albert_robust.text import Text

ASKED = ("text", "language", "n")
_ITEM = regex.compile(r"(?:\(?\p{Nd}{1,2}[.)、．]|[-*•])\s+(?=\S)")  # what opens a line of a list


@dataclass(frozen=True, slots=True)
class Wanted:
    """A text to be reworded.

    Attributes:
        text: As the data have it.
        language: BCP 47 tag.
        protect: What has to stay as it is.
    """

    text: str
    language: str
    protect: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reworded:
    """A wording of a text.

    Attributes:
        text: The text.
        language: Of both.
        variant: The wording.
        labs: LABS F beside the text.
        fault: Why it is none to test with; empty where nothing speaks against it.
    """

    text: str
    language: str
    variant: str
    labs: float
    fault: str


def wordings_in(answer: Any) -> str | None:
    """Return the wordings that a rewriter answered as a JSON list; None where there is none.

    They are a list, as JSON alone or in other text, or a line each behind a number or a dash; else all that is said is one.
    """
    found = json_in(answer) if isinstance(answer, str) else answer
    if isinstance(found, Mapping):
        found = next((value for value in found.values() if isinstance(value, list)), [*found.values()])
    if not (isinstance(found, list | tuple) and found and all(isinstance(one, str) for one in found)):
        if not isinstance(answer, str):
            return None
        lines = [line.strip() for line in answer.splitlines() if line.strip()]
        listed = len(lines) > 1 and all(map(_ITEM.match, lines))
        found = [_ITEM.sub("", line, count=1) for line in lines] if listed else [answer]
    wordings = [one.strip() for one in found if one.strip()]
    return json.dumps(wordings, ensure_ascii=False) if wordings else None


TASK = replace(
    TASKS["text-generation"],
    name="rewording",
    inputs=ASKED,
    parse=wordings_in,
    output_type="text or a list of texts",
)


def read_rewriter(path: Path) -> ModelSpec:
    """Return what a file says about a rewriter: what stands in a suite's `model:`.

    Raises:
        InputError: It is no model, or its prompt lacks `{text}` or names something other than that, `{language}` and `{n}`.
    """
    document = open_document(path)
    spec = validate(document, ModelSpec)
    told = {key: fields_of(template or "") for key, template in (("prompt", spec.prompt), ("system", spec.system))}
    if spec.prompt and "text" not in told["prompt"] | told["system"]:
        what = "the prompt does not hold {text}, which is to be reworded"
        raise InputError([document.complain(("prompt",), what, "write {text} where the text is to stand")])
    for key, names in told.items():
        for name in sorted(names - {*ASKED}):
            what = f"a rewriter is told no {{{name}}}"
            raise InputError([document.complain((key,), what, "it is told {text}, its {language}, and {n}, how many")])
    return spec


def wanted_in(suite: Suite, fields: Sequence[str]) -> list[Wanted]:
    """Return the texts that a suite's data hold in some fields, each once, but for blank ones."""
    found: dict[tuple[str, str], Wanted] = {}
    for examples in examples_of(suite, [*suite.datasets]).values():
        for example in examples:
            for field in fields:
                text, place = example.fields[field], (example.language, example.fields[field])
                also = found[place].protect if place in found else ()
                protect = tuple(dict.fromkeys((*also, *suite.task.protect(example, field))))
                found[place] = Wanted(text, example.language, protect)
    return [one for one in found.values() if one.text.strip()]


def reworded(
    suite: Suite,
    rewriter: ModelSpec,
    path: Path,
    wanted: Collection[Wanted],
    workspace: Workspace,
    n: int,
    meaning: float,
    progress: Progress,
) -> tuple[list[Reworded], list[str]]:
    """Return the wordings of texts, and what went wrong with those that have none.

    Args:
        suite: Of the texts.
        rewriter: What is asked.
        path: The file that names it: what it names lies beside.
        wanted: The texts.
        workspace: Where answers and scores are kept.
        n: How many wordings of a text are asked for.
        meaning: LABS F beside its text that a wording needs.
        progress: Is told how many texts are done.
    """
    asked = [{"text": one.text, "language": one.language, "n": str(n)} for one in wanted]
    shown = shown_path(path)
    of_rewriter = replace(suite, model=rewriter, model_place=Place(), path=path, shown=shown, name=path.name, task=TASK)
    cost = Cost()
    progress.begin(path.name, len(asked), cost)
    with placed(of_rewriter):
        answers = workspace.predictor(of_rewriter, cost).predict(
            asked, watch=lambda share: progress.reach(share * len(asked), cost)
        )
    progress.end()
    scorer = CachedScorer(suite.encoder, workspace.cache, workspace.run, workspace.allow_network)
    found: list[Reworded] = []
    failures: list[str] = []
    for one, inputs in zip(wanted, asked, strict=True):
        answer = answers.of(inputs)
        if isinstance(answer, Prediction):
            found += _sifted(one, json.loads(answer.output), scorer, meaning)
        else:
            failures.append(answer or "the budget had no room for it")
    return found, failures


def _sifted(wanted: Wanted, wordings: Sequence[str], scorer: TextScorer, meaning: float) -> Iterator[Reworded]:
    text, language = wanted.text, wanted.language
    unlike = [one for one in dict.fromkeys(wordings) if one != text.strip()]
    scores = scorer.scores([Compared(one, text, language, language) for one in unlike])
    original = Text.of(text, language, protect=wanted.protect)
    for variant, score in zip(unlike, scores, strict=True):
        fault = f"LABS {score.f:.2f} beside the text, {meaning:g} asked" if score.f < meaning else ""
        if str(original.rewrite(variant)) != variant:
            fault = "it lacks what has to stay as it is"
        yield Reworded(text, language, variant, score.f, fault)
