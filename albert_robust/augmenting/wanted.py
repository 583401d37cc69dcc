"""Which perturbations augment data, and how many rows each changes: those that are named, or those at which a model failed."""

from collections.abc import Mapping, Sequence

from albert_robust.errors import Mistake, UsageError
from albert_robust.perturbing import Registry, Spec
from albert_robust.results.run import Run


def shares_of(
    registry: Registry,
    wanted: str | Sequence[str] | Mapping[str, float] | Run,
    languages: Sequence[str],
    share: float | None,
    ignores: Sequence[str],
) -> dict[Spec, float]:
    """Return the share of the rows that each perturbation changes.

    Args:
        registry: All perturbations.
        wanted: Their names; by name, the share of each; or a run, for those at which its model failed.
        languages: Of the data.
        share: For all of them, whatever else is said; None for that of each, which is 1 of those that are only named.
        ignores: What they may alter, because no label depends on it.

    Raises:
        UsageError: There is none, one is unknown, its variants may have another label, or a share is not in (0, 1].
    """
    shares = failed_in(wanted, languages) if isinstance(wanted, Run) else _named(wanted)
    if not shares:
        raise UsageError("no perturbation is named", "`albert-robust list perturbations` shows all")
    found: dict[Spec, float] = {}
    for written, own in shares.items():
        own = own if share is None else share
        if not 0 < own <= 1:
            raise UsageError(f"the share {own:g} is not above 0 and at most 1", "write 0.3 for three rows of ten")
        for spec in _expanded(registry, written):
            if unlike := [what for what in registry.alters(spec) if what not in ignores]:
                mend = f"leave it out, or let `ignores` name {' and '.join(unlike)}, if no label depends on that"
                raise UsageError(f"{spec} {registry.contract(spec)}: its variants may have another label", mend)
            found.setdefault(spec, own)
    altered = {what for spec in found for what in registry.alters(spec)}
    for what in ignores:
        if what not in altered:
            raise UsageError(f"no perturbation that is named alters {what!r}", "do not ignore it")
    return found


def failed_in(run: Run, languages: Sequence[str]) -> dict[str, float]:
    """Return the perturbations at which a model failed in some languages, each with the share of answers that it changed.

    Raises:
        UsageError: There are none.
    """
    found: dict[str, float] = {}
    for cell in run.cells:
        fails = cell.verdict == "failed" and cell.expectation == "invariance" and not cell.across
        if fails and cell.language in languages:
            lost = 1 - cell.measures["consistency"].value
            found[cell.perturbation] = max(lost, found.get(cell.perturbation, 0.0))
    found = {name: lost for name, lost in found.items() if lost > 0}
    if not found:
        raise UsageError(f"that run has no failed cell of invariance in {' or '.join(languages)}", "name perturbations")
    return found


def _named(wanted: str | Sequence[str] | Mapping[str, float]) -> Mapping[str, float]:
    if isinstance(wanted, Mapping):
        return wanted
    return dict.fromkeys([wanted] if isinstance(wanted, str) else wanted, 1.0)


def _expanded(registry: Registry, written: str) -> list[Spec]:
    try:
        return registry.expand(str(written))
    except Mistake as mistake:
        raise UsageError(mistake.what, mistake.mend) from None
