"""TextAttack's augmenters in a plain loop: five transformations of characters, each of a tenth of the words.

At import TextAttack wants stop words that nltk would fetch. A short list of them is written where nltk looks.

    pip install torch==2.13.0 textattack==0.3.11 transformers==4.57.5 'datasets<4.5' 'huggingface-hub<1' flair==0.15.1
"""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, sys.argv[1])
import nltk

STOP_WORDS = "a an and are as at be but by for from had has have i in is it my not of on so that the they this to was we with you"
corpus = Path(sys.argv[1]) / "corpora" / "stopwords"
corpus.mkdir(parents=True)
(corpus / "english").write_text("\n".join(STOP_WORDS.split()))
nltk.data.path.insert(0, sys.argv[1])
nltk.download = lambda *args, **kwargs: False

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
