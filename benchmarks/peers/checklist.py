"""CheckList's INV: five variants a text with two typos each, by its own `add_typos`.

At import CheckList wants corpora that pattern would fetch. Typos need none of them, so pattern is a stand-in here.

    pip install torch==2.13.0 'setuptools<80' wheel 'notebook<7' 'ipython<8'
    pip install --no-build-isolation checklist==0.0.11
"""

import random
import sys
import time
from types import ModuleType

sys.path.insert(0, sys.argv[1])
english = ModuleType("pattern.en")
english.tenses = english.wordnet = english.pluralize = None
sys.modules |= {"pattern": ModuleType("pattern"), "pattern.en": english}

import numpy as np
from checklist.perturb import Perturb
from checklist.test_types import INV
from work import COPIES, label, tell, texts


def several(text: str) -> list[str]:
    """Return the variants of a text."""
    return [Perturb.add_typos(text, typos=2) for _ in range(COPIES)]


def predicted(batch: list[str]) -> tuple[list[str], np.ndarray]:
    """Return labels, and the certainty of each."""
    return [label(text) for text in batch], np.ones((len(batch), 1))


started = time.process_time()
random.seed(0)
np.random.seed(0)
made = Perturb.perturb(texts(), several, keep_original=True)
test = INV(**made, name="typos")
test.run(predicted)
test.get_stats()
tell("checklist", started, sum(len(group) - 1 for group in made.data))
