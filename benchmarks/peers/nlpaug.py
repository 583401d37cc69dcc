"""nlpaug in a plain loop: its augmenters of characters, and no edits, cache, statistics or files.

pip install nlpaug==1.1.11
"""

import random
import sys
import time

sys.path.insert(0, sys.argv[1])

from nlpaug.augmenter.char import KeyboardAug, RandomCharAug
from nlpaug.augmenter.word import SplitAug
from work import label, tell, texts

started = time.process_time()
random.seed(0)
augmenters = [
    *(RandomCharAug(action=action, aug_word_max=2, aug_char_max=1) for action in ("swap", "delete", "insert")),
    KeyboardAug(aug_word_max=2, aug_char_max=1),
    SplitAug(aug_max=2),
]
agreed = [label(text) == label(augmenter.augment(text)[0]) for augmenter in augmenters for text in texts()]
tell("nlpaug", started, len(agreed))
