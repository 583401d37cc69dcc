"""A subword unigram tokenizer for many languages (Kudo, 2018, arXiv:1804.10959).

ALBERT's own tokenizer strips accents, which is fatal for most languages: this one keeps them.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

from albert_robust.pretrain.corpus import Corpus
from albert_robust.pretrain.recipe import TokenizerSettings

PAD, UNKNOWN, START, END, MASK = "<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"
SPECIAL = [PAD, UNKNOWN, START, END, MASK]


def train_tokenizer(corpus: Corpus, settings: TokenizerSettings, max_length: int) -> PreTrainedTokenizerFast:
    """Return a tokenizer trained on at most `settings.max_lines` lines a language, so that no language crowds out another."""
    tokenizer = Tokenizer(models.Unigram())
    steps = [normalizers.NFKC(), normalizers.Replace("\u2581", " ")]
    tokenizer.normalizer = normalizers.Sequence([*steps, normalizers.Lowercase()] if settings.lowercase else steps)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation(), pre_tokenizers.Digits(individual_digits=True)]
    )
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=settings.vocabulary, special_tokens=SPECIAL, unk_token=UNKNOWN, show_progress=False
    )
    tokenizer.train_from_iterator(_balanced_lines(corpus, settings.max_lines), trainer)
    ids = [(token, tokenizer.token_to_id(token)) for token in (START, END)]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}", pair=f"{START} $A {END} $B:1 {END}:1", special_tokens=ids
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=max_length,
        pad_token=PAD,
        unk_token=UNKNOWN,
        cls_token=START,
        sep_token=END,
        mask_token=MASK,
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )


def _balanced_lines(corpus: Corpus, max_lines: int) -> Iterator[str]:
    by_language: dict[str, list[str]] = defaultdict(list)
    for languages, pair in zip(corpus.languages, corpus.pairs, strict=True):
        for language, text in zip(languages, pair, strict=True):
            if len(by_language[language]) < max_lines:
                by_language[language].append(text)
    return chain.from_iterable(by_language[language] for language in sorted(by_language))
