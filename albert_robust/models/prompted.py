"""A language model in a checkpoint, asked by a prompt: `transformers: PATH` with `prompt:`, and all that do text generation.

It is asked by its chat template if it has one. Its replies are read as an endpoint's are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from albert_robust.data.conversation import Turn
from albert_robust.errors import UsageError
from albert_robust.models.checkpoint import PLAIN, WRITES, loaded, reading_of
from albert_robust.models.generating import GREEDY, Written, check_settings, generated, speaking
from albert_robust.models.model import Hardware, Inputs
from albert_robust.models.prompt import turns_of
from albert_robust.models.reply import after_thoughts, read_reply
from albert_robust.models.spec import ModelSpec
from albert_robust.tasks import Task

MAX_GENERATED_TOKENS = 256


@dataclass(frozen=True)
class PromptedModel:
    """A language model that runs here.

    Attributes:
        suite: The settings of the model.
        task: Says how replies are read.
        model: A decoder, or an encoder with a decoder.
        tokenizer: The model's own.
        speaks: Options of `generate` for the language that the model writes.
    """

    suite: ModelSpec
    task: Task
    model: Any
    tokenizer: Any
    speaks: Mapping[str, Any] = field(default_factory=dict)

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return one answer per input, or the error in its place. If answers are drawn, each replicate draws anew."""
        turns = [turns_of(self.suite, inputs) for inputs in batch]
        return [self._answer(reply) for reply in self._replies(turns, replicate)]

    def _answer(self, reply: Written) -> Any:
        try:
            answer = read_reply(after_thoughts(reply.text), self.task, self.suite.own_labels)
        except ValueError as error:
            return error
        if not reply.cut:
            return answer
        parts = answer if isinstance(answer, Mapping) else {self.task.output_key: answer}
        return {**parts, "cut": reply.cut}

    def _replies(self, turns: list[list[Turn]], replicate: int) -> list[Written]:
        """Return what the model writes, greedily unless the suite says otherwise.

        If a text is too long for a decoder, its end is read, because the model goes on from there.
        """
        model, tokenizer, how = self.model, self.tokenizer, {**GREEDY, **self.speaks, **self.suite.settings}
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
        special = {"add_special_tokens": not chats}  # a template has its own
        return generated(model, tokenizer, texts, MAX_GENERATED_TOKENS, how, replicate, **special)


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
        UsageError: As `loaded` has it; or a setting is none of how a model writes.
    """
    check_settings(suite.settings)
    how = reading_of(suite, suite.settings)
    model, tokenizer = loaded(name, folder, WRITES, allow_network, hardware, how)
    return PromptedModel(suite, task, model, tokenizer, speaking(tokenizer, how.src_lang, how.tgt_lang))
