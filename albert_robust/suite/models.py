"""The model of a suite: whether it can do the suite's task, and has what it needs for that."""

from difflib import get_close_matches

from albert_robust.models.files import no_such_files
from albert_robust.models.kinds import kinds_for, why_not
from albert_robust.models.prompt import SYSTEM, TEMPLATE, fields_of
from albert_robust.shown import SHOWN_CHOICES, suggest
from albert_robust.suite.draft import Draft
from albert_robust.tasks import TASKS, Task


def instead(task: Task) -> str:
    """Return what to write in place of a model that cannot do a task."""
    *others, last = (f"`{kind.name}:`" for kind in kinds_for(task))
    return f"use {', '.join(others)} or {last}" if others else f"use {last}"


def check_model(draft: Draft) -> None:
    """Complain of a model that cannot do the suite's task, or lacks something for it."""
    model, task = draft.model, draft.task
    kind, asked = model.kind, model.kind.is_prompted and model.prompt
    _check_keys(draft)
    if not (kind.does(task) or asked):
        draft.complaints.add((*draft.at, kind.name), f"{kind.called} cannot do {task.name} here", instead(task))
    _check_range(draft)
    _check_names(draft)
    for key, what, mend in kind.unfit(model, task, draft.document.path.parent):
        draft.complaints.add((*draft.at, key), what, mend)
    for number, mistake in no_such_files(model.files, draft.document.path.parent):
        draft.complaints.take((*draft.at, "files", number), mistake)
    if asked:
        _check_prompt(draft)


def _check_keys(draft: Draft) -> None:
    """Complain of keys that a model of its kind cannot have."""
    model = draft.model
    written = {key: getattr(model, key) for key in type(model).model_fields if key in model.model_fields_set}
    for key in written:
        if mistake := why_not(model.kind, key, written):
            draft.complaints.take((*draft.at, key), mistake)


def _check_range(draft: Draft) -> None:
    """Complain of a task that lacks the range of its scores, or has none."""
    task, bounds = draft.task, draft.model.range
    if task.needs_range:
        what = f"{task.name} does not say what range its scores have"
        draft.complaints.add(draft.at, what, "add the lowest and the highest: `range: [0, 1]`")
    if bounds is not None and not task.with_range:
        draft.complaints.add((*draft.at, "range"), f"{task.name} has no range", "take it out")


def _check_names(draft: Draft) -> None:
    """Complain of names for labels if the task has none, or the model is known to say others or more."""
    model, task, at = draft.model, draft.task, (*draft.at, "labels")
    if not model.names:
        return
    if not (task.has_labels or task.has_spans):
        draft.complaints.add(at, f"{task.name} has no labels", "take them out")
        return
    known = model.kind.labels(model, task, draft.document.path.parent)
    for own in model.names if known else ():
        if own not in known:
            draft.complaints.add((*at, own), f"{model.kind.called} here has no label {own!r:.60}", suggest(own, known))
    if missing := [own for own in known if own not in model.names]:
        what = f"no name for {', '.join(map(repr, missing[:SHOWN_CHOICES]))}, which {model.kind.called} here may say"
        draft.complaints.add(at, what, f"name all of its labels: `{missing[0]}: ...`")


def _check_prompt(draft: Draft) -> None:
    """Complain of what a language model cannot do, or must not, and of fields that its prompt lacks."""
    model, task, complain = draft.model, draft.task, draft.complaints.add
    at = (*draft.at, model.kind.name)
    if not task.starter_prompt:
        why = ": it has no documents to search" if task.searches else ""
        complain(at, f"a chat model cannot do {task.name}{why}", instead(task))
    if task.has_labels and not model.labels:
        what = "a chat model that classifies needs labels to read its answers as"
        complain(at, what, "add `labels: [positive, negative]`")
    if model.labels and not model.names and not task.has_labels:
        complain((*draft.at, "labels"), f"{task.name} has no labels", "take them out")
    perturbed = {name for check in draft.spec.checks for name in check.fields or task.perturbed_by(check.expect)}
    named = _fields_in(draft, "prompt", model.prompt or "") | _fields_in(draft, "system", model.system or "")
    for name in sorted(perturbed - named - {SYSTEM, TEMPLATE}):
        mend = f"the model would never see a variant: write {{{name}}}, and say its column, `columns: {{{name}: ...}}`"
        if near := get_close_matches(name, sorted(named - {*TASKS[task.name].inputs}), n=1):
            mend = f"write {{{name}}} where it says {{{near[0]}}}"
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
