"""Loads suites: reads and validates a file, looks up every name in it, and raises all complaints at once.

From Python a dictionary may stand for the file: the same keys, with data and functions themselves where a file names them.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, SupportsIndex

from albert_robust.documents.dictionary import document_of
from albert_robust.documents.explaining import validate
from albert_robust.documents.yaml_file import Document, Location, open_document
from albert_robust.errors import Complaint, InputError, Mistake, UsageError, folders, whole
from albert_robust.file_names import APART, PACK, SUITE
from albert_robust.grammar import called
from albert_robust.perturbing import Registry, open_packs
from albert_robust.shown import printable_name
from albert_robust.suite.checks import checks
from albert_robust.suite.datasets import sources
from albert_robust.suite.draft import Draft, draft
from albert_robust.suite.marks import Mark, utc_today
from albert_robust.suite.models import check_model
from albert_robust.suite.schema import ModelSpec, SuiteSpec
from albert_robust.suite.sharing import shared_out
from albert_robust.suite.suite import Suite

UNNAMED = "suite"  # what a suite is called that is a dictionary
DATA = ("rows",)  # keys that hold data, which may be large
Written = Path | str | Mapping[str, Any]


def load_suite(
    suite: Written,
    *,
    model: str | None = None,
    packs: Sequence[Path | str] = (),
    seed: SupportsIndex | None = None,
    root: Path | str | None = None,
    today: date | None = None,
    name: str = UNNAMED,
) -> Suite:
    """Return the suite in a file, or the suite of one of its models.

    Args:
        suite: A `*.robust.yaml` file, or a dictionary; see `load_suites`.
        model: The name of the model, if the file has several.
        packs: Folders of perturbations; see `load_suites`.
        seed: Replaces the file's own.
        root: The folder of the suites; see `load_suites`.
        today: The day by which known failures expire.
        name: What a suite is called that is a dictionary.

    Raises:
        InputError: The file has mistakes; every complaint at once, whichever model it is about.
        UsageError: The file has several models and none of that name; the seed is no whole number, or a folder does not exist.
    """
    suites = load_suites(suite, packs=packs, seed=seed, root=root, today=today, name=name)
    wanted = [one for one in suites if model in (None, one.model_name)]
    if len(wanted) == 1:
        return wanted[0]
    names = ", ".join(one.model_name for one in suites if one.model_name)
    what = f"no model {model!r}" if model else f"{len(suites)} models"
    raise UsageError(f"{suites[0].shown} has {what}: name one of {names}" if names else f"{suites[0].shown} has {what}")


def load_suites(
    suite: Written,
    *,
    packs: Sequence[Path | str] = (),
    seed: SupportsIndex | None = None,
    root: Path | str | None = None,
    today: date | None = None,
    name: str = UNNAMED,
    awaits_variants: bool = False,
) -> list[Suite]:
    """Return the suites in a file, one per model.

    Args:
        suite: A `*.robust.yaml` file; or a dictionary with the same keys, as if its file were in the working folder. There
            `rows:` may be a data frame, and `python:` the function itself.
        packs: Folders of perturbations, besides the built-in ones and those of a folder `perturbations` beside the file or in
            `root`.
        seed: Replaces the file's own: any whole number.
        root: Suites are named by their path below this folder; None to name them by their file alone.
        today: The day by which known failures expire; None for that of the clock.
        name: What a suite is called that is a dictionary: of a run's suites each has a name of its own.
        awaits_variants: Whether it may name files of variants that are not there yet.

    Raises:
        InputError: The file has mistakes; every complaint at once.
        UsageError: The seed is no whole number, a folder does not exist, or it is neither a file nor a dictionary.
    """
    named = folders("packs", packs)
    document = shared_out(_opened(suite, name))
    path = document.path
    root = Path(root) if root is not None else path.parent
    registry = open_packs((*named, path.parent / PACK, root / PACK), awaits_variants=awaits_variants)
    try:
        spec = validate(document, SuiteSpec)
    except InputError as error:
        raise InputError([*error.complaints, *_unknown_perturbations(document, registry)]) from None
    if seed is not None:
        spec = spec.model_copy(update={"seed": whole("seed", seed)})
    suites, complaints = [], dict.fromkeys(_namesakes(document, spec))
    for model in spec.models or [""]:
        try:
            suites.append(_looked_up(draft(document, spec, registry, model), root, today or utc_today()))
        except InputError as error:
            complaints |= dict.fromkeys(error.complaints)  # what is wrong for several models is told once
    if complaints:
        raise InputError(complaints)
    return suites


def _opened(suite: Written, name: str) -> Document:
    if isinstance(suite, Mapping):
        return document_of(_spelled_out(suite), Path.cwd() / name, DATA)
    if not isinstance(suite, Path | str):
        raise UsageError(f"expected a suite's file or a dictionary, got {suite!r:.60}")
    return open_document(Path(suite))


def _spelled_out(suite: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a dictionary in which a function that stands for a model by itself is one: `{"python": predict}`."""

    def model(one: Any) -> Any:
        return {"python": one} if callable(one) or hasattr(one, "predict") else one

    models = suite.get("models")
    named = {"models": {name: model(one) for name, one in models.items()}} if isinstance(models, Mapping) else {}
    return {**suite, **named, **({"model": model(suite["model"])} if "model" in suite else {})}


