"""The Python door: the same steps that pytest and the command line take."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex

from albert_robust.errors import Mistake, UsageError, folders, whole
from albert_robust.file_names import PACK
from albert_robust.perturbing import open_packs, vary
from albert_robust.results.folder import open_run
from albert_robust.results.run import Run
from albert_robust.scoring.comparing import compare, compare_languages
from albert_robust.scoring.labs import score
from albert_robust.scoring.scorer import Scorer
from albert_robust.scoring.scores import Scores
from albert_robust.scoring.texts import checked_texts
from albert_robust.suite.load import load_suite, load_suites
from albert_robust.suite.suite import Suite
from albert_robust.text import Edit, Text
from albert_robust.text.languages import UNKNOWN, is_tag

if TYPE_CHECKING:
    from albert_robust.augmenting import Augmented

__all__ = [
    "Run",
    "Scorer",
    "Scores",
    "Suite",
    "Variant",
    "augment",
    "compare",
    "compare_languages",
    "load_suite",
    "load_suites",
    "open_run",
    "perturb",
    "run",
    "score",
    "write_report",
]


@dataclass(frozen=True, slots=True)
class Variant:
    """A perturbed text and the edits that made it; `str` of it is the text.

    `status` is `tested`, `unchanged` or `not applicable`.
    """

    text: str
    edits: tuple[Edit, ...]
    source: str
    status: str

    def __str__(self) -> str:
        return self.text


def perturb(
    texts: Iterable[str],
    spec: str,
    *,
    language: str = UNKNOWN,
    seed: SupportsIndex = 0,
    n: SupportsIndex = 1,
    packs: Sequence[str | Path] = (),
) -> list[list[Variant]]:
    """Return `n` variants of each text.

    Args:
        texts: The texts; a text's variants depend on its place in the list, not on its neighbours.
        spec: Such as `typos.keyboard@2`, or `typos.swap | case.lower`.
        language: BCP 47 tag of all texts.
        seed: Any whole number.
        n: Variants a text, one or more.
        packs: Folders of perturbations beside the built-in one and `./perturbations`.

    Raises:
        UsageError: The texts are no list of texts, the spec, the language or the seed is none, or `n` is below 1.
        MissingExtraError: The perturbation runs on a module that is not installed.
    """
    listed = checked_texts("texts", texts)
    if not isinstance(language, str) or not is_tag(language):
        raise UsageError(f"{language!r} is no language tag: write a BCP 47 tag such as en or zh")
    key, many = whole("seed", seed), whole("n", n)
    if many < 1:
        raise UsageError(f"n: {many} variants a text, expected at least 1")
    registry = open_packs((*folders("packs", packs), Path.cwd() / PACK))
    try:
        specs = registry.expand(str(spec))
    except Mistake as mistake:
        raise UsageError(mistake.what, mistake.mend) from None
    if len(specs) > 1:
        raise UsageError(f"{spec!r} stands for {len(specs)} perturbations: name one")
    applies = registry.applies(specs[0], language)
    rows = []
    for place, text in enumerate(listed):
        row = []
        for replicate in range(many):
            made = source = Text.of(text, language)
            if applies:
                made = vary(registry, specs[0], source, seed=key, example=str(place), replicate=replicate)
            status = "tested" if made.changed else "unchanged" if applies else "not applicable"
            row.append(Variant(str(made), made.edits, text, status))
        rows.append(row)
    return rows


def augment(
    data: Any,
    perturbations: str | Sequence[str] | Mapping[str, float] | Run,
    *,
    task: str,
    language: str | Sequence[str],
    share: float | None = None,
    n: SupportsIndex = 1,
    seed: SupportsIndex = 0,
    columns: Mapping[str, str] | None = None,
    fields: Sequence[str] = (),
    ignores: Sequence[str] = (),
    originals: Literal["keep", "replace", "drop"] = "keep",
    reference_language: str = "",
    encoding: str = "utf-8",
    on_bad_rows: Literal["error", "skip"] = "error",
    packs: Sequence[str | Path] = (),
) -> "Augmented":
    """Return labelled data with perturbed copies of their rows, to train on, as a list of dictionaries.

    A variant has the columns and the label of its row, and stands behind it; places of entities and tags of tokens move along.
    The list's `made` says what each perturbation came to. Variants depend on the seed and on the rows' ids, not on their order.

    Args:
        data: A list of dictionaries, a data frame, or a file.
        perturbations: Such as `typos.swap@2`; one or several, or by name the share of the rows that each changes. Of a run those
            at which its model failed, each for as large a share as answers changed.
        task: What the rows are examples of, such as `text-classification`.
        language: BCP 47 tag of all rows; or several, where a column `language` says which row is in which.
        share: The share of the rows that each perturbation changes, whatever else is said.
        n: Variants of a row by each perturbation, one or more.
        seed: Any whole number.
        columns: From our names to the data's, where they cannot be guessed: `{"text": "review"}`.
        fields: Which fields are perturbed; those that suites perturb unless they are named.
        ignores: What perturbations may alter because no label depends on it, such as `number`.
        originals: Whether all rows are kept, those with variants replaced by these, or all dropped.
        reference_language: BCP 47 tag of the references if it differs, as in translation.
        encoding: Of a file of text, as Python names it.
        on_bad_rows: Whether a row that is no example, such as one without a text, is an error or left as it is.
        packs: Folders of perturbations beside the built-in one and `./perturbations`.

    Raises:
        UsageError: A perturbation is unknown, or its variants may have another label; or an argument is unfit.
        InputError: The data are missing or unfit, or in a form that cannot be written back.
    """
    from albert_robust.augmenting import augmented

    return augmented(
        data,
        perturbations,
        task=task,
        languages=[language] if isinstance(language, str) else [*language],
        share=share,
        n=whole("n", n),
        seed=whole("seed", seed),
        columns=columns,
        fields=fields,
        ignores=ignores,
        originals=originals,
        reference_language=reference_language,
        encoding=encoding,
        on_bad_rows=on_bad_rows,
        packs=folders("packs", packs),
    )


def run(
    suite: Suite | str | Path | Mapping[str, Any] | Iterable[Suite],
    *,
    seed: SupportsIndex | None = None,
    max_calls: SupportsIndex | None = None,
    max_seconds: float | None = None,
    max_price: float | None = None,
    workspace: str | Path = ".albert_robust",
    allow_network: bool = False,
    shrink: bool = False,
) -> Run:
    """Return the run of suites: all of their cells that no mark skips. `write_report` draws its report.

    Args:
        suite: A file, `reviews.robust.yaml`, with all its models; a dictionary with the same keys, in which `rows:` may be a
            data frame and `python:` a function; or what `load_suite` or `load_suites` returned.
        seed: Replaces the suites' own: any whole number.
        max_calls: Of the models' inputs at most so many are asked; cells without are not tested. None for no limit.
        max_seconds: For so long at most the models are asked. None for no limit.
        max_price: So much at most may their answers cost, in the unit of `price:`. None for no limit.
        workspace: Where predictions and fine-tuned models are kept.
        allow_network: Whether a hub may be asked.
        shrink: Whether the model is asked further, to find the smallest sets of edits that break each cell that did not pass.

    Raises:
        InputError: A suite, its data or its model are unfit.
        UsageError: It is no suite, the seed is no whole number, or a limit is below 0.
    """
    from uuid import uuid4

    from albert_robust.asking.budget import budget
    from albert_robust.asking.workspace import Workspace
    from albert_robust.conclude import run_suites

    limits = budget(None if max_calls is None else whole("max_calls", max_calls), max_seconds, max_price)
    suites = _suites(suite)
    if seed is not None:
        suites = [one.seeded(whole("seed", seed)) for one in suites]
    return run_suites(suites, Workspace(Path(workspace), uuid4().hex, allow_network, limits), shrinks=shrink)


def _suites(given: Suite | str | Path | Mapping[str, Any] | Iterable[Suite]) -> list[Suite]:
    if isinstance(given, str | Path | Mapping):
        return load_suites(given)
    suites = [*given] if isinstance(given, Iterable) else [given]
    for one in suites:
        if not isinstance(one, Suite):
            raise UsageError(f"expected a suite, its file or a dictionary, got {one!r:.60}")
    for name, count in Counter(one.name for one in suites).items():
        if count > 1:
            raise UsageError(f"two suites are called {name!r}: load them with `root=`, the folder above both")
    return suites


def write_report(run: Run, folder: str | Path = "robustness-report", *, templates: Sequence[str | Path] = ()) -> Path:
    """Write a run and its HTML report to a folder, as pytest does, and return the page's path.

    Args:
        run: From `run`.
        folder: Made where there is none.
        templates: Folders of your own templates, which go before the built-in ones of the same name.

    Raises:
        InputError: A template cannot be read or raises.
        WritingError: The folder cannot be written.
    """
    from albert_robust.report.render import write_report as write
    from albert_robust.results.folder import keep

    keep(run, Path(folder))
    return write(run, Path(folder), [*map(Path, templates)])
