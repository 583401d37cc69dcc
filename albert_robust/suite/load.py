"""Load a suite: its file read and validated, every name in it looked up, every complaint told at once."""

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from albert_robust.data import Example, Source
from albert_robust.data.conversation import BEFORE
from albert_robust.data.dataset import PLACEHOLDER, text_of
from albert_robust.data.options import CHOICES
from albert_robust.data.rows import DELIMITED
from albert_robust.data.templates import Fill, Templates, mistakes, unfit, used
from albert_robust.errors import Complaint, InputError, UsageError, suggest
from albert_robust.models.prompt import SYSTEM, TEMPLATE, fields_of, is_local
from albert_robust.perturbing import Registry, Spec, open_packs
from albert_robust.perturbing.registry import PACK
from albert_robust.suite.documents import Document, Location, open_document, validate
from albert_robust.suite.gates import DEFAULT_GATES, Gate, out_of_reach, parse_gate
from albert_robust.suite.marks import Mark, utc_today
from albert_robust.suite.schema import CheckSpec, DatasetSpec, ModelSpec, SuiteSpec
from albert_robust.suite.sharing import shared_out
from albert_robust.suite.suite import APART, SUFFIX, Check, Suite
from albert_robust.tasks import TASKS, Task

RESERVED = ("id", "language", SYSTEM, TEMPLATE, BEFORE)  # no columns that a model is asked with
Value = TypeVar("Value")


