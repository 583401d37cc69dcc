"""`albert-robust score`."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albert_robust.cli.command import command

if TYPE_CHECKING:
    from albert_robust.scoring.alignment import Alignment
    from albert_robust.scoring.scores import Scores
    from albert_robust.scoring.statistics import Comparison


def add(commands: Any) -> None:
    """Declare the command."""
    example = "albert-robust score --candidates c.txt --references r.txt --language zh"
    made = command(commands, "score", run, "Score candidate texts against references with LABS, line by line.", example)
    texts = made.add_argument_group("texts", "UTF-8 files with one text per line; - is standard input")
    texts.add_argument("--candidates", type=Path, required=True, metavar="FILE")
    texts.add_argument(
        "--references",
        type=Path,
        required=True,
        action="append",
        metavar="FILE",
        help="may be repeated: the best reference counts, and an empty line means none",
    )
    texts.add_argument(
        "--language", metavar="TAG", help="language of the texts, as a BCP 47 tag such as en or zh, or detect"
    )
    texts.add_argument(
        "--reference-language", metavar="TAG", help="language of the references if it differs, or detect"
    )
    texts.add_argument(
        "--clusters",
        type=Path,
        metavar="FILE",
        help="one label per line, such as the document's name, for intervals over whole clusters",
    )
    texts.add_argument(
        "--against", type=Path, metavar="FILE", help="candidates of another system, to test whether the two differ"
    )
    how = made.add_argument_group("score")
    how.add_argument(
        "--encoder", default="builtin", help="builtin, a checkpoint folder, or a hub name (default: builtin)"
    )
    how.add_argument(
        "--layer", type=int, metavar="N", help="hidden layer to read (default: the checkpoint's own choice)"
    )
    how.add_argument(
        "--profile",
        type=Path,
        metavar="DIR",
        help="profile made by `albert-robust calibrate` (default: the encoder's own)",
    )
    how.add_argument("--calibration", metavar="LEVEL", help="none, floor, floor+par or damage (all anchors; default)")
    how.add_argument("--raw", action="store_true", help="compute plain BERTScore, as the bert_score package does")
    how.add_argument("--idf", action="store_true", help="with --raw: weight tokens by their rarity in the references")
    how.add_argument("--allow-network", action="store_true", help="allow downloading the encoder from a hub")
    shown = made.add_argument_group("output")
    shown.add_argument(
        "--explain", type=int, metavar="LINE", help="show which token matched which in this line, counted from 1"
    )
    shown.add_argument("--svg", type=Path, metavar="FILE", help="with --explain: draw the matches to this SVG file")
    shown.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Print the scores of each pair and the corpus mean, a comparison, or one pair token by token."""
    from albert_robust.cli.tables import alignment_table, comparison_table, scores_table
    from albert_robust.scoring.comparing import compare

    _check(options)
    pairs = _read(options)
    if options.explain is not None:
        found = _explained(options, pairs)
        if options.svg:
            _draw(found, options.svg)
        print(_json(_plain(found)) if options.json else alignment_table(found))
    elif options.against is None:
        scores = _scored(options, pairs, pairs.candidates)
        several = len(options.references) > 1
        print(_json(scores.as_dict()) if options.json else scores_table(scores, several))
    else:
        both = _scored(options, pairs, pairs.candidates), _scored(options, pairs, pairs.rivals)
        made = compare(*both)
        names = str(options.candidates), str(options.against)
        print(_json(_compared(both, made)) if options.json else comparison_table(names, both, made))
    return 0


@dataclass(frozen=True)
class _Pairs:
    """The texts of the files that were named.

    Attributes:
        candidates: A text a pair.
        rivals: The other system's; none without `--against`.
        references: The texts of each pair.
        places: For each of them the number of its file, from 0.
        clusters: A label a pair, or None.
    """

    candidates: list[str]
    rivals: list[str]
    references: list[list[str]]
    places: list[list[int]]
    clusters: list[str] | None


def _check(options: argparse.Namespace) -> None:
    """Refuse what would be passed over in silence."""
    from albert_robust.cli.lines import STANDARD_INPUT
    from albert_robust.errors import UsageError

    explain = options.explain is not None
    files = [options.candidates, options.against, options.clusters, *options.references]
    refused = {
        "--idf goes with --raw: without it the profile decides how much a token counts": options.idf
        and not options.raw,
        "--raw has no calibration and no profile": options.raw and (options.calibration or options.profile),
        "--raw has no languages: leave --language and --reference-language out": options.raw
        and (options.language or options.reference_language),
        "--explain shows LABS: leave --raw out": options.raw and explain,
        "--explain shows one system: leave --against out": options.against and explain,
        "--explain shows one pair: leave --clusters out": options.clusters and explain,
        "--svg goes with --explain LINE": options.svg and not explain,
        "standard input is read once: name one file as -": files.count(STANDARD_INPUT) > 1,
    }
    for told, wrong in refused.items():
        if wrong:
            raise UsageError(told)


