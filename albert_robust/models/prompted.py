"""A language model in a checkpoint, asked by a prompt: `transformers: PATH` with `prompt:`, and all that do text generation.

It is asked by its chat template if it has one. Its replies are read as an endpoint's are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from albert_robust.data.conversation import Turn
from albert_robust.errors import UsageError
from albert_robust.models.checkpoint import PLAIN, WRITES, loaded
from albert_robust.models.generating import GREEDY, generated
from albert_robust.models.model import Hardware, Inputs
from albert_robust.models.prompt import turns_of
from albert_robust.models.reply import after_thoughts, read_reply
from albert_robust.models.spec import ModelSpec
from albert_robust.shown import suggest
from albert_robust.tasks import Task

MAX_GENERATED_TOKENS = 256
MANY_POSITIONS = 2**20  # of a checkpoint that does not say how many it has


@dataclass(frozen=True)
class PromptedModel:
    """A language model that runs here.

    Attributes:
        suite: The settings of the model.
        task: Says how replies are read.
        model: A decoder, or an encoder with a decoder.
        tokenizer: The model's own.
    """

    suite: ModelSpec
    task: Task
    model: Any
    tokenizer: Any

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return one answer per input, or the error in its place. If answers are drawn, each replicate draws anew."""
        turns = [turns_of(self.suite, inputs) for inputs in batch]
        return [self._answer(reply) for reply in self._replies(turns, replicate)]

    def _answer(self, reply: str) -> Any:
        try:
            return read_reply(after_thoughts(reply), self.task, self.suite.labels)
        except ValueError as error:
            return error

    def _replies(self, turns: list[list[Turn]], replicate: int) -> list[str]:
        """Return what the model writes, greedily unless the suite says otherwise.

        If a text is too long for a decoder, its end is read, because the model goes on from there.
        """
        model, tokenizer, how = self.model, self.tokenizer, {**GREEDY, **self.suite.settings}
        chats = tokenizer.chat_template is not None
        if not chats and any(len(said) > 1 for said in turns):
            raise UsageError(
                "the checkpoint has no chat template, so it cannot be told what was said before a prompt, or `system:`"
            )
        if chats:
            texts = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=True)
        else:
            texts = [said[-1]["content"] for said in turns]
        if model.config.is_encoder_decoder:
            return generated(model, tokenizer, texts, MAX_GENERATED_TOKENS, how, replicate)
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
        tokenizer.padding_side = tokenizer.truncation_side = "left"
        positions = int(getattr(model.config, "max_position_embeddings", MANY_POSITIONS))
        tokens = how.get("max_new_tokens", min(MAX_GENERATED_TOKENS, positions // 2))
        if not isinstance(tokens, int) or not 0 < tokens < positions:
            what = f"settings: max_new_tokens {tokens!r}, expected 1 to {positions - 1}"
            raise UsageError(f"{what}: the checkpoint reads and writes {positions} tokens at most")
        read = {"max_length": positions - tokens, "add_special_tokens": not chats}  # a template has its own
        return generated(model, tokenizer, texts, tokens, how, replicate, **read)


def load_prompted(
    name: str,
    folder: Path,
    suite: ModelSpec,
    task: Task,
    allow_network: bool = False,
    hardware: Hardware = PLAIN,
) -> PromptedModel:
    """Return the language model in a checkpoint folder, or of a hub name, for `load_checkpoint`'s arguments.

    Raises:
        UsageError: As `loaded` has it; or a setting is none of how a model writes: some of those run code of a hub.
    """
    from transformers import GenerationConfig

    known = [setting for setting in vars(GenerationConfig()) if not setting.startswith("_")]
    for setting in suite.settings:
        if setting not in known:
            raise UsageError(f"`generate` has no setting {setting!r}: {suggest(setting, known)}")
    if "max_length" in suite.settings:  # it would do nothing beside the other
        raise UsageError("settings: max_length would count what is read, too: write `max_new_tokens`")
    return PromptedModel(suite, task, *loaded(name, folder, WRITES, allow_network, hardware))
