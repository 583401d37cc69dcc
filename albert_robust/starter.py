"""A first suite for a user's model and data: columns guessed from the data's names, nothing assumed of its quality."""

import json
import os
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

from albert_robust.data import Example
from albert_robust.data.dataset import check_header, read_examples
from albert_robust.data.options import CHOICES, LATIN
from albert_robust.data.rows import UTF8, check_encoding, read_rows
from albert_robust.data.source import PLACEHOLDER
from albert_robust.errors import Mistake, UsageError, complaint_at
from albert_robust.file_names import SUITE
from albert_robust.gate.decide import least_for
from albert_robust.models import KINDS
from albert_robust.models.checkpoint import labels_in
from albert_robust.models.kind import Kind
from albert_robust.models.reply.plain import bare
from albert_robust.perturbing import open_packs, parse_spec, vary
from albert_robust.scoring.statistics import mean_in_unit
from albert_robust.shown import SHOWN_CHOICES
from albert_robust.suite.expectations import EXPECTATIONS, ExpectationName
from albert_robust.suite.gates import needs_references, parse_gate
from albert_robust.suite.load import load_suite
from albert_robust.suite.models import instead
from albert_robust.suite.suite import Suite
from albert_robust.tasks import TASKS, Task
from albert_robust.text import Text
from albert_robust.text.choices import choices
from albert_robust.text.languages import is_tag

ALIASES = {
    "text": ("sentence", "review", "content", "input", "comment", "body", "tokens", "words"),
    "entities": ("ner_tags", "tags", "ents", "spans", "labels"),
    "labels": ("label", "tags", "categories", "emotions", "topics"),
    "label": ("sentiment", "category", "class", "target", "y", "gold_label", "is_duplicate", "relevance"),
    "context": (
        "passage",
        "paragraph",
        "document",
        "contexts",
        "retrieved_contexts",
        "passages",
        "ctxs",
        "documents",
        "text",
    ),
    "question": ("query", "user_input"),
    "answers": ("answer", "reference", "ground_truth", "target"),
    "document": ("article", "text", "source", "body"),
    "summary": ("highlights", "target", "abstract"),
    "source": ("src", "text", "input"),
    "translation": ("tgt", "target", "reference"),
    "prompt": ("instruction", "question", "input", "text", "query", "messages", "conversations"),
    "answer": ("answers", "response", "output", "completion", "target", "reference"),
    "query": ("question", "search", "text"),
    "relevant": ("positive", "document", "answer", "target"),
    "first": (
        "sentence1",
        "sentence_a",
        "text1",
        "text_a",
        "premise",
        "question1",
        "query",
        "question",
        "text",
    ),
    "second": (
        "sentence2",
        "sentence_b",
        "text2",
        "text_b",
        "text_pair",
        "hypothesis",
        "question2",
        "passage",
        "answer",
        "sentence",
    ),
    "score": ("similarity_score", "similarity", "rating", "stars", "label"),
}
OFFERED = ("choices", "options", "endings")  # columns that hold the choices of a question
ASKING = {"text": ("question", "question_stem", "ctx"), "label": ("answer", "answerkey", "answer_idx")}  # beside them
CHOOSE = "{text}\n\nAnswer with the letter alone."
ABOUT = ("input", "context")  # columns that hold what an instruction is about: Alpaca's, Dolly's
FIELDS = "field f1"  # compares objects in JSON
NEGATION = "semantics.negate"
OPTIONS, PASSAGES = "layout.options", "layout.passages"
TRIED = 100  # examples
JUDGED = 20  # examples with references, or more: fewer decide nothing
SHADES = 5  # numbers that are labels and may be shades of an opinion, at most; more are topics
ENTAILED = {"entailment", "contradiction"}
CONTRARIES = [
    {*pair.split()}
    for pair in (
        "positive negative", "pos neg", "good bad", "yes no", "true false", "agree disagree", "favor against", "like dislike",
        "entailment contradiction", "positiv negativ", "positif négatif", "positivo negativo", "положительный отрицательный",
        "позитивный негативный", "正面 负面", "积极 消极", "好评 差评", "إيجابي سلبي", "सकारात्मक नकारात्मक",
    )
]  # fmt: skip
CONFIDENCE = 0.9  # two-sided: that of a suite that says nothing of it
SAYS_LANGUAGE = ("lang", "locale", "language_code")
WRITERS = ("ForCausalLM", "LMHeadModel")  # architectures that go on with a text, and so must be asked by a prompt
CLASSIFIER = "ForSequenceClassification"
_NUMBERED = re.compile(r"(?:option|choice|ending)_?\d")  # WinoGrande's, SWAG's
_BEHIND = re.compile(r"(.*?)@?(https?://.*)")
_HUB = re.compile(r"\w[\w.-]*(?:/[\w.-]+)?", re.ASCII)  # `builtin`, or as a hub names checkpoints
# Slips that any text allows: of few texts no word is among those that are often misspelt.
FAMILIES = (
    *(f"typos.{slip}" for slip in ("delete", "insert", "keyboard", "spacing", "swap")),
    "paraphrase.synonym",
    "paraphrase.filler",
    "punctuation.strip_final",
    "case.lower",
)


