"""`albert-robust score`."""

import argparse
import json
from pathlib import Path
from typing import Any

from albert_robust.cli.command import command


def add(commands: Any) -> None:
    """Declare the command."""
    example = "albert-robust score --candidates c.txt --references r.txt --language zh"
    made = command(commands, "score", run, "Score candidates against references with LABS, line by line.", example)
    made.add_argument("--candidates", type=Path, required=True, help="a text a line")
    made.add_argument("--references", type=Path, required=True, help="a text a line")
    made.add_argument("--language", help="BCP 47 tag of the texts, for the signature")
    made.add_argument("--encoder", default="builtin", help="builtin, a checkpoint folder, or a hub name")
    made.add_argument("--idf", action="store_true", help="weigh tokens by their rarity among the references")
    made.add_argument("--allow-network", action="store_true", help="let a hub be asked for the encoder")
    made.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    """Print the scores of each pair and the corpus mean."""
    from albert_robust.scoring.labs import score

    candidates, references = (_lines(path) for path in (options.candidates, options.references))
    found = score(
        candidates,
        references,
        encoder=options.encoder,
        languages=options.language,
        idf=options.idf,
        allow_network=options.allow_network,
    )
    corpus = found.corpus
    if options.json:
        rows = {
            name: [round(float(value), 6) for value in getattr(found, name)] for name in ("precision", "recall", "f")
        }
        mean = {"mean": round(corpus.value, 6), "low": round(corpus.low, 6), "high": round(corpus.high, 6)}
        print(json.dumps({**rows, "corpus": mean, "signature": found.signature}, indent=1))
        return 0
    for place in range(len(found.f)):
        print(f"{found.precision[place]:.4f}\t{found.recall[place]:.4f}\t{found.f[place]:.4f}")
    print(f"mean F {corpus.value:.4f} [{corpus.low:.4f}, {corpus.high:.4f}]\n{found.signature}")
    return 0


def _lines(path: Path) -> list[str]:
    from albert_robust.errors import complaint_at

    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise complaint_at(path, f"cannot read the file: {error.strerror}") from None
    except UnicodeDecodeError:
        raise complaint_at(path, "not UTF-8 text", "save the file as UTF-8") from None