def _unknown_perturbations(document: Document, registry: Registry) -> Iterator[Complaint]:
    """Yield complaints about unknown perturbations in a document whose grammar is broken elsewhere, to be mended in one go."""
    for location in document.places:
        if len(location) == 4 and location[0] == "checks" and location[2] in ("perturbations", "except"):
            written = document.at(location)
            try:
                registry.expand(str(written))
            except Mistake as mistake:
                yield document.complain(location, mistake.what, mistake.mend)


def _namesakes(document: Document, spec: SuiteSpec) -> Iterator[Complaint]:
    """Yield a complaint about each function that goes by the name and version of another one: answers are kept under these."""
    models: dict[Location, ModelSpec] = {("models", name): model for name, model in spec.models.items()}
    judges = {("measures", key, "judge"): one.judge for key, one in spec.measures.items() if one.judge}
    known: dict[tuple[object, str, str], object] = {}
    for at, model in (models | judges).items():
        if callable(model.python) and model.version is not None:
            name = called(model.python)
            if known.setdefault((at[0], name, model.version), model.python) != model.python:
                what = (
                    f"another function is called {name!r}, of the same version: the answers of one would be the other's"
                )
                yield document.complain((*at, "python"), what, "give each its own `version`")


def _looked_up(draft: Draft, root: Path, today: date) -> Suite:
    """Return the suite of a draft.

    Raises:
        InputError: The draft has mistakes; every complaint at once.
    """
    spec, document = draft.spec, draft.document
    datasets, all_checks, marks = sources(draft), checks(draft), tuple(_marks(draft))
    check_model(draft)
    if draft.complaints.found:
        raise InputError(draft.complaints.found)
    beside = document.path.parent / spec.encoder
    return Suite(
        name=_name(document.path, root, draft.model_name),
        path=document.path,
        shown=document.shown,
        task=draft.task,
        model_name=draft.model_name,
        model=draft.model,
        model_place=document.place(draft.at),
        datasets=datasets,
        checks=all_checks,
        seed=spec.seed,
        confidence=spec.confidence,
        encoder=str(beside) if os.path.isdir(beside) else spec.encoder,
        tags=tuple(spec.tags),
        marks=marks,
        registry=draft.registry,
        today=today,
        description=spec.description,
        baseline=spec.baseline,
        early_stop=spec.early_stop,
        max_errors=spec.max_errors,
        first_model=next(iter(spec.models or ()), ""),
    )


def _name(path: Path, root: Path, model_name: str) -> str:
    """Return the name of a suite: its path below a folder, and its model if the file has several."""
    # Its folder alone is resolved: two links to one file are two suites, each with the data and the model beside it.
    below = Path(os.path.relpath(path.parent.resolve() / path.name, root.resolve()))
    return APART.join(filter(None, [printable_name(below.as_posix()).removesuffix(SUITE), model_name]))


def _marks(draft: Draft) -> Iterator[Mark]:
    """Yield the marks of the model's cells. A pattern may begin with one of several models: `small::*[hi]`."""
    for number, mark in enumerate(draft.spec.marks):
        name, apart, pattern = mark.cells.rpartition(APART)
        at: Location = ("marks", number, "cells")
        if apart:
            mend = f"the suite has no `models:`: take out `{name}{APART}`"
            draft.complaints.unknown(at, "models", [name], list(draft.spec.models), mend)
        if name in ("", draft.model_name):
            until = None if mark.until is None else date.fromisoformat(mark.until)
            yield Mark(pattern, mark.skip, mark.xfail, until, draft.document.places[at])