def write_starter(
    out: Path,
    task_name: str,
    model: str,
    data: Path,
    language: str,
    reference_language: str = "",
    documents: Path | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str = UTF8,
    skips_bad: bool = False,
) -> Suite:
    """Write a suite and return it, read back.

    Args:
        out: The suite's file.
        task_name: As suites write it.
        model: `module:function`, or a checkpoint folder or name, or an encoder's where the task is an encoder's; `NAME@URL` of
            a chat model behind an endpoint; `KIND:NAME`, as suites write it.
        data: The examples; with `{language}` in the name, a file a language.
        language: Of the examples; of several languages `en,de`.
        reference_language: Of the references; empty where it is the examples'. A translation's must be said.
        documents: What an encoder searches.
        columns: From our names to the file's, where they cannot be guessed; of choices a column, or several, `A,B,C,D`.
        encoding: Of the data, as Python names it.
        skips_bad: Whether rows that are no examples are left out.

    Raises:
        UsageError: The file exists, its name is no suite's, the language is none, the model can be none, or an endpoint's has no
            name.
        InputError: The data are missing or broken, lack a column for the task, or have no example in the language.
    """
    task, languages = TASKS[task_name], tuple(language.split(","))
    _check(out, task, languages, reference_language, columns or {}, encoding)
    first = _first_row(data.parent / data.name.replace(PLACEHOLDER, languages[0]), encoding)
    mapped = dict(columns or {})
    theirs = mapped.pop(CHOICES, "")
    offered = _split(theirs, first) if theirs else offered_in(first) if task.single_label else []
    columns = columns_in(first, task, ASKING if offered else {}) | mapped
    per_row = PLACEHOLDER not in data.name and columns.get("language", "language") in first
    if len(languages) > 1 and PLACEHOLDER not in data.name and not per_row:
        raise UsageError(
            f"--language {language}: no column 'language' in {data.name} says which row is in which: name it, "
            f"`--column language=...`; of files for one language each write {PLACEHOLDER} in --data where they differ"
        )
    mapping = "name it: `--column NAME=...`"
    header = task.source(
        data,
        languages,
        per_row=per_row,
        columns=columns,
        choices=tuple(offered),
        mapping=mapping,
        encoding=encoding,
        skips_bad=skips_bad,
    )
    check_header(header, task.inputs, task.reference)
    examples = read_examples(header, task.inputs, task.reference)
    named = _model(model, task, examples, out, reference_language)
    about = _about(first, columns)
    if about and "prompt" in named:
        named["prompt"] += f"\n\n{{{about}}}"
    if documents is not None:
        named["documents"] = _relative(documents, out)
    spoken = {"languages": [*languages]} if per_row or len(languages) > 1 else {"language": language}
    dataset: dict[str, object] = {"path": _relative(data, out), **spoken}
    if reference_language:
        dataset["reference_language"] = reference_language
    if encoding != UTF8:
        dataset["encoding"] = encoding
    if skips_bad:
        dataset["on_bad_rows"] = "skip"
    if columns or offered:
        dataset["columns"] = {**columns, **({CHOICES: offered if len(offered) > 1 else offered[0]} if offered else {})}
    fields = [*task.perturbed, about] if about else []
    checks = _Checks(task, examples, fields)
    checks.make()
    content = {
        "task": task_name,
        "model": named,
        "datasets": {_called(data): dataset},
        "checks": checks.found,
    }
    written = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    remarks = "".join(f"# {line}\n" for line in checks.remarks)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(f"{written}{remarks}", encoding="utf-8")
    try:
        return load_suite(out)
    except BaseException:
        out.unlink()
        raise


