"""`albert-robust calibrate`."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albert_robust.cli.command import command

if TYPE_CHECKING:
    from albert_robust.scoring.profile import Profile


def add(commands: Any) -> None:
    """Declare the command."""
    example = "albert-robust calibrate --encoder my-encoder/ --texts texts/ --parallel 'pairs/*.tsv.xz'"
    made = command(commands, "calibrate", run, "Calibrate an encoder: make the profile that its scores need.", example)
    add_text_options(made)
    made.add_argument(
        "--lsar", type=int, default=0, help="number of directions between the languages' means to remove (default: 0)"
    )
    made.add_argument("--abtt", type=int, default=0, help="number of common directions to remove (default: 0)")
    made.add_argument(
        "--white", type=int, default=0, help="number of dimensions that whitening keeps (default: no whitening)"
    )
    made.add_argument(
        "--one-mean", action="store_true", help="centre all languages on one common mean instead of each on its own"
    )
    made.add_argument(
        "--weighting",
        default="idf",
        choices=("1", "idf", "norm", "idf+norm"),
        help="how tokens are weighted (default: idf)",
    )
    made.add_argument("--layer", type=int, help="hidden layer to read (default: the encoder's own choice)")
    made.add_argument(
        "--effort",
        type=float,
        default=1.0,
        help="how much text to use, where 1 is as much as for the shipped profile (default: 1)",
    )


def add_text_options(made: argparse.ArgumentParser) -> None:
    """Declare what `calibrate` and `tune` have in common."""
    made.add_argument(
        "--encoder", default="builtin", help="builtin, a checkpoint folder, or a hub name (default: builtin)"
    )
    made.add_argument(
        "--texts", type=Path, help="folder with LANGUAGE.txt or LANGUAGE/SOURCE.txt files, one text per line"
    )
    made.add_argument(
        "--parallel",
        nargs="*",
        default=[],
        help="tab-separated files with the columns language 1, language 2, text 1, text 2",
    )
    made.add_argument(
        "--translations",
        nargs="*",
        default=[],
        help="files like --parallel whose translations are good enough to set ceilings",
    )
    made.add_argument(
        "--out",
        type=Path,
        help="folder for the profile (default: labs/ in the encoder's folder; required for the embedded encoder)",
    )
    made.add_argument("--seed", type=int, default=0, help="seed for sampling text (default: 0)")
    made.add_argument("--allow-network", action="store_true", help="allow downloading the encoder from a hub")


def run(options: argparse.Namespace) -> int:
    """Make the profile and say what it is worth."""
    from albert_robust.calibrating.calibrate import Choice, calibrate
    from albert_robust.calibrating.material import Effort
    from albert_robust.scoring.load import load_encoder

    effort, folder = Effort.times(options.effort), out_folder(options)
    encoder = load_encoder(options.encoder, options.layer, options.allow_network)
    choice = Choice(options.lsar, options.abtt, options.white, options.weighting, options.one_mean)
    with bar_of_texts() as progress:
        profile = calibrate(encoder, read_texts(options), choice, effort, options.seed, progress)
    save(profile, folder)
    print(summary(profile))
    print(f"profile {profile.digest}: {folder}")
    return 0


@contextmanager
def bar_of_texts() -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how many texts were read, of how many."""
    from tqdm import tqdm

    with tqdm(unit="text", desc="calibrate", disable=None) as bar:

        def progress(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)
            if done == of:
                bar.set_description("calibrate: anchors")

        yield progress


def save(profile: "Profile", folder: Path) -> None:
    """Write a profile, and tell on stderr which ceilings it lacks, and which the one had that it takes the place of."""
    from albert_robust.errors import UsageError, writing
    from albert_robust.scoring.profile import load_profile

    lacking = [tag for tag in profile.languages[:-1] if not profile.calibration.has_ceilings(tag)]
    if lacking and len(profile.languages) > 2:
        what = "scores across languages are on no scale there; ceilings need translations, --parallel"
        print(f"no ceilings for {' '.join(lacking)}: {what}", file=sys.stderr)
    try:
        before = load_profile(folder)
    except UsageError:  # there is none that could be read
        before = None
    lost = [tag for tag in lacking if before and tag in before.languages and before.calibration.has_ceilings(tag)]
    if lost:
        print(f"the profile that was in {folder} had ceilings for {' '.join(lost)}", file=sys.stderr)
    with writing(folder, "name another folder: --out DIR"):
        profile.save(folder)


def read_texts(options: argparse.Namespace) -> Any:
    """Return the background text that the options name; bad lines are counted on stderr."""
    from albert_robust.calibrating.background import read_background

    background = read_background(options.texts, options.parallel, options.translations, options.seed)
    for line in background.bad_lines[:5]:
        print(f"skipped {line}", file=sys.stderr)
    if len(background.bad_lines) > 5:
        print(f"skipped {len(background.bad_lines) - 5} more lines", file=sys.stderr)
    for what in background.left_out:
        print(f"left out {what}", file=sys.stderr)
    return background


def out_folder(options: argparse.Namespace) -> Path:
    """Return where the profile goes.

    Raises:
        UsageError: None was named, and the encoder has no folder, or is the embedded one, whose profile is the package's own.
    """
    from albert_robust.errors import UsageError
    from albert_robust.scoring.load import EMBEDDED, encoder_path
    from albert_robust.scoring.profile import FOLDER

    if options.out is not None:
        if options.out.exists() and not options.out.is_dir():
            raise UsageError(f"--out {options.out} is no folder: name the folder that the profile goes to")
        return Path(options.out)
    if options.encoder == EMBEDDED:
        raise UsageError("the embedded encoder's profile is what `score` reads for all: name another folder with --out")
    folder = Path(encoder_path(options.encoder))
    if not folder.is_dir():
        raise UsageError(f"the encoder {options.encoder!r} has no folder here: name the profile's with --out")
    return folder / FOLDER


def summary(profile: Any) -> str:
    """Return what a profile knows: its languages, and the pairs that the encoder supports least."""
    from itertools import combinations

    calibration = profile.calibration
    known = [tag for tag in profile.languages if tag != "und"]
    place = {tag: number for number, tag in enumerate(profile.languages)}
    pairs = [
        (calibration.auc[place[a], place[b]], a, b)
        for a, b in combinations(known, 2)
        if calibration.has_ceiling(place[a], place[b])
    ]
    lines = [f"{len(known)} languages: {' '.join(known)}"]
    if pairs:
        worst = ", ".join(f"{a}-{b} {auc:.3f}" for auc, a, b in sorted(pairs)[:3])
        mean = sum(auc for auc, _, _ in pairs) / len(pairs)
        lines.append(f"{len(pairs)} pairs of languages: AUC of translations {mean:.3f} in the mean, least {worst}")
    return "\n".join(lines)
