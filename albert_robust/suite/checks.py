"""Makes the checks of a suite from its draft: looks up perturbations and gates, and checks that these fit what is expected."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from albert_robust.data.options import CHOICES
from albert_robust.documents.yaml_file import Location
from albert_robust.errors import Mistake
from albert_robust.perturbing import Spec
from albert_robust.perturbing.spec import parse_spec
from albert_robust.shown import suggest
from albert_robust.suite.draft import Draft
from albert_robust.suite.expectations import DIRECTED, EXPECTATIONS
from albert_robust.suite.gates import Gate, out_of_reach, parse_gate
from albert_robust.suite.measure import spelled
from albert_robust.suite.movement import Movement, movement_of, unfit
from albert_robust.suite.schema import CheckSpec
from albert_robust.suite.suite import Check


def checks(draft: Draft) -> tuple[Check, ...]:
    """Return the checks in the order of the file, and complain of what is wrong with them."""
    return tuple(_check(draft, ("checks", number), check) for number, check in enumerate(draft.spec.checks))


def _check(draft: Draft, at: Location, check: CheckSpec) -> Check:
    task, unknown = draft.task, draft.complaints.unknown
    unknown(at, "datasets", check.datasets, list(draft.spec.datasets))
    unknown(at, "languages", check.languages, _languages(draft, check))
    unknown(at, "fields", check.fields, task.inputs)
    agreements = list(task.agreements)
    agreement = check.agreement.replace("_", " ") if check.agreement else agreements[0]
    unknown(at, "agreement", [agreement], agreements)
    gates, specs = tuple(_gates(draft, at, check)), _specs(draft, at, check)
    fields = tuple(check.fields or task.perturbed_by(check.expect))
    _check_ignored(draft, at, check, specs)
    _check_choices(draft, at, fields, specs)
    if check.worst_of > 1 and not draft.model.kind.answers_here:
        what = "`worst_of` asks what the answers so far lead to: a model elsewhere cannot be asked on"
        draft.complaints.add((*at, "worst_of"), what, "take it out")
    return Check(
        expectation=check.expect,
        name=check.name,
        specs=tuple(specs),
        of_families=frozenset(spec for spec, written in specs.items() if parse_spec(written).steps[0].is_glob),
        datasets=tuple(check.datasets or draft.spec.datasets),
        languages=tuple(check.languages) if check.languages else None,
        fields=fields,
        gates=tuple(gate for gate in gates if not gate.measure.over),
        across=tuple(gate for gate in gates if gate.measure.over),
        agreement=agreement,
        agrees_at=check.agrees_at,
        movement=_movement(draft, at, check),
        variants=check.variants,
        worst_of=check.worst_of,
        meaning=check.meaning,
        min_tested=check.min_tested,
        on_failure=check.on_failure,
        on_inconclusive=_undecided(draft, check),
        place=draft.document.place(at),
    )


def _movement(draft: Draft, at: Location, check: CheckSpec) -> Movement | None:
    """Return where a check says that answers go; complain if those of the task, or of the model, cannot."""
    if not check.movement:
        return None
    model = draft.model
    labels = model.data_labels or model.kind.labels(model, draft.task, draft.document.path.parent)
    for key, mistake in unfit(check, draft.task, labels, bool(model.prompt)):
        draft.complaints.take((*at, key), mistake)
    return movement_of(check, draft.task)


def _undecided(draft: Draft, check: CheckSpec) -> str:
    """Return what an undecided cell of a check counts as."""
    return check.on_inconclusive or draft.spec.on_inconclusive


def _languages(draft: Draft, check: CheckSpec) -> list[str]:
    """Return the languages of a check's datasets."""
    known = draft.spec.datasets
    named = [known[name] for name in check.datasets or known if name in known]
    return sorted({tag for dataset in named for tag in dataset.languages or [dataset.language or ""]})


def _gates(draft: Draft, at: Location, check: CheckSpec) -> Iterator[Gate]:
    expectation = DIRECTED if check.way else EXPECTATIONS[check.expect]
    for number, written in enumerate(check.gates or expectation.gates):
        location = (*at, "gates", number)
        gate = draft.complaints.attempt(location, parse_gate, written, expectation, draft.task)
        if gate is None:
            continue
        if mistake := _beyond(draft, check, gate):
            draft.complaints.take(location, mistake)
        else:
            yield replace(gate, place=draft.document.place(location))