def _model(model: str, task: Task, examples: Sequence[Example], out: Path, reference_language: str) -> dict[str, Any]:
    """Return what a suite says about a model, with the labels and the range that the data have."""
    asked = _prompt(task, examples, reference_language)
    named = _named(model, task, out, asked) or _endpoint(model, task, asked)
    labels = named.get("labels")
    if labels is not None and len(labels) < 2:
        what = "the data have one label" if labels else "the data have no labels"
        raise UsageError(f"{what}: a model that is asked by a prompt chooses between two or more")
    classifies = "transformers" in named and "prompt" not in named
    if classifies and (names := _names(task, examples, out.parent / named["transformers"])):
        named["labels"] = names
    if bounds := _range(task, examples):
        named["range"] = bounds
    return named


def _check(
    out: Path,
    task: Task,
    languages: Sequence[str],
    reference_language: str,
    columns: Mapping[str, str],
    encoding: str,
) -> None:
    """Refuse what can be told to be wrong before data are read."""
    if out.exists() or out.is_symlink():
        raise UsageError(f"{out} exists: choose another --out")
    if not out.name.endswith(SUITE):
        raise UsageError(f"{out.name!r}: a suite's name ends in {SUITE}")
    for language in languages:
        if not is_tag(language):
            raise UsageError(f"{language!r} is no language tag: write a BCP 47 tag such as en or zh")
    if len({*languages}) < len(languages):
        raise UsageError(f"--language {','.join(languages)}: a language is named twice")
    if not task.language_field and not reference_language:
        raise UsageError(f"in which language are the {task.reference}s? say it: --reference-language de")
    known = ("id", "language", *task.inputs, task.reference, *([CHOICES] if task.single_label else []))
    for name in columns:
        if name not in known:
            raise UsageError(f"--column: {name!r} is none of {', '.join(known)}")
    try:
        check_encoding(encoding)
    except Mistake as mistake:
        raise UsageError(f"--encoding: {mistake.what}", mistake.mend) from None


def _about(first: Mapping[str, Any], columns: Mapping[str, str]) -> str:
    """Return the column that holds what an instruction is about, in data that instruct; empty where there is none."""
    instructs = columns.get("prompt", "").lower() == "instruction"
    return next((name for name in first if instructs and name.lower() in ABOUT), "")


def offered_in(first: Mapping[str, Any]) -> list[str]:
    """Return the columns that hold the choices of a question, in data that ask some; none where there are none."""
    present = {str(name).lower(): str(name) for name in first}
    numbered = [present[name] for name in present if _NUMBERED.fullmatch(name)]
    if len(numbered) > 1:
        return numbered
    if not any(name in present for name in ASKING["text"]):
        return []
    for name in OFFERED:
        if name in present and (
            isinstance(held := first[present[name]], list | dict) or str(held).startswith(("[", "{"))
        ):
            return [present[name]]
    lettered = [present[letter] for letter in takewhile(present.__contains__, LATIN.lower())]
    return lettered if len(lettered) > 1 else []


def _split(theirs: str, first: Mapping[str, Any]) -> list[str]:
    return [theirs] if theirs in first else theirs.split(",")


def _chooses(task: Task, examples: Sequence[Example]) -> bool:
    """Return whether the examples are questions with lettered choices."""
    return task.single_label and all(choices(one.fields[task.inputs[0]]) for one in examples[:TRIED])


