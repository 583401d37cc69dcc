"""Language models in checkpoints, asked by prompts: tiny ones that say what their weights were set to."""

import importlib
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from architectures import byte_place

from albert_robust.errors import UsageError
from albert_robust.models import load_model
from albert_robust.models import prompted as module
from albert_robust.models.generating import Written
from albert_robust.models.prompted import PromptedModel, load_prompted
from albert_robust.suite.schema import ModelSpec
from albert_robust.tasks import TASKS

Make = Callable[..., Path]


@pytest.fixture(scope="session")
def decoder(tmp_path_factory: pytest.TempPathFactory, byte_tokenizer: Any) -> Make:
    """Return a function that saves a tiny decoder of 64 positions, whose tokenizer has no padding, and returns its folder."""
    torch, transformers = importlib.import_module("torch"), importlib.import_module("transformers")
    tokenizer = deepcopy(byte_tokenizer)
    tokenizer.pad_token, tokenizer.eos_token, tokenizer.backend_tokenizer.post_processor = None, "[SEP]", None
    sizes = {"n_positions": 64, "n_embd": 16, "n_layer": 2, "n_head": 2, "bos_token_id": 2, "eos_token_id": 3}

    def make(change: Callable[[Any], None] = lambda model: None, template: str | None = None) -> Path:
        torch.manual_seed(0)
        model = transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=len(tokenizer), **sizes))
        with torch.no_grad():
            for weights in model.parameters():
                weights.mul_(8)
            change(model)
        folder = tmp_path_factory.mktemp("gpt2")
        tokenizer.chat_template = template
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return folder

    return make


def always_z(model: Any) -> None:
    """Make a decoder write the letter Z whatever it read: all tokens have one vector, but for Z's, to which all leads."""
    model.transformer.ln_f.weight.zero_()
    model.transformer.ln_f.bias.fill_(1)
    model.transformer.wte.weight.zero_()
    model.transformer.wte.weight[byte_place("Z")] = 1


def prompted(folder: Path, task: str = "text-generation", **said: Any) -> PromptedModel:
    """Return the model in a folder as a suite has it."""
    return load_prompted(str(folder), Path(), ModelSpec(transformers=str(folder), **said), TASKS[task])


def outputs(model: PromptedModel, *prompts: str, field: str = "prompt") -> list[str]:
    """Return what a model writes to each prompt."""
    return [model.task.read(answer).output for answer in model.predict([{field: prompt} for prompt in prompts])]


def test_what_is_generated_is_the_same_in_any_batch(decoder: Make) -> None:
    model = prompted(decoder())
    prompts = [{"prompt": text} for text in ("Hi", "Tell me a long story about a cat.", "饭" * 100)]
    together = model.predict(prompts)
    assert together == [model.predict([one])[0] for one in prompts]
    assert len(set(map(str, together))) == 3


def test_a_prompt_is_no_part_of_what_is_generated(decoder: Make) -> None:
    model = prompted(decoder(always_z))
    assert outputs(model, "abc", "a" * 99) == ["Z" * 32] * 2


def test_of_a_long_prompt_the_end_is_read(decoder: Make) -> None:
    model = prompted(decoder())
    first, second, third = outputs(model, "a" * 99 + "b" * 50, "b" * 50, "b" * 50 + "a")
    assert first == second != third


def test_how_much_of_a_prompt_is_not_read_is_told(decoder: Make) -> None:
    told = prompted(decoder()).predict([{"prompt": "a" * 30}, {"prompt": "a" * 50}])
    assert [TASKS["text-generation"].read(answer).cut for answer in told] == [0, 18]
    said: dict[str, Any] = {"prompt": "{prompt}", "settings": {"max_new_tokens": 4}}
    more = prompted(decoder(), **said).predict([{"prompt": "a" * 50}])
    less = prompted(decoder(), **said, max_input_tokens=20).predict([{"prompt": "a" * 50}])
    assert [TASKS["text-generation"].read(answer).cut for answer in (*more, *less)] == [0, 30]


def test_a_checkpoint_with_a_template_for_chats_is_asked_by_it(decoder: Make) -> None:
    template = "{{ messages[0].role }}: {{ messages[0].content }}{% if add_generation_prompt %} I:{% endif %}"
    plain, chat = decoder(), decoder(template=template)
    found = prompted(chat).predict([{"prompt": "Hi"}])
    assert found == prompted(plain).predict([{"prompt": "user: Hi I:"}])


def test_a_checkpoint_is_told_what_was_said_before_or_says_that_it_cannot_be(decoder: Make) -> None:
    template = "{% for message in messages %}{{ message.role }}: {{ message.content }} {% endfor %}"
    asked = {"prompt": "Hi", "before": '[{"role": "system", "content": "Sing."}]'}
    found = prompted(decoder(template=template)).predict([asked])
    plain = prompted(decoder())
    assert found == plain.predict([{"prompt": "system: Sing. user: Hi "}])
    with pytest.raises(UsageError, match="no chat template, so it cannot be told what was said before"):
        plain.predict([asked])