def _read(options: argparse.Namespace) -> _Pairs:
    from albert_robust.cli.lines import lines_of
    from albert_robust.errors import UsageError
    from albert_robust.shown import shown_path

    candidates = lines_of(options.candidates)
    if not candidates:
        raise UsageError(f"{shown_path(options.candidates)} is empty: there is nothing to score")

    def fitting(path: Path) -> list[str]:
        lines = lines_of(path)
        if len(lines) == len(candidates):
            return lines
        counts = f"{len(lines)} for the {len(candidates)} of {shown_path(options.candidates)}"
        raise UsageError(f"{shown_path(path)} has another number of lines: {counts}")

    rows = [_present(row) for row in zip(*map(fitting, options.references), strict=True)]
    return _Pairs(
        candidates=candidates,
        rivals=fitting(options.against) if options.against else [],
        references=[[text for _, text in row] for row in rows],
        places=[[place for place, _ in row] for row in rows],
        clusters=fitting(options.clusters) if options.clusters else None,
    )


def _present(row: Sequence[str]) -> list[tuple[int, str]]:
    """The references of one pair with the numbers of their files; where all are empty, one."""
    numbered = list(enumerate(row))
    return [(place, text) for place, text in numbered if text.strip()] or numbered[:1]


def _scored(options: argparse.Namespace, pairs: _Pairs, candidates: Sequence[str]) -> "Scores":
    from tqdm import tqdm

    from albert_robust.scoring.labs import score

    with tqdm(unit="pair", desc="score", disable=None, leave=False) as bar:

        def progress(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        found = score(
            candidates,
            pairs.references,
            encoder=options.encoder,
            languages=options.language,
            reference_languages=options.reference_language,
            clusters=pairs.clusters,
            layer=options.layer,
            profile=options.profile,
            calibration=options.calibration,
            raw=options.raw,
            idf=options.idf,
            allow_network=options.allow_network,
            progress=progress,
        )
    files = found.winners.copy()
    files[:] = [places[winner] for places, winner in zip(pairs.places, found.winners, strict=True)]
    return replace(found, winners=files)


def _explained(options: argparse.Namespace, pairs: _Pairs) -> "Alignment":
    """The line that was asked for, with the reference that counts."""
    from albert_robust.errors import UsageError
    from albert_robust.scoring.labs import LEVEL
    from albert_robust.scoring.scorer import Scorer

    line = options.explain
    if not 1 <= line <= len(pairs.candidates):
        raise UsageError(f"--explain {line}: there are lines 1 to {len(pairs.candidates)}")
    scorer = Scorer(
        options.encoder,
        layer=options.layer,
        profile=options.profile,
        calibration=options.calibration or LEVEL,
        allow_network=options.allow_network,
    )
    language, other = options.language or "und", options.reference_language
    found = [
        scorer.explain(pairs.candidates[line - 1], reference, language=language, reference_language=other)
        for reference in pairs.references[line - 1]
    ]
    return max(found, key=lambda one: float(one.scores.f[0]))


def _draw(found: "Alignment", path: Path) -> None:
    from albert_robust.errors import writing
    from albert_robust.report.alignment import alignment_svg

    with writing(path, "name another file: --svg FILE"):
        path.write_text(alignment_svg(found), encoding="utf-8")


def _plain(found: "Alignment") -> dict[str, Any]:
    """An alignment as plain values, fit for JSON."""
    return {
        "candidate": found.candidate,
        "reference": found.reference,
        "similarity": found.similarity.round(4).tolist(),
        "candidate_weights": found.candidate_weights.round(4).tolist(),
        "reference_weights": found.reference_weights.round(4).tolist(),
        "letters": found.letters,
        "scores": found.scores.as_dict(),
    }


def _compared(both: Sequence["Scores"], made: "Comparison") -> dict[str, Any]:
    from albert_robust.scoring.statistics import DIGITS

    first, second = both
    difference = {"mean": made.difference.value, "low": made.difference.low, "high": made.difference.high}
    return {
        "first": first.as_dict(),
        "second": second.as_dict(),
        "difference": {name: None if isnan(value) else round(value, DIGITS) for name, value in difference.items()},
        "bootstrap_p": made.bootstrap,
        "randomisation_p": made.randomisation,
    }


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False)