@dataclass
class _Checks:
    """The checks to begin with, of what changes enough of the examples: of too few a cell cannot be passed.

    Attributes:
        task: The suite's.
        examples: Its data.
        fields: What is perturbed, if that is not what the task says.
        found: The checks.
        left_out: What changes too few examples, with how many.
    """

    task: Task
    examples: Sequence[Example]
    fields: Sequence[str]
    found: list[dict[str, object]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def make(self) -> None:
        """Make the checks."""
        task, examples = self.task, self.examples
        of = {"fields": self.fields} if self.fields else {}
        held: dict[str, object] = {"agreement": FIELDS} if _are_objects(task, examples) else {}
        gates = _gates(task, examples)
        self._add("invariance", (*FAMILIES, OPTIONS), task.perturbed, gates, of, held)
        if not self.found:  # a suite has a check
            self.found.append({"expect": "invariance", **of, "perturbations": [FAMILIES[0]], **held, "gates": gates})
        if task.passages_field:
            passages = [task.passages_field]
            self._add("invariance", (PASSAGES,), passages, gates, {"fields": passages}, held)
        if _are_opinions(task, examples):
            self._add("direction", (NEGATION,), task.perturbed_by("direction"), ["sensitivity >= 0.5"], {}, {})
        if quality := _quality(task, examples):
            self.found.append({"expect": "reference", "gates": [quality]})

    @property
    def remarks(self) -> list[str]:
        """What is not among the checks, and why."""
        found = [f"{one}: left out, a cell of so few cannot be passed" for one in self.left_out]
        if self.task.single_label and not any(check["expect"] == "direction" for check in self.found):
            found.append(f"no check of direction: add one of {NEGATION} if a denial should change the label")
        return found

    def _add(
        self,
        expect: ExpectationName,
        names: Sequence[str],
        fields: Sequence[str],
        gates: Sequence[str],
        of: Mapping[str, object],
        held: Mapping[str, object],
    ) -> None:
        """Add a check for each set of languages that some perturbations can be tested in."""
        least = least_for(parse_gate(gates[0], EXPECTATIONS[expect], self.task).bound, CONFIDENCE)
        groups: dict[tuple[str, ...], list[str]] = {}
        for name in names:
            reach = _reach(name, self.task, self.examples, fields, least)
            few = {language: one for language, one in reach.items() if one.applies and not one.enough(least)}
            told = ", ".join(f"{one.changed} of {one.tried} in {language}" for language, one in few.items())
            if any(one.changed for language, one in reach.items() if language not in few):
                groups.setdefault(tuple(language for language in reach if language not in few), []).append(name)
            if told and name not in (OPTIONS, PASSAGES):  # few data have these
                self.left_out.append(f"{name} changes {told}")
        every = tuple(dict.fromkeys(one.language for one in self.examples))
        for languages, found in groups.items():
            some = {} if languages == every else {"languages": [*languages]}
            self.found.append({"expect": expect, **of, **some, "perturbations": found, **held, "gates": gates})


class _Reached(NamedTuple):
    """How many examples in a language a perturbation changes.

    Attributes:
        applies: Whether it works in the language.
        changed: Of those that were tried.
        tried: The first ones; no more than it took to find enough.
        examples: How many there are.
    """

    applies: bool
    changed: int
    tried: int
    examples: int

    def enough(self, least: int) -> bool:
        """Return whether so many are changed, as far as those that were tried tell; of fewer examples any number is enough."""
        return self.changed > 0 and (self.examples < least or self.changed * self.examples >= least * self.tried)


def _reach(
    name: str, task: Task, examples: Sequence[Example], fields: Sequence[str], least: int
) -> dict[str, _Reached]:
    """Return how many examples a perturbation changes, by their language."""
    registry, spec = open_packs(), parse_spec(name)
    groups: dict[str, list[Example]] = {}
    for one in examples:
        groups.setdefault(one.language, []).append(one)
    found = {}
    for language, group in groups.items():
        applies, changed, tried = registry.get(name).applies(language), 0, 0
        for one in group[:TRIED] if applies else ():
            texts = (Text.of(one.fields[field], language, protect=task.protect(one, field)) for field in fields)
            changed += any(vary(registry, spec, text, seed=0, example="").changed for text in texts)
            tried += 1
            if changed == least:
                break
        found[language] = _Reached(applies, changed, tried, len(group))
    return found


def _are_opinions(task: Task, examples: Sequence[Example]) -> bool:
    """Return whether labels are shades of an opinion, as far as their names say, or a few numbers: a denial turns these.

    Of two texts it turns what follows from the other.
    """
    if not task.single_label or _chooses(task, examples):
        return False
    labels = {label.casefold() for label in _labels(task, examples)}
    if not task.stands_alone:
        return labels >= ENTAILED
    numbered = len(labels) <= SHADES and all(label.isdecimal() for label in labels)
    return len(labels) > 1 and (numbered or any(labels >= pair for pair in CONTRARIES))


def _quality(task: Task, examples: Sequence[Example]) -> str:
    """Return a gate that no model passes which has one answer to all; nothing where so few references decide nothing."""
    expected = [one.references for one in examples if one.references]
    if len(expected) < JUDGED:
        return ""
    if _are_objects(task, examples):
        return f"{FIELDS} >= 0.5"
    if task.starter_quality or "accuracy" not in task.qualities:
        return task.starter_quality
    commonest, _ = Counter(expected).most_common(1)[0]
    alike = [float(one == commonest) for one in expected]
    bound = ceil(20 * mean_in_unit(np.array(alike), CONFIDENCE).high) / 20
    if bound < 1:
        return f"accuracy >= {bound:g}"
    return "" if all(alike) else "kappa >= 0.2"  # one answer to all has 0


def _gates(task: Task, examples: Sequence[Example]) -> list[str]:
    """Return the gates to begin with; where a right answer has many wordings, that it is as often said as before."""
    if _are_objects(task, examples):
        return ["consistency >= 0.8", f"{FIELDS} drop <= 0.1"]
    judged = any(one.references for one in examples)
    return [
        gate
        for gate in task.starter_gates
        if judged or not needs_references(parse_gate(gate, EXPECTATIONS["invariance"], task), task)
    ]


def _are_objects(task: Task, examples: Sequence[Example]) -> bool:
    """Return whether all references are objects in JSON."""
    references = [reference for example in examples for reference in example.references]
    return (
        task.reference_type == "object"
        and bool(references)
        and all(reference.startswith("{") for reference in references)
    )


def _named(model: str, task: Task, out: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a suite says about its model; nothing about an endpoint. `KIND:NAME` is as a suite writes it."""
    kind, _, rest = model.partition(":")
    if kind in KINDS and not os.path.exists(model):
        return _of_kind(KINDS[kind], rest, task, out, asked)
    there = os.path.exists(model)
    if "@" in model and "/" in model and "://" not in model and not there:
        raise UsageError(f"--model {model!r}: write the URL in full, NAME@http://...")
    if ":" in model and not there:
        return {} if _BEHIND.fullmatch(model) else {"python": model}
    if os.path.isfile(Path(model).with_suffix(".py")) and not os.path.isdir(model):
        raise UsageError(f"--model {model!r}: name the function in it, {Path(model).stem}:FUNCTION")
    if not there and not _HUB.fullmatch(model):
        raise UsageError(f"--model {model!r}: no such folder, and neither module:function nor the name of a checkpoint")
    embeds = KINDS["encoder"].does(task) and not _architecture(Path(model)).endswith((*WRITERS, CLASSIFIER))
    return _of_kind(KINDS["encoder" if embeds else "transformers"], model, task, out, asked)


def _of_kind(kind: Kind, name: str, task: Task, out: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a suite says about a model of a kind."""
    if not name:
        raise UsageError(f"--model {kind.name}: say which, --model {kind.name}:NAME")
    if kind.streams:
        return {}
    if kind.name == "python":
        return {"python": name}
    speaks = kind.is_prompted and (task.is_prompted or _architecture(Path(name)).endswith(WRITERS))
    if not (kind.does(task) or speaks):
        raise UsageError(f"--model: {kind.called} cannot do {task.name} here: {instead(task)}")
    if kind.name == "finetuned" and not os.path.isfile(name):
        raise UsageError(f"--model: no file {name!r}")
    return {kind.name: _relative(Path(name), out) if os.path.exists(name) else name, **(asked if speaks else {})}


def _architecture(checkpoint: Path) -> str:
    """Return what a checkpoint's settings say that it is; empty where they say nothing."""
    try:
        settings = json.loads((checkpoint / "config.json").read_text(encoding="utf-8"))
        return str(settings["architectures"][0])
    except (OSError, ValueError, LookupError, TypeError):
        return ""  # what loads it says what is wrong


def _endpoint(model: str, task: Task, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a suite says about a chat model behind an endpoint."""
    found = _BEHIND.fullmatch(model.removeprefix("endpoint:"))
    if found is None:
        raise UsageError(f"--model {model!r}: write NAME@http://...")
    name, url = found.groups()
    if not name:
        raise UsageError(f"say which model is asked there: --model NAME@{url}")
    if not task.starter_prompt:
        raise UsageError(f"a chat model cannot do {task.name} here: {instead(task)}")
    named = {"endpoint": url, "model": name, **asked, "settings": {"temperature": 0}}
    return {**named, "key_env": "OPENAI_API_KEY"} if url.startswith("https:") else named


def _prompt(task: Task, examples: Sequence[Example], reference_language: str) -> dict[str, Any]:
    """Return a prompt to begin with, and the labels that the data have."""
    labels = _labels(task, examples)
    low, high = _range(task, examples) or (0, 1)
    told = {"labels": " or ".join(labels), "language": reference_language, "low": str(low), "high": str(high)}
    prompt = CHOOSE if _chooses(task, examples) else task.starter_prompt
    for name, value in told.items():
        prompt = prompt.replace(f"{{{name}}}", value)
    return {"prompt": prompt, **({"labels": labels} if task.has_labels else {})}


def _range(task: Task, examples: Sequence[Example]) -> list[float]:
    """Return the lowest and the highest reference, 0 and 1 where they are one; nothing where a task has no range."""
    found = sorted(
        {float(reference) for example in examples for reference in example.references} if task.needs_range else ()
    )
    bounds = [found[0], found[-1]] if len(found) > 1 else [0.0, 1.0]
    return [int(bound) if bound.is_integer() else bound for bound in bounds] if task.needs_range else []


def _names(task: Task, examples: Sequence[Example], checkpoint: Path) -> dict[str, str]:
    """Return what the data call each label of a checkpoint, where some differ in case or signs alone; nothing where none does."""
    ours = {_plain(label): label for label in _labels(task, examples)}
    names = {own: ours.get(_plain(own), own) for own in labels_in(checkpoint, task)}
    return names if any(own != name for own, name in names.items()) else {}


def unlike_labels(suite: Suite, examples: Sequence[Example]) -> str:
    """Return what to tell of a checkpoint that cannot say all labels of its examples; empty where it can, or nobody knows."""
    model, task = suite.model, suite.task
    known, ours = model.kind.labels(model, task, suite.path.parent), _labels(task, examples)
    own = [model.names.get(label, label) for label in known]
    if not own or {*ours} <= {*own}:
        return ""
    says, have = (", ".join(labels[:SHOWN_CHOICES]) for labels in (own, ours))
    mend = f"say in `model:` which is which, `labels: {{{known[0]}: {ours[0]}, ...}}`"
    return f"the checkpoint says {says}, the data say {have}: {mend}"


def _plain(label: str) -> str:
    return re.sub(r"[\W_]+", " ", bare(label))


def _labels(task: Task, examples: Sequence[Example]) -> list[str]:
    """Return the labels that the references are, or hold."""
    references = {reference for example in examples for reference in example.references}
    if task.annotation:
        return sorted({label for reference in references for label in task.annotation.labels(reference)})
    if not task.single_label:
        return []
    marks = {choice.mark for example in examples for choice in choices(example.fields[task.inputs[0]])}
    letters = ({form.format(mark) for mark in marks} for form in ("{}", "({})"))
    chosen = next((some for some in letters if references <= some), set()) if _chooses(task, examples) else set()
    return sorted(chosen | references)


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as people do, and a list that stands twice twice."""

    def ignore_aliases(self, data: object) -> bool:
        """Refer to nothing by an alias."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _first_row(data: Path, encoding: str) -> dict[str, Any]:
    found = next(read_rows(data, encoding=encoding), None)
    if found is None:
        raise complaint_at(data, "the dataset is empty", "add examples")
    return found[1]


def _called(data: Path) -> str:
    """Return what cells call a dataset: as its file is called, as far as an id may hold it."""
    return re.sub("[^A-Za-z0-9]+", "-", data.stem.replace(PLACEHOLDER, ""))[:80].strip("-") or "data"


def columns_in(first: Mapping[str, Any], task: Task, more: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the columns that the data call otherwise: by our names, theirs."""
    present = {str(name).lower(): str(name) for name in first}
    found: dict[str, str] = {}
    for wanted in (*task.inputs, task.reference):
        if wanted not in first:
            names = (wanted, *more.get(wanted, ()), *ALIASES.get(wanted, ()))
            near = next((present[name] for name in names if name in present), None)
            if near is not None and near not in found.values():
                found[wanted] = near
    return found if "language" in first else found | _says_language(first)


def _says_language(first: Mapping[str, Any]) -> dict[str, str]:
    """Return the column of another name that says the language of its row, if there is one that holds language tags."""
    names = [str(name) for name in first if str(name).lower() in SAYS_LANGUAGE and is_tag(str(first[name]))]
    return {"language": names[0]} if names else {}


def _relative(path: Path, out: Path) -> str:
    return Path(os.path.relpath(path.resolve(), out.resolve().parent)).as_posix()
