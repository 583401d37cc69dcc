"""`albert-robust score`."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from albert_robust.cli.command import command, named_column

if TYPE_CHECKING:
    from albert_robust.cli.pairs import Pairs
    from albert_robust.cli.tables import Rival
    from albert_robust.scoring.alignment import Alignment
    from albert_robust.scoring.scores import Scores
    from albert_robust.scoring.statistics import Estimate


def add(commands: Any) -> None:
    """Declare the command."""
    example = "albert-robust score --candidates c.txt --references r.txt --language zh"
    made = command(commands, "score", run, "Score candidate texts against references with LABS, line by line.", example)
    _add_texts(made)
    _add_method(made)
    shown = made.add_argument_group("output")
    shown.add_argument(
        "--explain", type=int, metavar="LINE", help="show which token matched which in this line, counted from 1"
    )
    shown.add_argument("--svg", type=Path, metavar="FILE", help="with --explain: draw the matches to this SVG file")
    shown.add_argument("--summary", action="store_true", help="leave out the lines of single pairs")
    shown.add_argument("--json", action="store_true", help="print JSON")


def _add_texts(made: argparse.ArgumentParser) -> None:
    about = "UTF-8 files with one text per line (- is standard input), or a table with one pair per row"
    texts = made.add_argument_group("texts", about)
    texts.add_argument("--candidates", type=Path, metavar="FILE")
    texts.add_argument(
        "--references",
        type=Path,
        default=[],
        action="append",
        metavar="FILE",
        help="may be repeated: the best reference counts, and an empty line means none",
    )
    texts.add_argument(
        "--pairs",
        type=Path,
        metavar="TABLE",
        help="JSON Lines, CSV, TSV or Parquet instead: candidate, reference; maybe language, reference_language, cluster",
    )
    texts.add_argument(
        "--column",
        action="append",
        default=[],
        type=named_column,
        metavar="NAME=COLUMN",
        help="with --pairs: which column is which, as candidate=output; may be repeated",
    )
    texts.add_argument("--encoding", metavar="NAME", help="with --pairs: its encoding, such as cp1252 (default: utf-8)")
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
        "--against",
        default=[],
        action="append",
        metavar="FILE",
        help="candidates of another system, to test whether it differs; a column with --pairs; may be repeated",
    )


def _add_method(made: argparse.ArgumentParser) -> None:
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
    how.add_argument(
        "--device",
        metavar="NAME",
        help="where the encoder runs, such as cpu or cuda:1 (default: a GPU if there is one)",
    )
    how.add_argument("--allow-network", action="store_true", help="allow downloading the encoder from a hub")


def run(options: argparse.Namespace) -> int:
    """Print the scores of each pair and the corpus mean, comparisons with other systems, or one pair token by token."""
    from albert_robust.cli.tables import alignment_table, comparison_table, scores_table

    _check(options)
    pairs = _read(options)
    if options.explain is not None:
        aligned = _explained(options, pairs)
        if options.svg:
            _draw(aligned, options.svg)
        print(_json(_plain(aligned)) if options.json else alignment_table(aligned))
    elif pairs.systems:
        systems = {_names(options)[0]: pairs.candidates, **pairs.systems}
        scores = {name: _scored(options, pairs, candidates) for name, candidates in systems.items()}
        rivals = _compared(scores)
        print(_json(_of_systems(scores, rivals)) if options.json else comparison_table(scores, rivals))
    else:
        found = _scored(options, pairs, pairs.candidates)
        means = _by_language(found, pairs)
        if options.json:
            told = {tag: {**mean.as_dict(), "clusters": mean.clusters} for tag, mean in means.items()}
            print(_json(found.as_dict() | ({"languages": told} if told else {})))
        else:
            print(scores_table(found, pairs.several, means, rows=not options.summary))
    return 0


def _check(options: argparse.Namespace) -> None:
    """Refuse what would be passed over in silence."""
    from albert_robust.cli.lines import STANDARD_INPUT
    from albert_robust.errors import UsageError

    explain = options.explain is not None
    files = [options.candidates, options.clusters, *options.references, *map(Path, options.against)]
    lines = options.candidates or options.references or options.clusters
    refused = {
        "--pairs is a table of candidates, references and clusters: leave the files of lines out": options.pairs
        and lines,
        "--column goes with --pairs": options.column and not options.pairs,
        "--encoding goes with --pairs: files of lines are UTF-8": options.encoding and not options.pairs,
        "name the texts: --candidates FILE --references FILE, or --pairs TABLE": not options.pairs
        and not (options.candidates and options.references),
        "--idf goes with --raw: without it the profile decides how much a token counts": options.idf
        and not options.raw,
        "--raw has no calibration and no profile": options.raw and (options.calibration or options.profile),
        "--raw has no languages: leave --language and --reference-language out": options.raw
        and (options.language or options.reference_language),
        "--explain shows LABS: leave --raw out": options.raw and explain,
        "--explain shows one system: leave --against out": options.against and explain,
        "--explain shows one pair: leave --clusters out": options.clusters and explain,
        "--against names other systems, each once": len({*_names(options)}) <= len(options.against),
        "--summary leaves out the lines that --json has": options.summary and options.json,
        "--svg goes with --explain LINE": options.svg and not explain,
        "standard input is read once: name one file as -": files.count(STANDARD_INPUT) > 1,
    }
    for told, wrong in refused.items():
        if wrong:
            raise UsageError(told)


def _read(options: argparse.Namespace) -> "Pairs":
    from albert_robust.cli.pairs import pairs_of_lines, pairs_of_table

    tags = options.language, options.reference_language
    if options.pairs:
        encoding = options.encoding or "utf-8"
        return pairs_of_table(options.pairs, dict(options.column), options.against, *tags, encoding)
    against = [*map(Path, options.against)]
    return pairs_of_lines(options.candidates, options.references, against, options.clusters, *tags)


def _names(options: argparse.Namespace) -> list[str]:
    """Return what the systems are called, the first one first: by their columns, or by their files."""
    if options.pairs:
        return [dict(options.column).get("candidate", "candidate"), *options.against]
    return [str(path) for path in (options.candidates, *map(Path, options.against))]


def _scored(options: argparse.Namespace, pairs: "Pairs", candidates: Sequence[str]) -> "Scores":
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
            languages=None if options.raw else pairs.languages,
            reference_languages=None if options.raw else pairs.reference_languages,
            clusters=pairs.clusters,
            layer=options.layer,
            profile=options.profile,
            calibration=options.calibration,
            raw=options.raw,
            idf=options.idf,
            device=options.device,
            allow_network=options.allow_network,
            progress=progress,
        )
    files = found.winners.copy()
    files[:] = [numbers[winner] for numbers, winner in zip(pairs.files, found.winners, strict=True)]
    return replace(found, winners=files)


def _by_language(found: "Scores", pairs: "Pairs") -> dict[str, "Estimate"]:
    """Return the mean F of each language, or pair of languages; none where all pairs are in the same."""
    from albert_robust.scoring.statistics import mean_of_clusters

    places: dict[str, list[int]] = {}
    for place, tag in enumerate(pairs.spoken):
        places.setdefault(tag, []).append(place)
    if len(places) < 2:
        return {}
    belong = pairs.clusters or range(len(found))
    return {
        tag: mean_of_clusters(found.f[here], [belong[place] for place in here]) for tag, here in sorted(places.items())
    }


def _explained(options: argparse.Namespace, pairs: "Pairs") -> "Alignment":
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
        device=options.device,
        allow_network=options.allow_network,
    )
    language, other = pairs.languages_of(line - 1)
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


def _compared(scores: Mapping[str, "Scores"]) -> dict[str, "Rival"]:
    """Return how each other system stands beside the first."""
    from albert_robust.cli.tables import Rival
    from albert_robust.scoring.comparing import compare
    from albert_robust.scoring.significance import holm

    first, *names = scores
    made = [compare(scores[first], scores[name]) for name in names]
    adjusted = holm([one.randomisation for one in made])
    return dict(zip(names, map(Rival, made, adjusted), strict=True))


def _of_systems(scores: Mapping[str, "Scores"], rivals: Mapping[str, "Rival"]) -> dict[str, Any]:
    name, *_ = scores
    return {
        "first": {"name": name, **scores[name].as_dict()},
        "against": [
            {
                "name": name,
                **scores[name].as_dict(),
                "difference": rival.comparison.difference.as_dict(),
                "bootstrap_p": rival.comparison.bootstrap,
                "randomisation_p": rival.comparison.randomisation,
                "adjusted_p": rival.adjusted,
            }
            for name, rival in rivals.items()
        ],
    }


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=1, ensure_ascii=False)
