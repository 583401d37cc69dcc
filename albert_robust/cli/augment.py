"""`albert-robust augment`."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albert_robust.cli.command import command, named_column
from albert_robust.task_names import TASK_NAMES

if TYPE_CHECKING:
    from albert_robust.augmenting import Augmented, Made


def add(commands: Any) -> None:
    """Declare the command."""
    summary = "Write labelled data with perturbed copies of their rows, to train on."
    example = (
        "albert-robust augment train.csv --task text-classification --language en "
        "--perturbation typos.swap@2 --share 0.3 --out augmented.csv"
    )
    made = command(commands, "augment", run, summary, example)
    made.add_argument("data", type=Path, help="data file: JSON Lines, JSON, CSV, TSV, Parquet or CoNLL")
    made.add_argument("--task", required=True, choices=TASK_NAMES, help="what the rows are examples of")
    made.add_argument(
        "--language",
        required=True,
        metavar="TAG",
        help="language of the data, as a BCP 47 tag such as en or zh; or several, en,zh",
    )
    which = made.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--perturbation",
        action="append",
        metavar="NAME",
        help="family.name, family.name@SEVERITY, family.* or 'first | second'; may be repeated",
    )
    which.add_argument(
        "--run",
        type=Path,
        dest="of_run",
        metavar="FOLDER",
        help="the perturbations at which the model of a run failed, each for as large a share as answers changed",
    )
    made.add_argument(
        "--share", type=float, help="share of the rows that each perturbation changes, up to 1 (default: all of them)"
    )
    made.add_argument("--n", type=int, default=1, help="number of variants per row and perturbation (default: 1)")
    made.add_argument("--seed", type=int, default=0, help="random seed (default: 0)")
    made.add_argument(
        "--field",
        action="append",
        default=[],
        metavar="FIELD",
        help="field to perturb; may be repeated (default: those of the task)",
    )
    made.add_argument(
        "--ignores",
        action="append",
        default=[],
        metavar="WHAT",
        help="what perturbations may alter because no label depends on it, such as number; may be repeated",
    )
    made.add_argument(
        "--originals",
        choices=("keep", "replace", "drop"),
        default="keep",
        help="keep all rows (default), replace those that have variants, or drop all",
    )
    made.add_argument("--column", action="append", default=[], type=named_column, metavar="NAME=COLUMN", help=COLUMN)
    made.add_argument(
        "--reference-language", default="", help="language of the references if it differs, as in translation"
    )
    made.add_argument("--encoding", default="utf-8", help="encoding of the data, such as cp1252 (default: %(default)s)")
    made.add_argument(
        "--on-bad-rows",
        choices=("error", "skip"),
        default="error",
        help="skip leaves rows that are no examples as they are, such as one without a text (default: %(default)s)",
    )
    made.add_argument("--out", type=Path, required=True, help="file to write: .jsonl, .json, .csv, .tsv or .conll")
    made.add_argument("--force", action="store_true", help="write over --out if it is there")


COLUMN = "map a field to your column, as text='Review Text'; may be repeated"


def run(options: argparse.Namespace) -> int:
    """Write the file, and say what each perturbation came to. Without any variant nothing is written."""
    from albert_robust.augmenting import augmented
    from albert_robust.data.writing import check_writable, write_rows
    from albert_robust.errors import UsageError
    from albert_robust.results.folder import open_run
    from albert_robust.shown import counted, shown_path

    if options.out.exists() and not options.force:
        raise UsageError(f"{options.out} exists: choose another --out, or write over it with --force")
    check_writable(options.out)
    found = augmented(
        options.data,
        open_run(options.of_run) if options.of_run else options.perturbation,
        task=options.task,
        languages=options.language.split(","),
        share=options.share,
        n=options.n,
        seed=options.seed,
        columns=dict(options.column),
        fields=options.field,
        ignores=options.ignores,
        originals=options.originals,
        reference_language=options.reference_language,
        encoding=options.encoding,
        on_bad_rows=options.on_bad_rows,
        mapping="name it: `--column NAME=...`",
    )
    variants = sum(one.variants for one in found.made)
    if variants:
        write_rows(options.out, found, options.data, options.encoding)
        rows = counted(len(found) - variants, "row")
        print(f"{shown_path(options.out)}: {rows} as they were, and {counted(variants, 'variant')}")
    else:
        print("nothing was written: no row has a variant")
    print("\n".join(_lines(found)))
    if found.others:
        print(f"left as they were: {counted(sum(found.others.values()), 'row')} in {', '.join(sorted(found.others))}")
    if found.bad:
        print(f"left as they were: {counted(len(found.bad), 'bad row')}, the first is {found.bad[0]}")
    return 0 if variants else 1


def _lines(found: "Augmented") -> Sequence[str]:
    """Return what each perturbation came to, a line each."""
    several = len({one.language for one in found.made}) > 1
    names = [f"{one.perturbation} [{one.language}]" if several else one.perturbation for one in found.made]
    width = max(map(len, names))
    return [f"{name:<{width}}  {_told(one)}" for name, one in zip(names, found.made, strict=True)]


def _told(one: "Made") -> str:
    from albert_robust.shown import on_one_line

    others = [f"{count:,} {status}" for status, count in sorted(one.counts.items()) if status != "tested"]
    why = f" ({on_one_line(one.why)})" if one.why else ""
    return f"{one.drawn:,} drawn: {', '.join([f'{one.variants:,} made', *others])}{why}"
