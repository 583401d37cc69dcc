"""`albert-robust init`."""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albert_robust.cli.command import command, named_column
from albert_robust.task_names import TASK_NAMES

if TYPE_CHECKING:
    from albert_robust.data import Examples
    from albert_robust.suite.suite import Suite

SHOWN_LABEL = 40  # letters of a label


def add(commands: Any) -> None:
    """Declare the command."""
    example = "albert-robust init --task text-classification --model my_model:predict --data reviews.csv --language en"
    made = command(commands, "init", run, "Write a first suite for your model and data.", example)
    made.add_argument("--task", required=True, choices=TASK_NAMES, help="what the model does")
    kinds = (
        "module:function; folder or hub name of a checkpoint or encoder; NAME@URL for a chat model behind an endpoint; or "
        "KIND:NAME as in a suite, such as finetuned:train.jsonl"
    )
    made.add_argument("--model", required=True, help=kinds)
    made.add_argument(
        "--data",
        type=Path,
        required=True,
        help="data file: JSON Lines, JSON, CSV, TSV, Parquet or CoNLL; {language} in its name stands for one file per language",
    )
    made.add_argument(
        "--language",
        required=True,
        metavar="TAG",
        help="language of the data, as a BCP 47 tag such as en or zh; or several, en,zh",
    )
    made.add_argument(
        "--reference-language", default="", help="language of the references if it differs, as in translation"
    )
    made.add_argument(
        "--column",
        action="append",
        default=[],
        type=named_column,
        metavar="NAME=COLUMN",
        help="map a field to your column, as text='Review Text' or choices=A,B,C,D; may be repeated",
    )
    made.add_argument("--encoding", default="utf-8", help="encoding of the data, such as cp1252 (default: %(default)s)")
    made.add_argument(
        "--on-bad-rows",
        choices=("error", "skip"),
        default="error",
        help="skip leaves out rows that are no examples, such as one without a text (default: %(default)s)",
    )
    made.add_argument(
        "--documents",
        type=Path,
        help="for retrieval with an encoder: text file of the documents to search, one per line",
    )
    made.add_argument(
        "--out", type=Path, default=Path("model.robust.yaml"), help="suite file to write (default: %(default)s)"
    )
    made.add_argument("--force", action="store_true", help="write the suite file anew if it exists")


def run(options: argparse.Namespace) -> int:
    """Write the suite, read it back, and say what its data can tell. A file that exists is kept without `--force`."""
    from shlex import quote

    from albert_robust.running.blocks import examples_of
    from albert_robust.running.plan import plan
    from albert_robust.starter.write import write_starter

    suite = write_starter(
        options.out,
        options.task,
        options.model,
        options.data,
        options.language,
        options.reference_language,
        options.documents,
        dict(options.column),
        options.encoding,
        options.on_bad_rows == "skip",
        options.force,
    )
    print(f"wrote {options.out}: {len(plan(suite).cells)} cells")
    ((dataset, examples),) = examples_of(suite, [*suite.datasets]).items()
    for said in (
        *_of_references(suite, examples),
        *_of_rows(suite, examples),
        *_of_columns(suite),
        *_of_model(options.model, suite),
        *_of_numbers(suite, dataset, examples),
    ):
        print(said)
    print(f"next: pytest {quote(str(options.out))}")
    return 0


def _of_references(suite: "Suite", examples: "Examples") -> Iterator[str]:
    """Yield which labels the data have, and why nothing is told of quality, where nothing is."""
    from albert_robust.shown import SHOWN_CHOICES, on_one_line
    from albert_robust.starter.checks import JUDGED
    from albert_robust.starter.model import unlike_labels

    column = suite.task.reference
    told = any(one.references for one in examples)
    if not told:
        yield f"no {column} in any row, so nothing is told of quality: name its column, `--column {column}=...`"
    elif suite.task.single_label:
        counts = Counter(reference for one in examples for reference in one.references).most_common()
        shown = [f"{on_one_line(label, SHOWN_LABEL)} ({count:,})" for label, count in counts[:SHOWN_CHOICES]]
        yield f"labels: {', '.join(shown)}{' ...' if len(counts) > SHOWN_CHOICES else ''}"
    if unlike := unlike_labels(suite, examples):
        yield unlike
    if told and not any(check.expectation == "reference" for check in suite.checks):
        yield f"no check of quality: fewer than {JUDGED} rows have a {column}, or all have the same"


def _of_rows(suite: "Suite", examples: "Examples") -> Iterator[str]:
    """Yield which rows are left out: bad ones, and those in languages that were not named."""
    from albert_robust.running.blocks import data_of
    from albert_robust.shown import SHOWN_CHOICES, counted

    if bad := data_of(examples, suite.task).bad_rows:
        yield f"left out: {counted(len(examples.left_out.bad), 'bad row')}, the first is {bad[0]}"
    if others := examples.left_out.others:
        languages = ", ".join(f"{language} ({count:,})" for language, count in others.most_common(SHOWN_CHOICES))
        yield f"left out: {counted(others.total(), 'row')} in other languages: {languages}"


def _of_columns(suite: "Suite") -> Iterator[str]:
    """Yield which columns are not read."""
    from albert_robust.shown import SHOWN_CHOICES
    from albert_robust.starter.columns import offered_in

    (source,) = suite.datasets.values()
    names = ("id", "language", *suite.task.inputs, suite.task.reference)
    read = {*source.choices, *map(source.column, names)}
    _, first = next(source.rows(source.files()[0][0]))
    if unread := [repr(name) for name in first if name and name not in read]:
        yield f"not read: {', '.join(unread[:SHOWN_CHOICES])}"
    if offered_in(first) and not suite.task.single_label:
        yield "choices are read with `--task text-classification`, and answered by their letters"


def _of_model(named: str, suite: "Suite") -> Iterator[str]:
    """Yield that a function or a checkpoint is not here."""
    from albert_robust.models.callable import missing_function

    if suite.model.kind.name == "python" and (missing := missing_function(suite.model.python, suite.path.parent)):
        yield f"{missing}: mend `python:` in the suite, or write it before you run pytest"
    if suite.model.kind.name == "transformers" and not Path(named).exists():
        yield f"no folder {named!r} here: a hub has it only with `pytest --robust-allow-network`"


def _of_numbers(suite: "Suite", dataset: str, examples: "Examples") -> Iterator[str]:
    """Yield what so many examples can decide, and what is doubtful about them."""
    from albert_robust.gate.decide import foreseen
    from albert_robust.gate.doubts import of_data
    from albert_robust.running.blocks import data_of

    yield from of_data(dataset, data_of(examples, suite.task))
    fewest = min(Counter(one.language for one in examples).values())  # a cell is of one language
    yield foreseen(suite.checks[0].gates[0], fewest, suite.two_sided)
