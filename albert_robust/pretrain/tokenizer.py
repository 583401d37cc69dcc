"""A subword unigram tokenizer for many languages (Kudo, 2018, arXiv:1804.10959).

ALBERT's own tokenizer strips accents, which is fatal for most languages: this one keeps them. SentencePiece (Kudo and
Richardson, 2018) trains it: the trainer of Hugging Face's tokenizers loses frequent words where a language writes none apart.
A character outside the vocabulary is read as the bytes of its UTF-8, so no script is unreadable.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from albert_robust.errors import UsageError, need
from albert_robust.pretrain.corpus import Corpus
from albert_robust.pretrain.recipe import TokenizerSettings

PAD, UNKNOWN, START, END, MASK = "<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"
SEEDS = 600_000  # candidates that SentencePiece starts from
LONGEST_PIECE = 16
# Of decomposed text: marks that most writers leave out (Hebrew points, Arabic vowel signs and hamzas, the Russian dots of ё),
# those that capitals lose in Greek and get in Turkish, and characters that are not seen. Joiners stay: Persian spells with them.
LEFT_OUT = (
    r"[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u0655\u0670]"
    r"|(?<=[Ее])\u0308|(?<=\p{Greek})\p{Mn}+|(?<=[Ii])\u0307"
    r"|[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe0e\ufe0f\ufeff]"
)
SAME_IN_CAPITALS = {"ı": "i", "ς": "σ", "ß": "ss"}
_TOO_FEW = re.compile(r"smaller than required_chars\. \d+ vs (\d+)")
THREADS = 4  # the same everywhere: sums of other parts round otherwise


def train_tokenizer(corpus: Corpus, settings: TokenizerSettings, max_length: int) -> PreTrainedTokenizerFast:
    """Return a tokenizer trained on at most `settings.max_lines` distinct lines a language, so that none crowds out another.

    Raises:
        MissingExtraError: SentencePiece is not installed.
        UsageError: The text has too few characters for any vocabulary.
    """
    normalizer = _normalizer(settings)
    lines = (normalizer.normalize_str(line) for line in _balanced_lines(corpus, settings.max_lines))
    tokenizer = Tokenizer(models.Unigram(_pieces(lines, settings), unk_id=1, byte_fallback=True))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(), pre_tokenizers.Punctuation(), pre_tokenizers.Digits(individual_digits=True)]
    )
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
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


def _normalizer(settings: TokenizerSettings) -> normalizers.Sequence:
    """Return what makes one text of spellings that a reader takes for one: widths, accents that capitals lose, blanks."""
    plain = [normalizers.NFKD(), normalizers.Replace(Regex(LEFT_OUT), ""), normalizers.NFKC()]
    steps = [*plain, normalizers.Replace(Regex(r"[\s\u2581]+"), " ")]
    if not settings.lowercase:
        return normalizers.Sequence(steps)
    same = [normalizers.Replace(letter, other) for letter, other in SAME_IN_CAPITALS.items()]
    return normalizers.Sequence([*steps, normalizers.Lowercase(), *same])


def _pieces(lines: Iterator[str], settings: TokenizerSettings) -> list[tuple[str, float]]:
    """Return the vocabulary, in order, with the logarithm of each piece's probability."""
    need("sentencepiece", "pretrain", "training a tokenizer")
    import sentencepiece

    model = io.BytesIO()
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=lines,
            model_writer=model,
            model_type="unigram",
            vocab_size=settings.vocabulary,
            hard_vocab_limit=False,
            character_coverage=settings.coverage,
            byte_fallback=True,
            normalization_rule_name="identity",
            split_digits=True,
            max_sentencepiece_length=LONGEST_PIECE,
            seed_sentencepiece_size=SEEDS,
            num_threads=THREADS,
            pad_id=0,
            unk_id=1,
            bos_id=-1,
            eos_id=-1,
            pad_piece=PAD,
            unk_piece=UNKNOWN,
            user_defined_symbols=[START, END, MASK],
            minloglevel=2,
        )
    except RuntimeError as error:
        raise UsageError(f"cannot train a tokenizer of {settings.vocabulary} subwords: {_why(str(error))}") from None
    read = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    return [(read.id_to_piece(number), read.get_score(number)) for number in range(read.get_piece_size())]


def _why(said: str) -> str:
    """Return what SentencePiece says, in the words of a recipe."""
    if too_few := _TOO_FEW.search(said):
        what = f"the text's characters need {int(too_few[1]):,}"
        return f"{what}: raise `tokenizer: vocabulary`, or lower `tokenizer: coverage`"
    if "sentences_.empty()" in said:
        return "there are no lines to train it on: lexicons alone are not enough, name `parallel` or `monolingual` text"
    return said.rpartition("] ")[2] or said


def _balanced_lines(corpus: Corpus, max_lines: int) -> Iterator[str]:
    by_language: dict[str, dict[str, None]] = defaultdict(dict)
    for languages, pair in zip(corpus.languages[: corpus.prose], corpus.pairs[: corpus.prose], strict=True):
        for language, text in zip(languages, pair, strict=True):
            if len(by_language[language]) < max_lines:
                by_language[language][text] = None
    return chain.from_iterable(by_language[language] for language in sorted(by_language))
