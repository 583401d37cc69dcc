"""`albert-robust cache`."""

import argparse
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albert_robust.cli.command import command

if TYPE_CHECKING:
    from albert_robust.asking.store import Store


def add(commands: Any) -> None:
    """Declare the command."""
    summary = "Show what is cached between runs, or delete some of it."
    made = command(commands, "cache", run, summary, "albert-robust cache prune --older-than 30d")
    made.add_argument(
        "action",
        nargs="?",
        default="show",
        choices=("show", "prune", "clear"),
        help="show: list what is kept (default); prune: delete the least recently used; clear: delete all. Runs make it anew",
    )
    made.add_argument(
        "--workspace", type=Path, metavar="DIR", help="folder of the cache (default: the one that pytest uses here)"
    )
    made.add_argument("--check", action="store_true", help="with show: read every row and count the damaged ones")
    made.add_argument("--size", help="with prune: shrink the file to at most this size, such as 500MB")
    made.add_argument(
        "--older-than", metavar="AGE", help="with prune: delete what was not used for this long, such as 30d"
    )
    made.add_argument("--kind", help="with clear: delete only this kind, such as prediction")
    made.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Do what was asked, and show what there is afterwards."""
    from albert_robust.asking.cache import FILE
    from albert_robust.cli.here import settings_here
    from albert_robust.errors import UsageError
    from albert_robust.shown import shown_path

    _check(options)
    folder: Path = options.workspace or settings_here().workspace.folder
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"--workspace: {shown_path(folder)} is no folder")
    path = folder / FILE
    if path.is_dir():
        raise UsageError(f"{shown_path(path)} is a folder, expected a file: move it out of the way")
    dropped = _drop(path, options)
    facts = _facts(path, options.check) | ({} if dropped is None else {"dropped": dropped})
    print(json.dumps({"schema": 1, **facts}, indent=1) if options.json else "\n".join(_table(facts)))
    return 0


def _check(options: argparse.Namespace) -> None:
    """Refuse an option that is of another action, and a prune that says not what."""
    from albert_robust.errors import UsageError

    owners = {"check": "show", "size": "prune", "older_than": "prune", "kind": "clear"}
    for name, action in owners.items():
        if getattr(options, name) and options.action != action:
            raise UsageError(f"--{name.replace('_', '-')} is for {action}, not for {options.action}")
    if options.action == "prune" and not (options.size or options.older_than):
        raise UsageError("prune what? give --size 500MB, --older-than 30d, or both")


def _drop(path: Path, options: argparse.Namespace) -> int | None:
    """Drop what was asked for, and return how many rows that were; None where nobody counted."""
    from albert_robust.asking.cache import remove
    from albert_robust.asking.sizes import bytes_in, seconds_in

    size = bytes_in(options.size) if options.size else None
    seconds = seconds_in(options.older_than) if options.older_than else None
    if options.action == "clear" and options.kind is None:
        remove(path)
    if options.action == "show" or not _holds(path):
        return None
    with _opened(path) as store:
        dropped = store.drop_kind(options.kind) if options.kind else 0
        dropped += store.drop_unused(seconds) if seconds is not None else 0
        return dropped + (store.drop_oldest(size, spare_own=False) if size is not None else 0)


def _facts(path: Path, check: bool) -> dict[str, Any]:
    from albert_robust.asking.cache import DAMAGED
    from albert_robust.shown import shown_path

    facts: dict[str, Any] = {"file": shown_path(path), "bytes": 0, "kinds": []}
    if _holds(path):
        with _opened(path) as store:
            facts["kinds"] = [asdict(one) for one in store.usage()]
            facts |= {"damaged": store.damaged()} if check else {}
        facts["bytes"] = path.stat().st_size
    aside = path.with_name(path.name + DAMAGED)
    facts["set_aside"] = aside.stat().st_size if aside.exists() else 0
    facts["models"] = sum(one.stat().st_size for one in (path.parent / "models").rglob("*") if one.is_file())
    return facts


def _holds(path: Path) -> bool:
    """Return whether there is a file that was begun: one that is empty is of no version yet."""
    return path.exists() and path.stat().st_size > 0


@contextmanager
def _opened(path: Path) -> "Iterator[Store]":
    """Open the file as it is, and tell what is wrong with it in one complaint."""
    import sqlite3

    from albert_robust.asking.store import Store
    from albert_robust.errors import complaint_at

    try:
        store = Store(path, anew=False)
        try:
            yield store
        finally:
            store.abandon()
    except sqlite3.Error as error:
        raise complaint_at(path, f"cannot be used: {error}", "`albert-robust cache clear` removes it") from None


def _table(facts: dict[str, Any]) -> list[str]:
    from albert_robust.asking.sizes import shown_bytes
    from albert_robust.cli.tables import aligned

    rows: list[Sequence[str]] = [("kind", "rows", "size", "used first", "used last")]
    rows += [
        (one["kind"], f"{one['rows']:,}", shown_bytes(one["bytes"]), _day(one["oldest"]), _day(one["newest"]))
        for one in facts["kinds"]
    ]
    lines = aligned(rows, left={0}) if facts["kinds"] else []
    if "dropped" in facts:
        lines.append(f"{facts['dropped']:,} rows dropped")
    if "damaged" in facts:
        lines.append(f"{facts['damaged']:,} rows damaged: they count as absent, and are made anew")
    lines.append(f"{facts['file']}: {shown_bytes(facts['bytes'])}")
    if facts["set_aside"]:
        lines.append(f"a damaged file set aside beside it: {shown_bytes(facts['set_aside'])}; `clear` removes it")
    if facts["models"]:
        lines.append(f"fine-tuned models beside it: {shown_bytes(facts['models'])}")
    return lines


def _day(seconds: int) -> str:
    from datetime import UTC, datetime

    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d}"
