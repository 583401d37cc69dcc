"""`albert-robust doctor`."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albert_robust.cli.command import command

if TYPE_CHECKING:
    from albert_robust.doctor import Diagnosis
    from albert_robust.suite.suite import Check, Suite

LONG = 160


def add(commands: Any) -> None:
    """Declare the command."""
    summary = "Check whether a model that understands nothing would pass your suites."
    made = command(commands, "doctor", run, summary, "albert-robust doctor suites/reviews.robust.yaml")
    made.add_argument("suites", type=Path, nargs="+", metavar="SUITE", help="a *.robust.yaml file")
    made.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Print what each suite makes of each stand-in; 1 if one gets through."""
    from albert_robust.cli.here import settings_here, suites_here
    from albert_robust.doctor import diagnosed

    suites = suites_here(options.suites, settings_here(options.suites))
    files = {suite.shown: suite for suite in reversed(suites)}  # one of several models stands for all: checks are alike
    found = [(suite, diagnosed(suite)) for suite in reversed(files.values())]
    if options.json:
        print(json.dumps({"schema": 1, "suites": [_facts(*pair) for pair in found]}, indent=1))
    else:
        print("\n\n".join(_told(*pair) for pair in found))
    return int(any(not one.caught for _, all_of in found for one in all_of))


def _facts(suite: "Suite", found: "list[Diagnosis]") -> dict[str, Any]:
    from albert_robust.doctor import idle, judges_of

    stand_ins = [
        {
            "name": one.stand_in.name,
            "caught": [record.cell for record in one.caught],
            "verdicts": dict(sorted(one.verdicts.items())),
        }
        for one in found
    ]
    return {
        "suite": suite.shown,
        "stand_ins": stand_ins,
        "idle": [check.place.line for check in idle(suite, found)],
        "impossible": [record.cell for record in found[0].impossible],
        "not_asked": judges_of(suite),
    }


def _told(suite: "Suite", found: "list[Diagnosis]") -> str:
    from albert_robust.doctor import idle, judges_of
    from albert_robust.show import one_line

    lines = [
        f"{suite.shown}: would a model pass that answers with",
        *(line for one in found for line in _lines(suite, one)),
    ]
    lines += [
        f"{suite.shown}:{check.place.line}: this check of {check.expectation} fails none of them: {_stricter(check)}"
        for check in idle(suite, found)
    ]
    lines += [
        f"{suite.shown}: no model can pass {record.cell}: {one_line(record.reason)}" for record in found[0].impossible
    ]
    if judges := judges_of(suite):
        lines.append(f"{suite.shown}: not asked to judge: {', '.join(judges)}. The gates on that are left out")
    return "\n".join(lines)


def _stricter(*checks: "Check") -> str:
    gates = dict.fromkeys(str(gate) for check in checks for gate in check.all_gates)
    return f"tighten {', '.join(gates)}, or add examples"


def _lines(suite: "Suite", one: "Diagnosis") -> list[str]:
    from albert_robust.doctor import lenient
    from albert_robust.show import one_line
    from albert_robust.shown import counted

    name, all_of = one.stand_in.name, sum(one.verdicts.values()) - one.verdicts["not applicable"]
    if not one.caught:
        told = ", ".join(f"{count:,} {verdict}" for verdict, count in sorted(one.verdicts.items())) or "no cell is left"
        missing = "add a check of " + ", or of ".join(f"`{expected}`" for expected in one.stand_in.caught_by)
        checks = lenient(suite, one)
        return [f"  {name:<12} yes: {told}", f"  {'':<12} {_stricter(*checks) if checks else missing}"]
    first = one.caught[0]
    return [
        f"  {name:<12} no: {len(one.caught):,} of {counted(all_of, 'cell')} fail",
        f"  {'':<12} {first.cell}: {one_line(first.reason)}"[:LONG],
    ]
