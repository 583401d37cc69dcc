"""What a checkpoint reads of a text, and what it writes after it, or from it."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from albert_robust.errors import UsageError
from albert_robust.foreign import first_line
from albert_robust.shown import suggest

WRITTEN = ("summarization", "translation", "text-generation")  # tasks whose answers a checkpoint writes
UNSTATED = 2**31  # tokens: a tokenizer without a limit states more
AT_ONCE = 2**15  # tokens that a model reads at once
GREEDY: Mapping[str, Any] = {"do_sample": False, "num_beams": 1}


class Written(NamedTuple):
    """What a model wrote, and how many tokens at an end of its input it did not read."""

    text: str
    cut: int = 0


def positions_of(model: Any, part: str = "encoder") -> int | None:
    """Return how many tokens a model has positions for; None if its configuration does not say.

    Args:
        model: Any transformers model.
        part: Its `encoder` or its `decoder`, if it has both.
    """
    held = (getattr(model.config, name, None) for name in (part, "text_config"))
    config = next(filter(None, held), model.config)
    for name in (f"max_{part}_position_embeddings", "max_position_embeddings"):
        stated = getattr(config, name, None)
        if isinstance(stated, int) and stated > 0:
            table = getattr(getattr(model, "base_model", None), "embeddings", None)
            padding = getattr(getattr(table, "position_embeddings", None), "padding_idx", None)
            return stated if padding is None else stated - padding - 1  # RoBERTa counts from its padding token on
    return None


def limit_of(model: Any, tokenizer: Any) -> int | None:
    """Return how many tokens a model reads at most: the lower of its positions and its tokenizer's limit; None for no limit."""
    stated = [int(tokenizer.model_max_length), positions_of(model) or UNSTATED]
    return min(stated) if min(stated) < UNSTATED else None


def encoded(tokenizer: Any, texts: list[str], limit: int | None, **how: Any) -> tuple[Any, list[int]]:
    """Return texts as tokens, and how many tokens of each are left out.

    Args:
        tokenizer: The model's own.
        texts: What is read.
        limit: Tokens of each text at most, special ones included; None for all.
        how: Goes to the tokenizer.
    """
    cuts = limit is not None
    made = tokenizer(texts, padding=True, truncation=cuts, max_length=limit, return_tensors="pt", **how)
    if limit is None or made["input_ids"].shape[1] < limit:
        return made, [0] * len(texts)
    return made, [max(0, len(ids) - limit) for ids in tokenizer(texts, verbose=False, **how)["input_ids"]]


def generated(
    model: Any,
    tokenizer: Any,
    texts: list[str],
    tokens: int,
    how: Mapping[str, Any] = GREEDY,
    replicate: int = 0,
    **read: Any,
) -> list[Written]:
    """Return what a model writes to each text, without its special tokens.

    What is drawn is the same for the same texts together, in any process.

    Args:
        model: An encoder with a decoder, or a decoder, whose tokenizer then pads on the left.
        tokenizer: Its own.
        texts: What it reads.
        tokens: That it writes at most, unless `how` says otherwise or it has no positions for so many.
        how: Goes to `generate`.
        replicate: Which of several draws.
        read: Goes to the tokenizer.

    Raises:
        UsageError: It cannot write so, whatever it reads.
    """
    import torch

    reads, tokens = _room(model, tokenizer, tokens, how)
    made, cuts = encoded(tokenizer, texts, reads, **read)
    if len(texts) > 1 and made["input_ids"].numel() > AT_ONCE:
        middle = len(texts) // 2
        halves = (texts[:middle], texts[middle:])
        return [one for half in halves for one in generated(model, tokenizer, half, tokens, how, replicate, **read)]
    made.pop("token_type_ids", None)
    begins = 0 if model.config.is_encoder_decoder else made["input_ids"].shape[1]
    devices = [model.device] if model.device.type == "cuda" else []
    with torch.inference_mode(), torch.random.fork_rng(devices):
        torch.manual_seed(Random(repr((replicate, texts))).getrandbits(63))
        try:
            asked = {**made.to(model.device), "tokenizer": tokenizer}  # which `stop_strings` are found with
            ids = model.generate(**asked, **{**how, "max_new_tokens": tokens})[:, begins:]
        except (TypeError, ValueError, ArithmeticError) as error:  # of a setting: what is read are tokens by now
            raise UsageError(f"`generate` cannot write as {dict(how)} says: {first_line(error)}") from error
    replies = tokenizer.batch_decode(ids, skip_special_tokens=True)
    return [Written(reply.strip(), cut) for reply, cut in zip(replies, cuts, strict=True)]


