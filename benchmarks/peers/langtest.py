"""LangTest's harness: five of its cheap robustness tests. Cases that a test leaves unchanged it drops silently.

pip install langtest==2.7.0 openai psutil
"""

import csv
import sys
import time
from pathlib import Path

sys.path.insert(0, sys.argv[1])

from langtest import Harness
from work import label, tell, texts

TESTS = ("add_typo", "lowercase", "uppercase", "titlecase", "strip_punctuation")


class Model:
    """The free model as LangTest calls it: text by text."""

    def predict(self, text: str) -> str:
        """Return a label."""
        return label(text)


started = time.process_time()
path = Path(sys.argv[1]) / "sentences.csv"
with path.open("w", newline="") as file:
    rows = [(text, repr(label(text))) for text in texts()]  # it evaluates labels, and drops rows where it cannot
    csv.writer(file).writerows([("text", "label"), *rows])
rates = {name: {"min_pass_rate": 0.1} for name in TESTS}
harness = Harness(
    task="text-classification",
    model={"model": Model(), "hub": "custom"},
    data={"data_source": str(path)},
    config={"tests": {"defaults": {"min_pass_rate": 0.1}, "robustness": rates}},
)
harness.generate().run()
report = harness.report()
tell("langtest", started, int(report["pass_count"].sum() + report["fail_count"].sum()))
