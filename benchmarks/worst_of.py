"""What a search breaks, and in how many questions: `worst_of` beside DeepWordBug as TextAttack has it. JSON on stdout.

    python benchmarks/worst_of.py [--questions 16 32 64 128] [--textattack PYTHON]

The model is a naive Bayes over the words of the English reviews that the suites' classifier learns from; it tells probabilities
and costs nothing. The texts are the English reviews of `suites/reviews`. `broken` is the share of texts that get another label,
`questions` how many texts the model was asked about for each, `edits` the words that were changed in those that broke. PYTHON is
that of an environment with TextAttack (`benchmarks/peers/textattack.py` says what to install); its recipe DeepWordBug (Gao et
al., 2018, arXiv:1801.04354) then searches the same texts with the same numbers of questions. Nothing is fetched.
"""

import argparse
import json
import math
import random
import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from typing import Any

REVIEWS = Path(__file__).resolve().parents[1] / "suites" / "reviews"
SLIPS = ["typos.keyboard@1", "typos.swap@1", "typos.delete@1", "typos.insert@1"]
SUITE = """\
task: text-classification
model: {{python: "model:predict", version: "1"}}
datasets:
  reviews: {{path: reviews.jsonl, language: en}}
checks:
  - {{expect: invariance, perturbations: ["{slip}"], worst_of: {questions}}}
"""
MODEL = "import sys\nsys.path.insert(0, {here!r})\nfrom worst_of import predict as predict\n"
STOP_WORDS = "a an and are as at be but by for from had has have i in is it my not of on so that the they this to was we with you"


def english(name: str) -> list[dict[str, str]]:
    """Return the English rows of a file of reviews."""
    rows = map(json.loads, (REVIEWS / name).read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row["language"] == "en"]


def texts() -> list[str]:
    """Return the reviews that are searched."""
    return [row["text"] for name in ("restaurants.jsonl", "products.jsonl") for row in english(name)]


def words(text: str) -> list[str]:
    """Return the words of a text in small letters."""
    return re.findall(r"\w+", text.lower())


class Bayes:
    """A multinomial naive Bayes with add-one smoothing; words that it has not met say nothing."""

    def __init__(self) -> None:
        """Learn from the classifier's own reviews."""
        rows = english("train.jsonl")
        self.labels = sorted({row["label"] for row in rows})
        self.counts: dict[str, Counter[str]] = {label: Counter() for label in self.labels}
        for row in rows:
            self.counts[row["label"]].update(words(row["text"]))
        self.known = set().union(*self.counts.values())

    def probabilities(self, text: str) -> list[float]:
        """Return the probability of each label."""
        met = [word for word in words(text) if word in self.known]
        logs = [self._log(label, met) for label in self.labels]
        weights = [math.exp(one - max(logs)) for one in logs]
        return [weight / sum(weights) for weight in weights]

    def _log(self, label: str, met: Sequence[str]) -> float:
        counts = self.counts[label]
        room = counts.total() + len(self.known)
        return sum(math.log((counts[word] + 1) / room) for word in met)


@cache
def learned() -> Bayes:
    """Return the model, which learns once."""
    return Bayes()


def predict(batch: Sequence[Mapping[str, str]]) -> Iterator[dict[str, Any]]:
    """Yield the label of each input, with the probability of all."""
    model = learned()
    for inputs in batch:
        scores = dict(zip(model.labels, model.probabilities(inputs["text"]), strict=True))
        yield {"label": max(scores, key=lambda label: scores[label]), "scores": scores}


def ours(slip: str, questions: int) -> dict[str, float]:
    """Return what our search finds with one kind of slips."""
    from albert_robust import load_suite, run

    with TemporaryDirectory() as place:
        folder = Path(place)
        rows = [json.dumps({"id": str(number), "text": text}) for number, text in enumerate(texts())]
        (folder / "reviews.jsonl").write_text("\n".join(rows), encoding="utf-8")
        (folder / "model.py").write_text(MODEL.format(here=str(Path(__file__).parent)), encoding="utf-8")
        (folder / "s.robust.yaml").write_text(SUITE.format(slip=slip, questions=questions), encoding="utf-8")
        found = run(load_suite(folder / "s.robust.yaml"), workspace=folder)
        cases = [case for case in found.outcomes if case.status == "tested"]
    changed = [len(case.changes) for case in cases if case.agreement == 0]
    return told(len(cases), changed, int(found.cost["predicted"]))


def told(searched: int, changed: Sequence[int], asked: int) -> dict[str, float]:
    """Return the figures of a search."""
    edits = round(mean(changed), 2) if changed else 0.0
    return {"broken": round(len(changed) / searched, 3), "questions": round(asked / searched, 1), "edits": edits}


def textattack(questions: int, folder: Path) -> dict[str, float]:
    """Return what TextAttack finds. At import it wants stop words that nltk would fetch: a short list lies where nltk looks."""
    import nltk  # type: ignore[import-not-found]  # of the peer's environment, as all below

    stop = folder / "corpora" / "stopwords"
    stop.mkdir(parents=True, exist_ok=True)
    (stop / "english").write_text("\n".join(STOP_WORDS.split()))
    nltk.data.path.insert(0, str(folder))
    nltk.download = lambda *args, **kwargs: False
    import numpy as np
    from textattack.attack_recipes import DeepWordBugGao2018  # type: ignore[import-not-found]
    from textattack.attack_results import SuccessfulAttackResult  # type: ignore[import-not-found]
    from textattack.models.wrappers import ModelWrapper  # type: ignore[import-not-found]

    bayes = learned()

    class Wrapper(ModelWrapper):  # type: ignore[misc]  # it has no types
        model = None

        def __call__(self, batch: Sequence[str]) -> Any:
            return np.array([bayes.probabilities(text) for text in batch])

    random.seed(0)
    attack = DeepWordBugGao2018.build(Wrapper())
    attack.goal_function.query_budget = questions
    results = [attack.attack(text, int(np.argmax(bayes.probabilities(text)))) for text in texts()]
    won = [one for one in results if isinstance(one, SuccessfulAttackResult)]
    pairs = [(one.original_result.attacked_text, one.perturbed_result.attacked_text) for one in won]
    changed = [len(before.all_words_diff(after)) for before, after in pairs]
    return told(len(results), changed, sum(one.num_queries for one in results))


def beside(python: str, questions: int) -> Any:
    """Return what TextAttack finds in an environment of its own."""
    with TemporaryDirectory() as folder:
        command = [python, __file__, "--questions", str(questions), "--inside", folder]
        offline = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HOME": folder}
        made = subprocess.run(command, capture_output=True, text=True, check=True, env=offline)
    return json.loads(made.stdout.splitlines()[-1])


def main() -> None:
    """Search and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, nargs="+", default=[16, 32, 64, 128], help="a text, at most")
    parser.add_argument("--textattack", metavar="PYTHON", help="that of an environment with TextAttack")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        print(json.dumps(textattack(options.questions[0], options.inside)))
        return
    found: dict[str, Any] = {slip: {str(most): ours(slip, most) for most in options.questions} for slip in SLIPS}
    if options.textattack:
        found["TextAttack DeepWordBug"] = {str(most): beside(options.textattack, most) for most in options.questions}
    print(json.dumps({"texts": len(texts()), "found": found}, indent=1))


if __name__ == "__main__":
    main()