def _beyond(draft: Draft, check: CheckSpec, gate: Gate) -> Mistake | None:
    """Return why no cell of a check can meet a gate; None if a cell can."""
    needed = gate.measure.k
    if needed > check.variants:
        what = f"{gate.measure.name} needs {needed} variants an example, the check makes {check.variants}"
        return Mistake(what, f"add `variants: {needed}` to the check")
    if gate.measure.by and (mistake := _unsliced(draft, check, gate.measure.by)):
        return mistake
    if out_of_reach(gate) and _undecided(draft, check) != "pass":
        nearest = replace(gate, bound=0.99 if gate.at_least else 0.01)
        mend = f"write `{nearest}`, or `on_inconclusive: pass` if one miss is to fail it"
        return Mistake(f"no number of examples can prove {gate}", mend)
    return None


def _unsliced(draft: Draft, check: CheckSpec, by: str) -> Mistake | None:
    """Return what is wrong if a dataset of a check has no slices by a column."""
    for name in check.datasets or draft.spec.datasets:
        dataset = draft.spec.datasets.get(name)
        columns = [spelled(column) for column in dataset.slices] if dataset else [by]
        if by not in columns:
            mend = suggest(by, columns) or f"add `slices: [{by}]` to it"
            return Mistake(f"the dataset {name!r} has no slices by {by!r}", mend)
    return None


def _specs(draft: Draft, at: Location, check: CheckSpec) -> dict[Spec, str]:
    """Return the perturbations of a check at each severity, each once, with the first entry that names it."""
    left_out = _left_out(draft, at, check)
    named: dict[Spec, str] = {}
    severities: list[int | None] = [*check.severities] if check.severities else [None]
    for number, written in enumerate(check.perturbations):
        location = (*at, "perturbations", number)
        for severity in severities:
            specs = draft.complaints.attempt(location, draft.registry.expand, written, severity) or []
            if severity == severities[0]:
                _check_promised(draft, location, _kept(specs, left_out), check)
            named |= {spec: written for spec in specs if spec not in named}
    _check_left_out(draft, at, named, left_out)
    return {spec: named[spec] for spec in _kept(named, left_out)}


def _left_out(draft: Draft, at: Location, check: CheckSpec) -> dict[Location, Spec]:
    """Return what a check leaves out, by location, and complain of unknown names."""
    written_at = {(*at, "except", number): written for number, written in enumerate(check.except_)}
    return {
        location: parse_spec(written)
        for location, written in written_at.items()
        if draft.complaints.attempt(location, draft.registry.expand, written)
    }


def _kept(specs: Iterable[Spec], left_out: Mapping[Location, Spec]) -> list[Spec]:
    return [spec for spec in specs if not any(out.covers(spec) for out in left_out.values())]


def _check_left_out(draft: Draft, at: Location, named: Iterable[Spec], left_out: Mapping[Location, Spec]) -> None:
    """Complain of exceptions that leave out nothing, or everything."""
    names = sorted({step.name for spec in named for step in spec.steps})
    for location, out in left_out.items():
        if names and not any(map(out.covers, named)):
            draft.complaints.add(location, f"the check has no {str(out)!r} to leave out", suggest(str(out), names))
    if names and not _kept(named, left_out):
        draft.complaints.add((*at, "except"), "no perturbation is left of the check", "leave out fewer of them")


def _check_promised(draft: Draft, location: Location, specs: Iterable[Spec], check: CheckSpec) -> None:
    """Complain of perturbations whose contract is not the one that a check expects."""
    registry = draft.registry
    for spec in specs:
        altered = [what for what in registry.alters(spec) if what not in check.ignores]
        if check.expect == ("direction" if altered else "invariance"):
            continue
        mend = "write `expect: invariance`"
        if altered:
            unlike = ", ".join(altered)
            mend = f"write `expect: direction`, or `ignores: [{unlike}]` if no answer depends on that"
        what = f"{spec} {registry.contract(spec)}: that is no check of {check.expect}"
        draft.complaints.add(location, what, mend)


def _check_ignored(draft: Draft, at: Location, check: CheckSpec, specs: Iterable[Spec]) -> None:
    """Complain of aspects that a check ignores although none of its perturbations alters them."""
    altered = {what for spec in specs for what in draft.registry.alters(spec)}
    for number, what in enumerate(check.ignores):
        if what not in altered:
            mend = f"they alter: {', '.join(sorted(altered))}" if altered else "take it out"
            draft.complaints.add((*at, "ignores", number), f"no perturbation of this check alters {what!r}", mend)


def _check_choices(draft: Draft, at: Location, fields: tuple[str, ...], specs: Iterable[Spec]) -> None:
    """Complain of a check that reorders choices but does not name `choices`, although they are a field of their own."""
    steps = [draft.registry.get(step.name) for spec in specs for step in spec.steps]
    if CHOICES in draft.added and CHOICES not in fields and any(step.reorders == "choices" for step in steps):
        what = f"the choices are a field of their own, {{{CHOICES}}}, and the check is of {', '.join(fields)}"
        draft.complaints.add((*at, "perturbations"), what, f"add `fields: [{CHOICES}]`")