def load_suite(
    path: Path | str,
    *,
    model: str | None = None,
    packs: Sequence[Path | str] = (),
    seed: int | None = None,
    root: Path | None = None,
    today: date | None = None,
) -> Suite:
    """Return the suite in a file.

    Args:
        path: A `*.robust.yaml` file.
        model: Which of its models is asked, where it has several.
        packs: Folders of perturbations beside the built-in one and a `perturbations` folder beside the suite.
        seed: In place of the suite's own.
        root: The suite is named by its path below this folder; None for its file name alone.
        today: The day by which known failures expire; None for that of the clock.

    Raises:
        InputError: With every complaint about the file at once.
        UsageError: It has several models, and none of that name.
    """
    suites = load_suites(path, packs=packs, seed=seed, root=root, today=today)
    found = [suite for suite in suites if model in (None, suite.model_name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(suite.model_name for suite in suites if suite.model_name)
    what = f"no model {model!r}" if model else f"{len(suites)} models"
    raise UsageError(f"{suites[0].shown} has {what}: name one of {names}" if names else f"{suites[0].shown} has {what}")


def load_suites(
    path: Path | str,
    *,
    packs: Sequence[Path | str] = (),
    seed: int | None = None,
    root: Path | None = None,
    today: date | None = None,
) -> list[Suite]:
    """Return the suites in a file: one for each of its models.

    Args:
        path: As `load_suite` has it, and so the others.
        packs: Folders of perturbations.
        seed: In place of the file's own.
        root: Of names.
        today: The day.

    Raises:
        InputError: With every complaint about the file at once.
    """
    path = Path(path)
    document = shared_out(open_document(path))
    registry = open_packs((*map(Path, packs), path.parent / PACK))
    try:
        spec = validate(document, SuiteSpec)
    except InputError as error:
        raise InputError([*error.complaints, *_unknown_perturbations(document, registry)]) from None
    if seed is not None:
        spec = spec.model_copy(update={"seed": seed})
    suites, complaints = [], dict[Complaint, None]()
    for name in spec.models or [""]:
        try:
            suites.append(_Loader(document, spec, name, registry, root or path.parent, today or utc_today()).load())
        except InputError as error:
            complaints |= dict.fromkeys(error.complaints)  # what is wrong for several models is told once
    if complaints:
        raise InputError(complaints)
    return suites


def _unknown_perturbations(document: Document, registry: Registry) -> Iterator[Complaint]:
    """Yield complaints about names in a document whose grammar is broken elsewhere: a user mends all in one go."""
    for location in document.places:
        if len(location) == 4 and location[0] == "checks" and location[2] == "perturbations":
            written = document.at(location)
            try:
                registry.expand(str(written))
            except ValueError as error:
                what, _, mend = str(error).partition("\n")
                yield document.complain(location, what, mend)


def _added(spec: SuiteSpec, model: ModelSpec) -> dict[str, str | None]:
    """Return the fields that a suite adds to its task's: what else its models see, and what it is told where that is perturbed.

    Each has the text that it has in all examples, or None where a column has it. What one of several models sees all of them
    are given: that their examples are the same.
    """
    task = TASKS[spec.task]
    perturbed = {name for check in spec.checks for name in check.fields or ()}
    prompts = [text for one in (*spec.models.values(), model) for text in (one.prompt, one.system) if text]
    seen = {name for text in prompts for name in fields_of(text)}
    if model.python or model.elsewhere:  # which are given all fields
        seen |= perturbed
    added: dict[str, str | None] = dict.fromkeys(sorted(seen - {*task.inputs, task.reference, *RESERVED}))
    told = {SYSTEM: model.system, TEMPLATE: model.prompt}
    return added | {name: text for name, text in told.items() if text and name in perturbed}


def instead(task: Task) -> str:
    """Return what to write in place of a model that cannot do a task."""
    *others, last = (f"`{kind}:`" for kind in task.all_models)
    return f"use {', '.join(others)} or {last}" if others else f"use {last}"


def _listed(held: Value | list[Value]) -> list[Value]:
    return held if isinstance(held, list) else [held]


def _with(task: Task, added: Collection[str], labels: Sequence[str]) -> Task:
    """Return a task with more fields. Labels in these stay as they are, as gold answers do: a model is to answer with them.

    Choices are what is chosen from, and their letters words of many a text.
    """
    telling = {*added} - {CHOICES}

    def protect(example: Example, field: str) -> tuple[str, ...]:
        return (*task.protect(example, field), *(labels if field in telling else ()))

    return replace(task, inputs=(*task.inputs, *added), protect=protect) if added else task


class _Loader:
    """Looks up the names of one suite, of one model of a file, and gathers complaints."""

    def __init__(
        self, document: Document, spec: SuiteSpec, model_name: str, registry: Registry, root: Path, today: date
    ) -> None:
        self.document, self.spec, self.registry, self.root, self.today = document, spec, registry, root, today
        self.model_name, self.at = model_name, ("models", model_name) if model_name else ("model",)
        model = spec.models[model_name] if model_name else spec.model
        assert model is not None  # the grammar asks for one
        self.model = model
        self.added = _added(spec, model)
        task, bounds = TASKS[spec.task], model.range
        if task.with_range and bounds:
            task = task.with_range(*bounds)
        self.task = _with(task, self.added, model.labels)
        self.complaints: list[Complaint] = []
        self.named: set[str] = set()  # the lists beside all datasets that templates take words from

    def load(self) -> Suite:
        """Return the suite, or raise with every complaint."""
        spec, path = self.spec, self.document.path
        datasets = {name: self._source(name, dataset) for name, dataset in spec.datasets.items()}
        self._lists((), spec.fill, self.named)
        checks = tuple(self._check(number, check) for number, check in enumerate(spec.checks))
        self._model()
        if self.model.prompt:
            self._prompted({field for check in checks for field in check.fields})
        marks = tuple(self._marks())
        if self.complaints:
            raise InputError(self.complaints)
        return Suite(
            name=self._name(path),
            path=path,
            shown=self.document.shown,
            task=self.task,
            model_name=self.model_name,
            model=self.model,
            model_place=self.document.places.get(self.at, (1, 1)),
            datasets=datasets,
            checks=checks,
            seed=spec.seed,
            confidence=spec.confidence,
            encoder=self._encoder(),
            tags=tuple(spec.tags),
            marks=marks,
            registry=self.registry,
            today=self.today,
            description=spec.description,
            baseline=spec.baseline,
            early_stop=spec.early_stop,
            max_errors=spec.max_errors,
        )

    @property
    def _columns(self) -> list[str]:
        """The inputs that a dataset has."""
        return [name for name in self.task.inputs if self.added.get(name) is None]

    def _marks(self) -> Iterator[Mark]:
        """Yield the marks of the model's cells: of several models one may be named before a pattern, `small::*[hi]`."""
        for number, mark in enumerate(self.spec.marks):
            name, apart, pattern = mark.cells.rpartition(APART)
            at: Location = ("marks", number, "cells")
            if apart:
                known = list(self.spec.models)
                self._known(at, "models", [name], known, f"the suite has no `models:`: take out `{name}{APART}`")
            if name in ("", self.model_name):
                until = None if mark.until is None else date.fromisoformat(mark.until)
                yield Mark(pattern, mark.skip, mark.xfail, until, self.document.places[at])

    def _name(self, path: Path) -> str:
        # Its folder alone is resolved: two links to one file are two suites, each with the data and the model beside it.
        below = Path(os.path.relpath(path.parent.resolve() / path.name, self.root.resolve()))
        return APART.join(filter(None, [below.as_posix().removesuffix(SUFFIX), self.model_name]))

    def _encoder(self) -> str:
        beside = self.document.path.parent / self.spec.encoder
        return str(beside) if beside.is_dir() else self.spec.encoder

    def _source(self, name: str, dataset: DatasetSpec) -> Source:
        languages = tuple(dataset.languages or [dataset.language or ""])
        path = self.document.path.parent / dataset.path if dataset.path else self.document.path
        per_row = dataset.languages is not None and PLACEHOLDER not in path.name
        columns = dict(dataset.columns)
        choices = columns.pop(CHOICES, []) if self.task.single_label else []
        source = self.task.source(
            path,
            languages,
            per_row=per_row,
            header=tuple(dataset.header),
            columns={ours: theirs for ours, theirs in columns.items() if isinstance(theirs, str)},
            choices=tuple(_listed(choices)),
            where={column: tuple(map(text_of, _listed(held))) for column, held in dataset.where.items()},
            limit=dataset.limit,
            seed=self.spec.seed,
            reference_language=dataset.reference_language or "",
            together={ours: tuple(theirs) for ours, theirs in columns.items() if isinstance(theirs, list)},
            templates=self._templates(name, dataset),
            added=self.added,
        )
        if not self.task.language_field and dataset.reference_language is None:
            what = f"the dataset {name!r} does not say the language of its {self.task.reference}s"
            self._complain(("datasets", name), what, "add `reference_language: de`, a BCP 47 tag")
        if dataset.header and path.suffix.lower() not in DELIMITED:
            self._complain(
                ("datasets", name, "header"), "only a table, .csv or .tsv, may lack its header", "take it out"
            )
        location: Location = ("datasets", name, "path")
        for file, _ in source.files():
            if not file.exists():
                self._complain(location, f"no file {file.name!r} here", "paths are relative to the suite's file")
        for column, theirs in dataset.columns.items():
            if wrong := self._unmapped(column, theirs):
                self._complain(("datasets", name, "columns", column), *wrong)
        return source

    def _unmapped(self, column: str, theirs: str | list[str]) -> tuple[str, str] | None:
        """Return what is wrong with a name of ours that is mapped to the file's, and how to mend it."""
        chooses, known = self.task.single_label, ["id", "language", *self._columns, self.task.reference]
        if chooses and CHOICES not in known:
            known.append(CHOICES)
        gathers = column == self.task.passages_field or (column in self.added and self.added[column] is None)
        if isinstance(theirs, list) and not (gathers or (chooses and column == CHOICES)):
            what = f"{column!r} is one column"
            return what, f"write `{column}: {theirs[0]}`: only choices of labels, and passages, may be several"
        if column in known:
            return None
        if column == CHOICES:
            return f"{self.task.name} has no choices", "write `task: text-classification`: its labels are their letters"
        mend = f"our name comes first: `{theirs}: {column}`" if theirs in known else suggest(column, known)
        return f"unknown column {column!r}", mend

    def _templates(self, name: str, dataset: DatasetSpec) -> Templates | None:
        """Return the templates of a dataset, None where it has none; complain of what cannot be filled."""
        templates, at = dataset.templates, ("datasets", name)
        if templates is None:
            return None
        fill = self.spec.fill | dataset.fill
        languages = dataset.languages or ()
        for location, what, mend in mistakes(templates, fill, self._columns, self.task.reference, languages):
            self._complain((*at, *location), what, mend)
        named = {words for template in templates for words in used(template, fill)}
        self._lists(at, dataset.fill, named)
        self.named |= named - dataset.fill.keys()
        lines = (self.document.places[(*at, "templates", number)][0] for number in range(len(templates)))
        return Templates(tuple(templates), tuple(lines), fill)

    def _lists(self, at: Location, fill: Fill, named: set[str]) -> None:
        """Complain of lists of words that no slot can take words from, or that none does."""
        for location, what, mend in unfit(fill):
            self._complain((*at, "fill", *location), what, mend)
        idle = [] if self.complaints else sorted(fill.keys() - named)  # where a slot is misspelt its list is not idle
        for name in idle:
            mend = f"write {{{name}}} in one, or take it out"
            self._complain((*at, "fill", name), f"no template uses {name!r}", mend)

    def _model(self) -> None:
        model, folder = self.model, self.document.path.parent
        if model.finetuned and not (folder / model.finetuned).is_file():
            self._complain(
                (*self.at, "finetuned"), f"no file {model.finetuned!r} here", "paths are relative to the suite's file"
            )
        if model.finetuned and "finetuned" not in self.task.models:
            self._complain((*self.at, "finetuned"), f"{self.task.name} cannot be fine-tuned here", instead(self.task))
        if self.task.with_range and model.range is None:
            what = f"{self.task.name} does not say what range its scores have"
            self._complain(self.at, what, "add the lowest and the highest: `range: [0, 1]`")
        if model.range is not None and not self.task.with_range:
            self._complain((*self.at, "range"), f"{self.task.name} has no range", "take it out")
        if model.extractive and "extractive" not in self.task.models:
            self._complain((*self.at, "extractive"), f"an extractive summariser cannot do {self.task.name}", "")
        if model.transformers and "transformers" not in self.task.models and not model.prompt:
            what = f"a checkpoint cannot do {self.task.name} here"
            self._complain((*self.at, "transformers"), what, instead(self.task))
        if model.encoder and "encoder" not in self.task.models:
            what = f"an encoder alone cannot do {self.task.name}"
            does = [name for name, task in TASKS.items() if "encoder" in task.models]
            self._complain((*self.at, "encoder"), what, f"it does {' and '.join(does)}")
        elif model.encoder or model.documents:
            self._documents()

    def _prompted(self, perturbed: set[str]) -> None:
        """Complain of what a language model cannot do, or must not."""
        model, task = self.model, self.task
        at, url = (*self.at, "endpoint" if model.endpoint else "transformers"), model.endpoint or ""
        if not task.starter_prompt:
            why = ": it has no documents to search" if task.searches else ""
            self._complain(at, f"a chat model cannot do {task.name}{why}", instead(task))
        if model.key_env and url.startswith("http:") and not is_local(url):
            what = "the key would go over the network as it is"
            self._complain(at, what, "write `https://`, or take out `key_env`")
        if task.has_labels and not model.labels:
            what = "a chat model that classifies needs labels to read its answers as"
            self._complain(at, what, "add `labels: [positive, negative]`")
        if model.labels and not task.has_labels:
            self._complain((*self.at, "labels"), f"{task.name} has no labels", "take them out")
        named = self._fields_in("prompt", model.prompt or "") | self._fields_in("system", model.system or "")
        for name in sorted(perturbed - named - {SYSTEM, TEMPLATE}):
            what = f"the prompt does not hold {{{name}}}, which is perturbed"
            mend = (
                f"the model would never see a variant: write {{{name}}}, and say its column, `columns: {{{name}: ...}}`"
            )
            self._complain((*self.at, "prompt"), what, mend)

    def _fields_in(self, key: str, template: str) -> set[str]:
        """Return the fields that a template holds; complain of those that there are not."""
        found = fields_of(template)
        for name in sorted(found):
            if name in {SYSTEM, TEMPLATE}:
                self._complain((*self.at, key), f"{{{name}}} is no field", "map the column to another name: `columns:`")
            elif name not in self.task.inputs:
                self._complain((*self.at, key), f"unknown field {name!r}", suggest(name, self.task.inputs))
        doubled = {name for name in self.task.inputs if f"{{{{{name}}}}}" in template}
        for name in sorted(doubled):
            self._complain((*self.at, key), f"{{{{{name}}}}} has a brace too many", f"write {{{name}}}")
        return found | doubled

    def _documents(self) -> None:
        """Complain of documents that are missing, or that nothing searches."""
        model = self.model
        searches = model.encoder is not None and self.task.searches
        if searches and model.documents is None:
            what = "the encoder has no documents to search"
            self._complain((*self.at, "encoder"), what, "add `documents: documents.txt`, a file with one a line")
        if model.documents is not None and not searches:
            self._complain((*self.at, "documents"), "only an encoder that does retrieval searches documents", "")
        elif model.documents is not None and not (self.document.path.parent / model.documents).is_file():
            what = f"no file {model.documents!r} here"
            self._complain((*self.at, "documents"), what, "paths are relative to the suite's file")

    def _check(self, number: int, check: CheckSpec) -> Check:
        at: Location = ("checks", number)
        self._known(at, "datasets", check.datasets, list(self.spec.datasets))
        self._known(at, "languages", check.languages, self._languages(check))
        self._known(at, "fields", check.fields, list(self.task.inputs))
        agreements = list(self.task.agreements)
        if check.agreement is not None:
            self._known(at, "agreement", [check.agreement], agreements)
        gates = tuple(self._gates(at, check))
        specs = tuple(self._specs(at, check))
        self._ignored(at, check, specs)
        if check.worst_of > 1 and self.model.elsewhere:
            what = "`worst_of` asks what the answers so far lead to: a model elsewhere cannot be asked on"
            self._complain((*at, "worst_of"), what, "take it out")
        fields = tuple(check.fields or self.task.perturbed)
        steps = [self.registry.get(step.name) for spec in specs for step in spec.steps]
        if CHOICES in self.added and CHOICES not in fields and any(step.reorders == "choices" for step in steps):
            what = f"the choices are a field of their own, {{{CHOICES}}}, and the check is of {', '.join(fields)}"
            self._complain((*at, "perturbations"), what, f"add `fields: [{CHOICES}]`")
        return Check(
            expectation=check.expect,
            name=check.name,
            specs=specs,
            datasets=tuple(check.datasets or self.spec.datasets),
            languages=tuple(check.languages) if check.languages else None,
            fields=fields,
            gates=tuple(gate for gate in gates if not gate.across),
            across=tuple(gate for gate in gates if gate.across),
            agreement=check.agreement or agreements[0],
            agrees_at=check.agrees_at,
            variants=check.variants,
            worst_of=check.worst_of,
            meaning=check.meaning,
            min_tested=check.min_tested,
            on_failure=check.on_failure,
            on_inconclusive=self._undecided(check),
            line=self.document.places.get(at, (1, 1))[0],
        )

    def _gates(self, at: Location, check: CheckSpec) -> Iterator[Gate]:
        for number, written in enumerate(check.gates or DEFAULT_GATES[check.expect]):
            location = (*at, "gates", number)
            gate = self._try(location, lambda: parse_gate(written, check.expect, self.task))  # noqa: B023  # called at once
            if gate is not None and gate.variants > check.variants:
                what = f"{gate.measure} needs {gate.variants} variants an example, the check makes {check.variants}"
                self._complain(location, what, f"add `variants: {gate.variants}` to the check")
            elif gate is not None and out_of_reach(gate, self.task) and self._undecided(check) != "pass":
                what = f"no number of examples can prove {gate}"
                nearest = replace(gate, bound=0.99 if gate.at_least else 0.01)
                self._complain(
                    location, what, f"write `{nearest}`, or `on_inconclusive: pass` if one miss is to fail it"
                )
            elif gate is not None:
                yield replace(gate, place=self.document.places.get(location, (1, 1)))

    def _undecided(self, check: CheckSpec) -> str:
        """Return what an undecided cell of a check is."""
        return check.on_inconclusive or self.spec.on_inconclusive

    def _languages(self, check: CheckSpec) -> list[str]:
        named = [
            self.spec.datasets[name] for name in check.datasets or self.spec.datasets if name in self.spec.datasets
        ]
        return sorted({tag for dataset in named for tag in dataset.languages or [dataset.language or ""]})

    def _specs(self, at: Location, check: CheckSpec) -> Iterator[Spec]:
        seen: set[str] = set()
        for place, written in enumerate(check.perturbations):
            severities: list[int | None] = [*check.severities] if check.severities else [None]
            for severity in severities:
                location = (*at, "perturbations", place)
                found = self._try(location, lambda: self.registry.expand(written, severity))  # noqa: B023  # called at once
                if severity == severities[0]:
                    self._promising(location, found or (), check)
                for spec in found or ():
                    if str(spec) not in seen:
                        seen.add(str(spec))
                        yield spec

    def _promising(self, location: Location, specs: Iterable[Spec], check: CheckSpec) -> None:
        """Complain of perturbations that do not promise what a check expects."""
        for spec in specs:
            altered = [what for what in self.registry.alters(spec) if what not in check.ignores]
            if check.expect == ("direction" if altered else "invariance"):
                continue
            mend = "write `expect: invariance`"
            if altered:
                unlike = ", ".join(altered)
                mend = f"write `expect: direction`, or `ignores: [{unlike}]` if no answer depends on that"
            self._complain(location, f"{spec} {self.registry.contract(spec)}: that is no check of {check.expect}", mend)

    def _ignored(self, at: Location, check: CheckSpec, specs: Iterable[Spec]) -> None:
        """Complain of what a check ignores although nothing in it alters that."""
        altered = {what for spec in specs for what in self.registry.alters(spec)}
        for place, what in enumerate(check.ignores):
            if what not in altered:
                self._complain(
                    (*at, "ignores", place),
                    f"no perturbation of this check alters {what!r}",
                    f"they alter: {', '.join(sorted(altered))}" if altered else "take it out",
                )

    def _known(self, at: Location, key: str, names: list[str] | None, known: list[str], none: str = "") -> None:
        for place, name in enumerate(names or ()):
            if name not in known:
                self._complain(
                    (*at, key, place), f"unknown {key.removesuffix('s')} {name!r}", suggest(name, known) or none
                )

    def _try(self, location: Location, make: Callable[[], Value]) -> Value | None:
        try:
            return make()
        except ValueError as error:
            what, _, mend = str(error).partition("\n")
            self._complain(location, what, mend)
            return None

    def _complain(self, location: Location, what: str, mend: str) -> None:
        self.complaints.append(self.document.complain(location, what, mend))