def test_what_a_checkpoint_thinks_is_no_part_of_its_answer(decoder: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    written = [Written("<think>\nHm.\n</think>\n\nYes."), Written("<think>\nHm.")]
    monkeypatch.setattr(module, "generated", lambda *given, **how: written)
    model = prompted(decoder())
    answer, error = model.predict([{"prompt": "Why?"}] * 2)
    assert answer == "Yes."
    assert str(error) == "it was still thinking when its tokens came to an end"


def test_a_prompt_and_a_system_s_text_stand_around_the_fields(decoder: Make) -> None:
    template = "{% for message in messages %}{{ message.role }}: {{ message.content }} {% endfor %}"
    said: dict[str, Any] = {"prompt": "Good? {text}", "system": "Judge.", "labels": ["good", "bad"]}
    asked = outputs(prompted(decoder(template=template), "text-classification", **said), "Nice.", field="text")
    assert asked == outputs(prompted(decoder()), "system: Judge. user: Good? Nice. ")


def test_a_label_is_read_from_what_it_says(decoder: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "generated", lambda *given, **how: [*map(Written, ("**Good.**", "It is bad.", "Hm."))])
    model = prompted(decoder(), "text-classification", prompt="Good? {text}", labels=["good", "bad"])
    assert model.predict([{"text": "Nice."}] * 3) == ["good", {"label": "bad", "said": "It is bad."}, "Hm."]


def test_to_say_nothing_is_not_to_say_that_there_are_no_entities(
    decoder: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "generated", lambda *given, **how: [Written(""), Written("[]")])
    nothing, none = prompted(decoder(), "token-classification", prompt="Names? {text}").predict([{"text": "Hm."}] * 2)
    assert (str(nothing), none) == ("it said nothing", "[]")


def test_settings_say_how_it_writes(decoder: Make) -> None:
    folder = decoder(always_z)
    for setting in ({"max_new_tokens": 3}, {"stop_strings": ["ZZZ"]}):
        assert prompted(folder, prompt="{prompt}", settings=setting).predict([{"prompt": "a"}]) == ["ZZZ"]


def test_what_is_drawn_is_the_same_in_any_process_and_another_in_each_replicate(decoder: Make) -> None:
    torch = importlib.import_module("torch")
    folder, before = decoder(), torch.get_rng_state()
    drawn = [
        prompted(folder, prompt="{prompt}", settings={"do_sample": True}).predict([{"prompt": "a"}] * 2, replicate)
        for replicate in (0, 0, 1)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert drawn[0][0] != drawn[0][1]
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("tokens", [0, 64, "5"])
def test_settings_that_leave_no_room_to_read_are_told(decoder: Make, tokens: Any) -> None:
    model = prompted(decoder(), prompt="{prompt}", settings={"max_new_tokens": tokens})
    with pytest.raises(UsageError, match=f"max_new_tokens {tokens!r}, expected 1 to 63"):
        model.predict([{"prompt": "a"}])


@pytest.mark.parametrize(
    "setting", [{"max_new_tokens": "lots"}, {"num_beams": 0}, {"repetition_penalty": "high"}], ids=str
)
def test_a_setting_that_nothing_can_be_written_with_is_no_example_s_error(
    seq2seq: Path, setting: dict[str, Any]
) -> None:
    model = prompted(seq2seq, prompt="{prompt}", settings=setting)
    with pytest.raises(UsageError, match=rf"cannot write as .*'{next(iter(setting))}': .* says: "):
        model.predict([{"prompt": "a"}])


@pytest.mark.parametrize("setting", ["max_tokens", "custom_generate", "trust_remote_code", "logits_processor"])
def test_what_is_no_setting_of_how_it_writes_is_told_before_anything_is_asked(decoder: Make, setting: str) -> None:
    """Such as an endpoint's, and those that would run a hub's code."""
    with pytest.raises(UsageError, match=f"`generate` has no setting '{setting}'"):
        prompted(decoder(), prompt="{prompt}", settings={setting: 5})


def test_a_length_that_would_do_nothing_is_told(decoder: Make) -> None:
    with pytest.raises(UsageError, match="write `max_new_tokens`"):
        prompted(decoder(), prompt="{prompt}", settings={"max_length": 60})


def test_an_encoder_with_a_decoder_is_asked_too(seq2seq: Path) -> None:
    model = prompted(seq2seq, "summarization", prompt="Sum up: {document}", settings={"max_new_tokens": 4})
    assert model.predict([{"document": "A cat."}]) == prompted(
        seq2seq, prompt="{prompt}", settings={"max_new_tokens": 4}
    ).predict([{"prompt": "Sum up: A cat."}])


def test_another_prompt_makes_another_model(decoder: Make) -> None:
    folder = decoder()
    one, two, none = (
        load_model(
            ModelSpec(transformers=folder.name, prompt=prompt), folder.parent, TASKS["text-generation"], folder
        ).identity
        for prompt in ("Say {prompt}", "Tell {prompt}", None)
    )
    assert len({one, two, none}) == 3
