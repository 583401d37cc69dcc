"""A language model in a checkpoint, asked by a prompt: `transformers: PATH` with `prompt:`, and all that do text generation.

It is asked by its chat template where it has one, and what it says is read as an endpoint's replies are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from albert_robust.data.conversation import Turn
from albert_robust.errors import UsageError
from albert_robust.models.checkpoint import PLAIN, hardware_of, identity_of, loaded, reading_of
from albert_robust.models.generating import GREEDY, Written, check_settings, generated, speaking
from albert_robust.models.kind import Kind, ModelSettings, Wanted
from albert_robust.models.model import Hardware, Inputs
from albert_robust.models.prompt import prompt_digest, turns_of
from albert_robust.models.reply import after_thoughts, read_reply
from albert_robust.tasks import Task

MAX_GENERATED_TOKENS = 256
WRITES = "text-generation"  # the task of what is loaded, whatever it is asked to do


@dataclass(frozen=True)
class PromptedModel:
    """A language model that runs here.

    Attributes:
        suite: What the suite says about it.
        task: Says how replies are read.
        model: A decoder, or an encoder with one.
        tokenizer: Its own.
        speaks: Settings of `generate` that say in which language the model writes.
    """

    suite: ModelSettings
    task: Task
    model: Any
    tokenizer: Any
    speaks: Mapping[str, Any] = field(default_factory=dict)

    def predict(self, batch: Sequence[Inputs], replicate: int = 0) -> Sequence[Any]:
        """Return one answer an input, or in its place why there is none; each replicate draws anew, if any does."""
        turns = [turns_of(self.suite, inputs) for inputs in batch]
        return [self._answer(reply) for reply in self._replies(turns, replicate)]

    def _answer(self, reply: Written) -> Any:
        try:
            answer = read_reply(after_thoughts(reply.text), self.task, self.suite.labels)
        except ValueError as error:
            return error
        if not reply.cut:
            return answer
        held = answer if isinstance(answer, Mapping) else {self.task.output_key: answer}
        return {**held, "cut": reply.cut}

    def _replies(self, turns: list[list[Turn]], replicate: int) -> list[Written]:
        """Return what the model writes, greedily unless the suite says otherwise.

        Of what is too long for a decoder the end is read: what is written goes on from there.
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
    suite: ModelSettings,
    task: Task,
    allow_network: bool = False,
    hardware: Hardware = PLAIN,
) -> PromptedModel:
    """Return the language model in a checkpoint folder, or of a hub name, for `load_checkpoint`'s arguments.

    Raises:
        UsageError: As `loaded` has it; or a setting is none of how a model writes.
    """
    check_settings(suite.settings)
    how = reading_of(suite)
    model, tokenizer = loaded(name, folder, WRITES, allow_network, hardware, how)
    return PromptedModel(suite, task, model, tokenizer, speaking(tokenizer, how.src_lang, how.tgt_lang))


def is_prompted(wanted: Wanted) -> bool:
    """Return whether a checkpoint is asked, and does no task of its own."""
    return bool(wanted.settings.prompt) or wanted.task.name == WRITES


def _identity(wanted: Wanted) -> str | None:
    return identity_of(wanted, prompt_digest(wanted.settings) if wanted.settings.prompt else "")


def _load(wanted: Wanted) -> PromptedModel:
    settings = wanted.settings
    return load_prompted(wanted.name, wanted.folder, settings, wanted.task, wanted.allow_network, hardware_of(settings))


PROMPTED = Kind(_identity, _load)
