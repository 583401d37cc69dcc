"""A first suite for a user's model and data: columns guessed from the data's names, nothing assumed of its quality."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from albert_robust.data.dataset import check_header, read_examples
from albert_robust.data.options import CHOICES
from albert_robust.data.rows import UTF8, check_encoding, read_rows
from albert_robust.data.source import PLACEHOLDER
from albert_robust.errors import Mistake, UsageError, complaint_at, writing
from albert_robust.file_names import SUITE
from albert_robust.starter.checks import Checks
from albert_robust.starter.columns import ASKING, about_in, columns_in, offered_in, split_columns
from albert_robust.starter.model import model_for, relative
from albert_robust.suite.load import load_suite
from albert_robust.suite.suite import Suite
from albert_robust.tasks import TASKS, Task
from albert_robust.text.languages import is_tag


def write_starter(
    out: Path,
    task_name: str,
    model: str,
    data: Path,
    language: str,
    reference_language: str = "",
    documents: Path | None = None,
    columns: Mapping[str, str] | None = None,
    encoding: str = UTF8,
    skips_bad: bool = False,
    force: bool = False,
) -> Suite:
    """Write a suite and return it, read back.

    Args:
        out: The suite's file.
        task_name: As suites write it.
        model: `module:function`, or a checkpoint folder or name, or an encoder's where the task is an encoder's; `NAME@URL` of
            a chat model behind an endpoint; `KIND:NAME`, as suites write it.
        data: The examples; with `{language}` in the name, a file a language.
        language: Of the examples; of several languages `en,de`.
        reference_language: Of the references; empty where it is the examples'. A translation's must be said.
        documents: What an encoder searches.
        columns: From our names to the file's, where they cannot be guessed; of choices a column, or several, `A,B,C,D`.
        encoding: Of the data, as Python names it.
        skips_bad: Whether rows that are no examples are left out.
        force: Whether a file that exists is written anew.

    Raises:
        UsageError: The file exists, its name is no suite's, the language is none, the model can be none, or an endpoint's has no
            name.
        InputError: The data are missing or broken, lack a column for the task, or have no example in the language.
        WritingError: The file cannot be written.
    """
    task, languages = TASKS[task_name], tuple(language.split(","))
    if not force and (out.exists() or out.is_symlink()):
        raise UsageError(f"{out} exists: choose another --out, or write it anew with --force")
    _check(out, task, languages, reference_language, columns or {}, encoding)
    first = _first_row(data.parent / data.name.replace(PLACEHOLDER, languages[0]), encoding)
    mapped = dict(columns or {})
    theirs = mapped.pop(CHOICES, "")
    offered = split_columns(theirs, first) if theirs else offered_in(first) if task.single_label else []
    columns = columns_in(first, task, ASKING if offered else {}) | mapped
    per_row = PLACEHOLDER not in data.name and columns.get("language", "language") in first
    if len(languages) > 1 and PLACEHOLDER not in data.name and not per_row:
        raise UsageError(
            f"--language {language}: no column 'language' in {data.name} says which row is in which: name it, "
            f"`--column language=...`; of files for one language each write {PLACEHOLDER} in --data where they differ"
        )
    mapping = "name it: `--column NAME=...`"
    header = task.source(
        data,
        languages,
        per_row=per_row,
        columns=columns,
        choices=tuple(offered),
        mapping=mapping,
        encoding=encoding,
        skips_bad=skips_bad,
    )
    check_header(header, task.inputs, task.reference)
    examples = read_examples(header, task.inputs, task.reference)
    about = about_in(first, columns)
    named = model_for(model, task, examples, out, reference_language)
    if about and "prompt" in named:
        named["prompt"] += f"\n\n{{{about}}}"
    if documents is not None:
        named["documents"] = relative(documents, out)
    dataset: dict[str, object] = {
        "path": relative(data, out),
        **({"languages": [*languages]} if per_row or len(languages) > 1 else {"language": language}),
        "reference_language": reference_language,
        "encoding": "" if encoding == UTF8 else encoding,
        "on_bad_rows": "skip" if skips_bad else "",
        "columns": columns | ({CHOICES: offered if len(offered) > 1 else offered[0]} if offered else {}),
    }
    checks = Checks(task, examples, [*task.perturbed, about] if about else [])
    checks.make()
    content = {
        "task": task_name,
        "model": named,
        "datasets": {_called(data): {key: value for key, value in dataset.items() if value}},
        "checks": checks.found,
    }
    written = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    remarks = "".join(f"# {line}\n" for line in checks.remarks)
    with writing(out, "choose another --out"):
        before = out.read_bytes() if out.exists() else None
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(f"{written}{remarks}", encoding="utf-8")
    try:
        return load_suite(out)
    except BaseException:
        out.unlink()
        if before is not None:
            out.write_bytes(before)
        raise


def _check(
    out: Path,
    task: Task,
    languages: Sequence[str],
    reference_language: str,
    columns: Mapping[str, str],
    encoding: str,
) -> None:
    """Refuse what can be told to be wrong before data are read."""
    if not out.name.endswith(SUITE):
        raise UsageError(f"{out.name!r}: a suite's name ends in {SUITE}")
    for language in languages:
        if not is_tag(language):
            raise UsageError(f"{language!r} is no language tag: write a BCP 47 tag such as en or zh")
    if len({*languages}) < len(languages):
        raise UsageError(f"--language {','.join(languages)}: a language is named twice")
    if not task.language_field and not reference_language:
        raise UsageError(f"in which language are the {task.reference}s? say it: --reference-language de")
    known = ("id", "language", *task.inputs, task.reference, *([CHOICES] if task.single_label else []))
    for name in columns:
        if name not in known:
            raise UsageError(f"--column: {name!r} is none of {', '.join(known)}")
    try:
        check_encoding(encoding)
    except Mistake as mistake:
        raise UsageError(f"--encoding: {mistake.what}", mistake.mend) from None


class _Dumper(yaml.SafeDumper):
    """Writes a text of several lines as people do, and a list that stands twice twice."""

    def ignore_aliases(self, data: object) -> bool:
        """Refer to nothing by an alias."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def _first_row(data: Path, encoding: str) -> dict[str, Any]:
    found = next(read_rows(data, encoding=encoding), None)
    if found is None:
        raise complaint_at(data, "the dataset is empty", "add examples")
    return found[1]


def _called(data: Path) -> str:
    """Return what cells call a dataset: as its file is called, as far as an id may hold it."""
    return re.sub("[^A-Za-z0-9]+", "-", data.stem.replace(PLACEHOLDER, ""))[:80].strip("-") or "data"
