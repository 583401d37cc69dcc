"""The model of a suite: whether it can do the suite's task, and has what it needs for that."""

import os

from albert_robust.errors import BESIDE_SUITE, suggest
from albert_robust.models import named_kinds
from albert_robust.models.generating import WRITTEN
from albert_robust.models.prompt import SYSTEM, TEMPLATE, fields_of, is_local
from albert_robust.suite.draft import Draft
from albert_robust.suite.kinds import WITH_PROMPT, why_not
from albert_robust.tasks import Task

CALLED = {
    "transformers": "a checkpoint",
    "finetuned": "a fine-tuned model",
    "extractive": "an extractive summariser",
    "encoder": "an encoder alone",
}


def instead(task: Task) -> str:
    """Return what to write in place of a model that cannot do a task."""
    *others, last = (f"`{kind}:`" for kind in task.all_models)
    return f"use {', '.join(others)} or {last}" if others else f"use {last}"


def check_model(draft: Draft) -> None:
    """Complain of a model that cannot do the suite's task, or lacks something for it."""
    model, task = draft.model, draft.task
    (kind,) = named_kinds(model)
    _check_keys(draft, kind)
    able = kind in task.models or (kind == "transformers" and model.prompt)
    if kind in CALLED and not able:
        draft.complaints.add((*draft.at, kind), f"{CALLED[kind]} cannot do {task.name} here", instead(task))
    _check_range(draft)
    _check_file(draft, "finetuned", model.finetuned)
    if kind == "encoder":
        _check_documents(draft)
    if kind in WITH_PROMPT and model.prompt:
        _check_prompt(draft)
    elif kind == "transformers":
        _check_writing(draft)


def _check_keys(draft: Draft, kind: str) -> None:
    """Complain of keys that a model of its kind cannot have."""
    model = draft.model
    written = {key: getattr(model, key) for key in type(model).model_fields if key in model.model_fields_set}
    for key in written:
        if wrong := why_not(kind, key, written):
            what, _, mend = wrong.partition("\n")
            draft.complaints.add((*draft.at, key), what, mend)


def _check_range(draft: Draft) -> None:
    """Complain of a task that lacks the range of its scores, or has none."""
    task, bounds = draft.task, draft.model.range
    if task.with_range and bounds is None:
        what = f"{task.name} does not say what range its scores have"
        draft.complaints.add(draft.at, what, "add the lowest and the highest: `range: [0, 1]`")
    if bounds is not None and not task.with_range:
        draft.complaints.add((*draft.at, "range"), f"{task.name} has no range", "take it out")


def _check_file(draft: Draft, key: str, name: str | None) -> None:
    """Complain of a file that is not there."""
    if name and not os.path.isfile(draft.document.path.parent / name):
        draft.complaints.add((*draft.at, key), f"no file {name!r} here", BESIDE_SUITE)


def _check_documents(draft: Draft) -> None:
    """Complain of documents that an encoder lacks, or does not search."""
    documents, searches, complain = draft.model.documents, draft.task.searches, draft.complaints.add
    if searches and documents is None:
        mend = "add `documents: documents.txt`, a file with one a line"
        complain((*draft.at, "encoder"), "the encoder has no documents to search", mend)
    if documents is not None and not searches:
        complain((*draft.at, "documents"), f"{draft.task.name} searches no documents", "take it out")
    elif searches:
        _check_file(draft, "documents", documents)


def _check_writing(draft: Draft) -> None:
    """Complain of how a checkpoint shall write where it does a task of its own and writes nothing."""
    if draft.task.name not in WRITTEN:
        for key in sorted({"settings", "src_lang", "tgt_lang"} & draft.model.model_fields_set):
            draft.complaints.add((*draft.at, key), f"{key!r} without a prompt", "add `prompt:`, or take it out")


def _check_prompt(draft: Draft) -> None:
    """Complain of what a language model cannot do, or must not, and of fields that its prompt lacks."""
    model, task, complain = draft.model, draft.task, draft.complaints.add
    at, url = (*draft.at, "endpoint" if model.endpoint else "transformers"), model.endpoint or ""
    if not task.starter_prompt:
        why = ": it has no documents to search" if task.searches else ""
        complain(at, f"a chat model cannot do {task.name}{why}", instead(task))
    if model.key_env and url.startswith("http:") and not is_local(url):
        complain(at, "the key would go over the network as it is", "write `https://`, or take out `key_env`")
    if task.has_labels and not model.labels:
        what = "a chat model that classifies needs labels to read its answers as"
        complain(at, what, "add `labels: [positive, negative]`")
    if model.labels and not task.has_labels:
        complain((*draft.at, "labels"), f"{task.name} has no labels", "take them out")
    perturbed = {name for check in draft.spec.checks for name in check.fields or task.perturbed}
    named = _fields_in(draft, "prompt", model.prompt or "") | _fields_in(draft, "system", model.system or "")
    for name in sorted(perturbed - named - {SYSTEM, TEMPLATE}):
        mend = f"the model would never see a variant: write {{{name}}}, and say its column, `columns: {{{name}: ...}}`"
        complain((*draft.at, "prompt"), f"the prompt does not hold {{{name}}}, which is perturbed", mend)


def _fields_in(draft: Draft, key: str, template: str) -> set[str]:
    """Return the fields that a template holds; complain of those that there are not."""
    found, fields, complain = fields_of(template), draft.task.inputs, draft.complaints.add
    at = (*draft.at, key)
    for name in sorted(found):
        if name in {SYSTEM, TEMPLATE}:
            complain(at, f"{{{name}}} is no field", "map the column to another name: `columns:`")
        elif name not in fields:
            complain(at, f"unknown field {name!r}", suggest(name, fields))
    doubled = {name for name in fields if f"{{{{{name}}}}}" in template}
    for name in sorted(doubled):
        complain(at, f"{{{{{name}}}}} has a brace too many", f"write {{{name}}}")
    return found | doubled
