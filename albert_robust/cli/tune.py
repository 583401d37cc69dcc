"""`albert-robust tune`."""

import argparse
import json
import sys
from typing import Any

from albert_robust.cli import calibrate
from albert_robust.cli.command import command

SHOWN = 10


def add(commands: Any) -> None:
    """Declare the command."""
    example = "albert-robust tune --encoder my-encoder/ --parallel 'pairs/*.tsv.xz' --search bayes --trials 30"
    summary = "Search for the best layer, neutral space and weights of an encoder, and make its profile."
    made = command(commands, "tune", run, summary, example)
    calibrate.add_text_options(made)
    made.add_argument(
        "--search",
        choices=("grid", "bayes"),
        default="bayes",
        help="try every combination (grid, up to 384 per layer) or the promising ones (bayes, the default)",
    )
    made.add_argument("--trials", type=int, default=30, help="number of trials of a Bayesian search (default: 30)")
    made.add_argument("--layers", type=int, nargs="+", help="layers to try (default: all)")
    made.add_argument(
        "--study", help="file that keeps the trials; an existing one is continued (default: in the profile's folder)"
    )
    made.add_argument(
        "--effort",
        type=float,
        default=1.0,
        help="how much text to make the profile from, where 1 is as much as for the shipped one (default: 1)",
    )
    made.add_argument("--json", action="store_true", help="print all trials as JSON")


def run(options: argparse.Namespace) -> int:
    """Search, print the best trials, and write the profile of the best."""
    from dataclasses import asdict
    from pathlib import Path

    from tqdm import tqdm

    from albert_robust.calibrating.calibrate import calibrate as make
    from albert_robust.calibrating.material import Effort
    from albert_robust.calibrating.tune import startable, tune
    from albert_robust.errors import writing
    from albert_robust.scoring.load import load_encoder

    effort, folder = Effort.times(options.effort), calibrate.out_folder(options)
    startable(options.encoder, options.trials, options.layers, options.allow_network)
    background = calibrate.read_texts(options)
    study = Path(options.study) if options.study else folder
    if not options.study:
        with writing(folder, "name another folder: --out DIR"):
            folder.mkdir(parents=True, exist_ok=True)
    with tqdm(unit="trial", desc="tune") as bar:

        def progress(done: int, of: int, trial: Any) -> None:
            bar.total, bar.n = of, done
            if trial is None:
                bar.write(f"{of} trials, {done} of them done before", file=sys.stderr)
            else:
                bar.set_postfix(value=f"{trial.value:.4f}", refresh=True)

        try:
            trials = tune(
                options.encoder,
                background,
                search=options.search,
                trials=options.trials,
                layers=options.layers,
                study=study,
                seed=options.seed,
                allow_network=options.allow_network,
                progress=progress,
            )
        except KeyboardInterrupt:
            bar.write(f"stopped: {bar.n} trials are kept in {study}; the same command goes on", file=sys.stderr)
            raise
    best = trials[0]
    if options.json:
        print(json.dumps([asdict(trial) for trial in trials], indent=1))
    else:
        print(table(trials[:SHOWN]))
    encoder = load_encoder(options.encoder, best.layer, options.allow_network)
    with calibrate.bar_of_texts() as read:
        profile = make(encoder, background, best.choice, effort, options.seed, read)
    calibrate.save(profile, folder)
    if not options.json:
        print(f"{calibrate.summary(profile)}\nprofile {profile.digest} at layer {best.layer}: {folder}")
    return 0


def table(trials: list[Any]) -> str:
    """Return trials as lines of text, the best first."""
    rows = [f"{'value':>7} {'AUC':>7} {'bias':>7}  layer lsar abtt white mean weighting"]
    for trial in trials:
        choice = trial.choice
        space = f"{choice.lsar:>4} {choice.abtt:>4} {choice.white:>5} {'one' if choice.one_mean else 'own':<4}"
        chosen = f"{trial.layer:>5} {space} {choice.weighting}"
        rows.append(f"{trial.value:>7.4f} {trial.auc:>7.4f} {trial.bias:>7.4f}  {chosen}")
    return "\n".join(rows)
