"""`albert-robust pretrain --search`."""

import argparse
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from albert_robust.pretrain.bench import Trial
    from albert_robust.pretrain.trainer import Progress

SHOWN = 20


def run(options: argparse.Namespace) -> int:
    """Search, print the trials and what mattered, and say where the best recipe is."""
    from tqdm import tqdm

    from albert_robust.cli.pretrain import told_if_stopped
    from albert_robust.pretrain.search import BEST, PICTURE, RESULT, search

    with told_if_stopped(), tqdm(unit="trial", desc="text") as bar:

        def told(done: int, of: int, trial: "Trial") -> None:
            bar.total, bar.n = of, done
            bar.set_postfix_str(trial.failed[:60] if trial.value is None else f"value={trial.value:.4f}", refresh=True)

        def tell(number: int, progress: "Progress") -> None:
            bar.set_description(f"trial {number}, stage {progress.stage}, {progress.step / progress.steps:.0%}")

        found = search(options.search, options.out, options.threads, told=told, tell=tell)
    if options.json:
        print((options.out / RESULT).read_text(encoding="utf-8"), end="")
        return 0
    print(table(found.trials[:SHOWN]))
    print(importance_table(found.importances))
    print(f"best recipe: {options.out / BEST}; what mattered: {options.out / PICTURE}")
    return 0


def table(trials: Sequence["Trial"]) -> str:
    """Return trials as lines of text, the best first; below them why others failed."""
    from albert_robust.cli.tables import aligned
    from albert_robust.pretrain.picture import shown

    names = list(trials[0].settings)
    rows = [["trial", "value", "seconds", "parameters", "MB", *names]]
    for trial in trials:
        drawn = [shown(trial.settings[name]) for name in names]
        costs = [f"{trial.seconds:.0f}", f"{trial.parameters:,}", f"{trial.megabytes:.1f}"]
        measured = ["failed", "", "", ""] if trial.value is None else [f"{trial.value:.4f}", *costs]
        rows.append([str(trial.number), *measured, *drawn])
    return "\n".join(
        [*aligned(rows), *(f"trial {trial.number} failed: {trial.failed}" for trial in trials if trial.failed)]
    )


def importance_table(importances: Mapping[str, float]) -> str:
    """Return how much each setting mattered, a line each."""
    from albert_robust.cli.tables import aligned

    if not importances:
        return "what mattered is not told: too few trials succeeded, or all are worth the same"
    rows = [["setting", "importance"], *([name, f"{share:.2f}"] for name, share in importances.items())]
    return "\n".join(aligned(rows, left={0}))