def _room(model: Any, tokenizer: Any, tokens: int, how: Mapping[str, Any]) -> tuple[int | None, int]:
    """Return how many tokens a model reads at most, and how many it then writes: at most these, unless `how` says otherwise.

    A decoder reads and writes in the same positions; one beside an encoder has positions of its own.
    """
    limit, apart = limit_of(model, tokenizer), model.config.is_encoder_decoder
    positions = positions_of(model, "decoder")
    if positions is None:
        return limit, how.get("max_new_tokens", tokens)
    most = positions if apart else positions - 1
    wanted = how.get("max_new_tokens", min(tokens, positions if apart else positions // 2))
    if not isinstance(wanted, int) or not 0 < wanted <= most:
        does = "writes" if apart else "reads and writes"
        what = f"settings: max_new_tokens {wanted!r}, expected 1 to {most}"
        raise UsageError(f"{what}: the checkpoint {does} {positions} tokens at most")
    return limit if apart else min(limit or positions, positions - wanted), wanted


def check_settings(settings: Mapping[str, Any]) -> None:
    """Raise unless all settings are some of how a model writes: others of `generate` run code of a hub.

    Raises:
        UsageError: One is none of them.
    """
    from transformers import GenerationConfig

    known = [setting for setting in vars(GenerationConfig()) if not setting.startswith("_")]
    for setting in settings:
        if setting not in known:
            raise UsageError(f"`generate` has no setting {setting!r}: {suggest(setting, known)}")
    if "max_length" in settings:  # it would do nothing beside the other
        raise UsageError("settings: max_length would count what is read, too: write `max_new_tokens`")


def speaking(tokenizer: Any, source: str | None, target: str | None) -> dict[str, Any]:
    """Let a tokenizer of several languages read one; return the setting of `generate` that makes a model write another.

    Args:
        tokenizer: Is changed.
        source: What the tokenizer calls the language that is read; None for its own choice.
        target: The same of the language that is written.

    Raises:
        UsageError: The tokenizer knows no languages, or not this one.
    """
    found = {
        name: _language(tokenizer, name, code) for name, code in (("src_lang", source), ("tgt_lang", target)) if code
    }
    if source:
        tokenizer.src_lang = source
    if not target:
        return {}
    # mBART's first kind begins with the language; later ones begin with another token, and the language comes next.
    first = type(tokenizer).__name__.startswith("MBartTokenizer")
    return {"decoder_start_token_id" if first else "forced_bos_token_id": found["tgt_lang"]}


def _language(tokenizer: Any, name: str, code: str) -> int:
    """Return the token of a language."""
    if not hasattr(tokenizer, "src_lang"):
        raise UsageError(f"`{name}: {code}`: the checkpoint's tokenizer has no languages: take it out")
    codes = list(_codes(tokenizer))
    if code not in codes:
        raise UsageError(f"`{name}: {code}`: the checkpoint has no such language: {suggest(code, codes)}".rstrip(": "))
    token = tokenizer.get_lang_id(code) if hasattr(tokenizer, "get_lang_id") else tokenizer.convert_tokens_to_ids(code)
    return int(token)


def _codes(tokenizer: Any) -> Iterator[str]:
    """Yield what a tokenizer calls its languages."""
    if hasattr(tokenizer, "lang_code_to_token"):  # M2M100's: `de` is the token `__de__`
        yield from tokenizer.lang_code_to_token
        return
    special: Sequence[str] = [str(token) for token in tokenizer.get_added_vocab()]
    yield from (token for token in special if "_" in token and not token.startswith("<"))
