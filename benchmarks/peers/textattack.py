"""TextAttack's augmenters in a plain loop: five transformations of characters, each of a tenth of the words."""

import random
import sys
import time

sys.path.insert(0, sys.argv[1])

from textattack.augmentation import Augmenter
from textattack.transformations import (
    WordSwapNeighboringCharacterSwap,
    WordSwapQWERTY,
    WordSwapRandomCharacterDeletion,
    WordSwapRandomCharacterInsertion,
    WordSwapRandomCharacterSubstitution,
)
from work import label, tell, texts

TRANSFORMATIONS = (
    WordSwapNeighboringCharacterSwap,
    WordSwapRandomCharacterDeletion,
    WordSwapRandomCharacterInsertion,
    WordSwapQWERTY,
    WordSwapRandomCharacterSubstitution,
)

started = time.process_time()
random.seed(0)
augmenters = [Augmenter(made(), pct_words_to_swap=0.1, fast_augment=True) for made in TRANSFORMATIONS]
agreed = [
    label(text) == label(variant)
    for augmenter in augmenters
    for text in texts()
    for variant in augmenter.augment(text)[:1]
]
tell("textattack", started, len(agreed))
