"""Transformers checkpoints as models under test, with a few thousand untrained weights each."""

import importlib
import json
import re
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from architectures import KINDS, byte_place

from albert_robust.errors import UsageError
from albert_robust.models import heads
from albert_robust.models.checkpoint import (
    PLAIN,
    Checkpoint,
    Reading,
    checkpoint_identity,
    load_checkpoint,
    loaded,
    local_identity,
)
from albert_robust.models.generating import Written, speaking
from albert_robust.models.heads import span_text, tag
from albert_robust.models.model import Hardware
from albert_robust.tasks import TASKS

Make = Callable[..., Path]
LABELS = {0: "bad", 1: "good", 2: "mixed"}


@pytest.fixture(scope="session")
def classifier(tiny: Make) -> Path:
    return tiny("BertForSequenceClassification", id2label=LABELS, label2id={name: n for n, name in LABELS.items()})


def points_to_capital_z(model: Any) -> Any:
    """Give the letter Z a vector far from all others, which layers leave as it is, and return its direction."""
    for name, parameter in model.named_parameters():
        if name.endswith("weight") and "LayerNorm" not in name and "word" not in name:
            parameter.zero_()
    vectors = model.bert.embeddings.word_embeddings.weight
    z = importlib.import_module("torch").linspace(-1, 1, vectors.shape[1])
    vectors[byte_place("Z")] = 100 * z
    return z


def looks_for_capital_z(model: Any) -> None:
    """Make a question answerer whose answer is the letter Z wherever it stands: weights set by hand."""
    model.qa_outputs.weight.copy_(points_to_capital_z(model).repeat(2, 1))


def tags_capital_z(model: Any) -> None:
    """Make a tagger that takes the letter Z for the beginning of a person, and all else for none."""
    z = points_to_capital_z(model)
    model.classifier.weight[1].copy_(z)
    model.classifier.bias[1] = -0.9 * z.norm() * len(z) ** 0.5


@pytest.fixture(scope="session")
def answerer(tiny: Make) -> Checkpoint:
    folder = tiny("BertForQuestionAnswering", change=looks_for_capital_z)
    return load_checkpoint(str(folder), folder, "question-answering")


@pytest.fixture(scope="session")
def tagger(tiny: Make) -> Checkpoint:
    folder = tiny(
        "BertForTokenClassification",
        change=tags_capital_z,
        id2label={0: "O", 1: "B-PER"},
        label2id={"O": 0, "B-PER": 1},
    )
    return load_checkpoint(str(folder), folder, "token-classification")


def test_a_classifier_gives_each_label_by_name_with_its_probability(classifier: Path) -> None:
    model = load_checkpoint(classifier.name, classifier.parent, "text-classification")
    answers = [TASKS["text-classification"].read(one) for one in model.predict([{"text": "fine"}, {"text": "饭"}])]
    assert all(set(answer.scores) == set(LABELS.values()) for answer in answers)
    assert [sum(answer.scores.values()) for answer in answers] == pytest.approx([1, 1])
    assert all(answer.output == max(answer.scores, key=lambda label: answer.scores[label]) for answer in answers)


def test_each_label_of_several_has_a_probability_of_its_own(classifier: Path) -> None:
    (found,) = load_checkpoint(str(classifier), classifier, "multi-label-classification").predict([{"text": "fine"}])
    assert set(found["labels"]) == set(LABELS.values())
    assert all(0 < value < 1 for value in found["labels"].values())
    assert sum(found["labels"].values()) != pytest.approx(1)


def test_a_head_of_one_number_rates_and_one_of_labels_classifies(tiny: Make, classifier: Path) -> None:
    one = tiny("BertForSequenceClassification", id2label={0: "score"}, label2id={"score": 0})
    (found,) = load_checkpoint(str(one), one, "text-regression").predict([{"text": "fine"}])
    assert -10 < found["score"] < 10
    with pytest.raises(UsageError, match="gives 3 labels and no number: that is `task: text-classification`"):
        load_checkpoint(str(classifier), classifier, "text-regression").predict([{"text": "fine"}])
    with pytest.raises(UsageError, match="gives a number and no label: that is `task: text-regression`"):
        load_checkpoint(str(one), one, "text-classification").predict([{"text": "fine"}])


PAIRS = [{"first": "It rains.", "second": "Z"}, {"first": "It rains.", "second": "It is dry."}]


def test_a_classifier_reads_two_texts_as_its_tokenizer_joins_them(classifier: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(classifier, tmp_path / "pairs")
    settings = json.loads((folder / "tokenizer_config.json").read_text())
    settings["model_input_names"] = ["input_ids", "token_type_ids", "attention_mask"]  # as of BERT's own
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    found = load_checkpoint(str(folder), folder, "pair-classification").predict(PAIRS)
    model, tokenizer = loaded(str(folder), folder, "pair-classification", False, PLAIN)
    for inputs, answer in zip(PAIRS, found, strict=True):
        tokens = tokenizer(inputs["first"], inputs["second"], return_tensors="pt")
        assert tokens["token_type_ids"].unique().tolist() == [0, 1]
        with torch.inference_mode():
            expected = model(**tokens).logits.softmax(dim=1)[0].tolist()
        assert [answer["scores"][name] for name in LABELS.values()] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("problem", "shown"), [(None, torch.sigmoid), ("regression", torch.clone)])
def test_a_cross_encoder_scores_a_pair(tiny: Make, problem: str | None, shown: Callable[[Any], Any]) -> None:
    folder = tiny("BertForSequenceClassification", id2label={0: "score"}, label2id={"score": 0}, problem_type=problem)
    found = load_checkpoint(str(folder), folder, "sentence-similarity").predict(PAIRS)
    model, tokenizer = loaded(str(folder), folder, "sentence-similarity", False, PLAIN)
    texts = ([inputs[name] for inputs in PAIRS] for name in ("first", "second"))
    with torch.inference_mode():
        logits = model(**tokenizer(*texts, padding=True, return_tensors="pt")).logits[:, 0]
    assert [one["similarity"] for one in found] == pytest.approx(shown(logits).tolist(), abs=1e-6)


def test_a_cross_encoder_whose_range_is_said_gives_its_number_as_it_is(tiny: Make) -> None:
    folder = tiny("BertForSequenceClassification", id2label={0: "score"}, label2id={"score": 0})
    (squashed, *_), (raw, *_) = (
        load_checkpoint(str(folder), folder, "sentence-similarity", how=how).predict(PAIRS)
        for how in (Reading(), Reading(raw=True))
    )
    logit = torch.tensor(raw["similarity"], dtype=torch.float64)
    assert squashed["similarity"] == pytest.approx(logit.sigmoid().item())


def test_the_longer_text_of_a_pair_is_cut_first_and_what_is_cut_is_told(classifier: Path) -> None:
    model = load_checkpoint(str(classifier), classifier, "pair-classification")
    long, longer, short = model.predict([{"first": "a" * size, "second": "Z"} for size in (100, 200, 1)])
    assert (long["cut"], longer["cut"], short["cut"]) == (100 + 1 + 3 - 64, 200 + 1 + 3 - 64, 0)
    assert long["scores"] == pytest.approx(longer["scores"])


def test_a_head_of_labels_compares_nothing_and_one_of_a_number_names_nothing(tiny: Make, classifier: Path) -> None:
    one = tiny("BertForSequenceClassification", id2label={0: "score"}, label2id={"score": 0})
    with pytest.raises(UsageError, match="gives 3 labels and no number: that is `task: pair-classification`"):
        load_checkpoint(str(classifier), classifier, "sentence-similarity").predict(PAIRS)
    with pytest.raises(UsageError, match="gives a number and no label: that is `task: sentence-similarity`"):
        load_checkpoint(str(one), one, "pair-classification").predict(PAIRS)


def test_a_sentence_encoder_is_no_cross_encoder(tiny: Make) -> None:
    folder = tiny()
    with pytest.raises(UsageError, match=r"does not do sentence-similarity: it has no weights .*\n.* is an `encoder:`"):
        load_checkpoint(str(folder), folder, "sentence-similarity")


def test_an_answer_does_not_depend_on_its_batch(classifier: Path) -> None:
    model = load_checkpoint(str(classifier), classifier, "text-classification")
    texts = ["a", "a much longer text, so that the short one is padded", ""]
    together = model.predict([{"text": text} for text in texts])
    for text, answer in zip(texts, together, strict=True):
        assert model.predict([{"text": text}])[0]["scores"] == pytest.approx(answer["scores"], abs=1e-6)


def test_a_text_longer_than_the_model_is_answered(classifier: Path) -> None:
    model = load_checkpoint(str(classifier), classifier, "text-classification")
    assert set(model.predict([{"text": "word " * 500}])[0]["scores"]) == set(LABELS.values())


def test_a_long_text_is_read_as_far_as_the_model_can_and_what_is_cut_is_told(tiny: Make) -> None:
    folder, asked = tiny("BertForSequenceClassification", max_position_embeddings=1024), [{"text": "." * 900 + "Z"}]
    read, other = (
        load_checkpoint(str(folder), folder, "text-classification").predict([{"text": "." * 900 + end}])[0]
        for end in "Zb"
    )
    assert read["cut"] == other["cut"] == 0
    assert read["scores"] != other["scores"]
    less = load_checkpoint(str(folder), folder, "text-classification", how=Reading(max_input_tokens=100))
    assert [one["cut"] for one in less.predict([*asked, {"text": "short"}])] == [803, 0]


@pytest.mark.parametrize(
    ("kind", "task", "key"),
    [
        ("BertForSequenceClassification", "multi-label-classification", "labels"),
        ("BertForSequenceClassification", "text-regression", "score"),
    ],
)
def test_what_is_cut_is_told_beside_any_answer_about_the_whole_text(tiny: Make, kind: str, task: str, key: str) -> None:
    folder = tiny(kind, id2label={0: "score"}, label2id={"score": 0})
    short, long = load_checkpoint(str(folder), folder, task).predict([{"text": "a"}, {"text": "a" * 100}])
    assert (short["cut"], long["cut"]) == (0, 38)
    assert key in long


def test_a_tokenizer_may_state_less_than_the_positions(tiny: Make, byte_tokenizer: Any) -> None:
    folder = tiny("BertForSequenceClassification", max_position_embeddings=128)
    stated = deepcopy(byte_tokenizer)
    stated.model_max_length = 32
    stated.save_pretrained(folder)
    (found,) = load_checkpoint(str(folder), folder, "text-classification").predict([{"text": "a" * 100}])
    assert found["cut"] == 70


def test_a_model_that_counts_positions_from_its_padding_reads_no_more_than_it_can(
    tmp_path: Path, byte_tokenizer: Any
) -> None:
    transformers = importlib.import_module("transformers")
    config = transformers.XLMRobertaConfig(vocab_size=len(byte_tokenizer), **KINDS["XLMRoberta"])
    transformers.XLMRobertaForSequenceClassification(config).save_pretrained(tmp_path)
    byte_tokenizer.save_pretrained(tmp_path)
    (found,) = load_checkpoint(str(tmp_path), tmp_path, "text-classification").predict([{"text": "a" * 100}])
    assert found["cut"] == 102 - 80


def test_a_model_without_a_limit_reads_all(seq2seq: Path) -> None:
    model = load_checkpoint(str(seq2seq), seq2seq, "summarization")
    one, other = model.predict([{"document": "a" * 1000 + end} for end in "bZ"])
    assert one["cut"] == other["cut"] == 0


def test_an_answer_is_a_span_of_the_context(answerer: Checkpoint) -> None:
    asked = [{"question": "Z?", "context": "aaa Z bbb"}, {"question": "who", "context": "饭Z"}]
    assert [answer["answer"] for answer in answerer.predict(asked)] == ["Z", "Z"]


@pytest.mark.parametrize("place", [0, 45, 60, 111, 299])
def test_a_long_context_is_read_to_its_end(answerer: Checkpoint, place: int) -> None:
    context = "." * place + "Z" + "b" * (299 - place)
    assert answerer.predict([{"question": "where", "context": context}]) == [{"answer": "Z"}]


def test_an_empty_context_has_an_empty_answer(answerer: Checkpoint) -> None:
    assert answerer.predict([{"question": "Z?", "context": ""}]) == [{"answer": ""}]


def named(tagger: Checkpoint, *texts: str) -> list[str]:
    """Return the entities of each text."""
    asked = [{"text": text} for text in texts]
    return [TASKS["token-classification"].read(*both).output for both in zip(tagger.predict(asked), asked, strict=True)]


def test_an_entity_is_a_whole_word_of_the_text_by_its_first_token(tagger: Checkpoint) -> None:
    assert named(tagger, "I saw Zoe.", "aZ Z-x 在Z饭", "") == ["Zoe (PER 6-9)", "Z-x (PER 3-6); Z (PER 8-9)", ""]


@pytest.mark.parametrize("text", ["饭" + "." * 40, "." * 40 + "饭"])
def test_of_a_character_of_several_tokens_the_first_decides(byte_tokenizer: Any, text: str) -> None:
    class FirstByte:
        """Names what begins with the first of the three bytes of 饭."""

        config = SimpleNamespace(id2label={0: "O", 1: "PER"}, max_position_embeddings=64)
        device = "cpu"

        def __call__(self, input_ids: Any, **rest: Any) -> Any:
            named = (input_ids == byte_place("é")).long()
            return {"logits": torch.stack([1 - named, named], dim=2)}

    place = text.index("饭")
    assert tag(FirstByte(), byte_tokenizer, [{"text": text}]) == [[(place, place + 1, "PER")]]


@pytest.mark.parametrize("place", [0, 45, 60, 111, 298])
def test_a_long_text_is_tagged_to_its_end(tagger: Checkpoint, place: int) -> None:
    text = "." * place + "Zo" + "." * (298 - place)
    assert named(tagger, text, "Zo") == [f"Zo (PER {place}-{place + 2})", "Zo (PER 0-2)"]


GENERATED = [("summarization", "summary"), ("translation", "translation")]


@pytest.mark.parametrize(("task", "key"), GENERATED)
def test_what_is_generated_is_text_and_the_same_each_time(seq2seq: Path, task: str, key: str) -> None:
    model, field = load_checkpoint(str(seq2seq), seq2seq, task), TASKS[task].inputs[0]
    inputs = [{field: "A long story about a cat."}, {field: "Short."}]
    first, second = model.predict(inputs), model.predict(inputs)
    assert first == second
    assert [TASKS[task].read(answer).output for answer in first] == [one[key] for one in first]


def test_no_more_is_written_than_there_are_positions_for(translator: Path) -> None:
    model = load_checkpoint(str(translator), translator, "translation")
    (found,) = model.predict([{"source": "a b c"}])
    assert isinstance(found["translation"], str)
    many = Reading(settings={"max_new_tokens": 25})
    with pytest.raises(
        UsageError, match="max_new_tokens 25, expected 1 to 24: the checkpoint writes 24 tokens at most"
    ):
        load_checkpoint(str(translator), translator, "translation", how=many).predict([{"source": "a"}])


def test_settings_say_how_a_translator_writes(translator: Path) -> None:
    def translated(**settings: Any) -> str:
        model = load_checkpoint(str(translator), translator, "translation", how=Reading(settings=settings))
        return str(model.predict([{"source": "a b c"}])[0]["translation"])

    assert len(translated(max_new_tokens=3)) < len(translated())
    with pytest.raises(UsageError, match="`generate` has no setting 'num_beam': did you mean 'num_beams'"):
        translated(num_beam=3)


def test_a_translator_of_many_languages_is_told_from_which_into_which(
    translator: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []

    def note(*given: Any) -> list[Written]:
        asked.append(given[-1])
        return [Written("b")]

    monkeypatch.setattr(heads, "generated", note)
    how = Reading(src_lang="fr_XX", tgt_lang="de_DE", settings={"num_beams": 2})
    load_checkpoint(str(translator), translator, "translation", how=how).predict([{"source": "a"}])
    tokenizer = importlib.import_module("transformers").AutoTokenizer.from_pretrained(translator)
    german = tokenizer.convert_tokens_to_ids("de_DE")
    assert asked == [{"do_sample": False, "num_beams": 2, "forced_bos_token_id": german}]
    _, read = loaded(str(translator), translator, "translation", False, PLAIN, how)
    assert speaking(read, "fr_XX", None) == {}
    assert read.convert_ids_to_tokens(read("a")["input_ids"])[0] == "fr_XX"


def test_a_language_that_a_checkpoint_does_not_know_is_told(translator: Path, seq2seq: Path) -> None:
    how = Reading(tgt_lang="de_De")
    with pytest.raises(
        UsageError, match="`tgt_lang: de_De`: the checkpoint has no such language: did you mean 'de_DE'"
    ):
        load_checkpoint(str(translator), translator, "translation", how=how)
    with pytest.raises(UsageError, match="`tgt_lang: de_De`: the checkpoint's tokenizer has no languages: take it out"):
        load_checkpoint(str(seq2seq), seq2seq, "translation", how=how)


def test_a_checkpoint_is_computed_in_the_numbers_that_a_suite_names(classifier: Path) -> None:
    exact, rough = (
        load_checkpoint(str(classifier), classifier, "text-classification", hardware=hardware).predict(
            [{"text": "fine"}]
        )[0]["scores"]
        for hardware in (PLAIN, Hardware(dtype="bfloat16"))
    )
    assert rough != exact
    assert rough == pytest.approx(exact, abs=0.05)


def test_a_device_that_is_not_there_is_told(classifier: Path) -> None:
    with pytest.raises(UsageError, match="`device: cuda:99` cannot be used here: "):
        load_checkpoint(str(classifier), classifier, "text-classification", hardware=Hardware("cuda:99"))


@pytest.mark.parametrize("task", ["summarization", "translation"])
def test_an_encoder_generates_nothing(tiny: Make, task: str) -> None:
    folder = tiny()
    with pytest.raises(UsageError, match=f"cannot load the checkpoint '{folder.name}'"):
        load_checkpoint(folder.name, folder.parent, task)


@pytest.mark.parametrize("task", ["text-classification", "token-classification", "question-answering"])
def test_an_encoder_without_a_head_for_the_task_is_refused_rather_than_given_a_random_one(
    tiny: Make, task: str
) -> None:
    folder = tiny()
    with pytest.raises(UsageError, match=rf"'{folder.name}' does not do {task}: it has no weights for "):
        load_checkpoint(folder.name, folder.parent, task)


def test_no_hub_is_asked_unless_the_user_allows_it(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'missing/model' .* only with --robust-allow-network"):
        load_checkpoint("missing/model", tmp_path, "text-classification")


def test_a_folder_without_weights_is_told_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="'empty' holds no safetensors weights: save the model with save_pretrained"):
        load_checkpoint("empty", tmp_path, "text-classification")


def test_pickled_weights_are_refused_unread(classifier: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(classifier, tmp_path / "pickled")
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"cos\nsystem\n(S'touch ran'\ntR.")
    with pytest.raises(UsageError, match="holds no safetensors weights"):
        load_checkpoint("pickled", tmp_path, "text-classification")


def test_a_checkpoint_without_a_tokenizer_does_not_read_all_texts_as_one(classifier: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(classifier, tmp_path / "mute")
    for path in folder.glob("tokenizer*"):
        path.unlink()
    with pytest.raises(UsageError, match="'mute' has no tokenizer: save it there with save_pretrained"):
        load_checkpoint("mute", tmp_path, "text-classification")


@pytest.mark.parametrize("name", ["./nowhere", f"./{'x' * 300}"], ids=["missing", "too long"])
def test_a_path_that_is_nowhere_is_told(tmp_path: Path, name: str) -> None:
    assert local_identity(tmp_path / name) is None
    with pytest.raises(UsageError, match=rf"no checkpoint folder '{re.escape(name)}'"):
        load_checkpoint(name, tmp_path, "text-classification")


def test_the_identity_is_the_content_and_not_the_place(classifier: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(classifier, tmp_path / "copy")
    assert checkpoint_identity(folder) == checkpoint_identity(classifier)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_another_file_of_a_checkpoint_makes_another_identity(classifier: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(classifier, tmp_path / "changed")
    before = checkpoint_identity(folder)
    content = bytearray((folder / name).read_bytes())
    content[-2] ^= 1
    (folder / name).write_bytes(content)
    assert checkpoint_identity(folder) != before == checkpoint_identity(classifier)


@pytest.mark.parametrize("name", ["source.spm", "vocab.txt", "tiktoken.model", "generation_config.json", "merges"])
def test_and_so_does_one_more_file_that_a_model_is_made_of(classifier: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(classifier, tmp_path / "more")
    (folder / name).write_bytes(b"something")
    assert checkpoint_identity(folder) != checkpoint_identity(classifier)


@pytest.mark.parametrize("name", ["README.md", "pytorch_model.bin", ".gitattributes"])
def test_but_not_one_that_no_model_is_made_of(classifier: Path, tmp_path: Path, name: str) -> None:
    folder = shutil.copytree(classifier, tmp_path / "more")
    (folder / name).write_bytes(b"something")
    assert checkpoint_identity(folder) == checkpoint_identity(classifier)


def test_broken_weights_are_told_in_one_line(classifier: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(classifier, tmp_path / "broken")
    (folder / "model.safetensors").write_bytes(b"no weights at all")
    with pytest.raises(UsageError, match="cannot load the checkpoint 'broken': ") as caught:
        load_checkpoint("broken", tmp_path, "text-classification")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("context", "start", "end", "answer"),
    [
        ("كبير جداً هنا", 5, 8, "جداً"),
        ("un cafe\u0301 noir", 3, 7, "cafe\u0301"),
        ("a cat", 2, 5, "cat"),
        ("a cat", 1, 4, "ca"),
        ("\u0301a", 0, 0, ""),
    ],
)
def test_an_answer_keeps_the_marks_on_its_last_letter(context: str, start: int, end: int, answer: str) -> None:
    assert span_text(context, start, end) == answer


@pytest.mark.parametrize(
    ("context", "start", "end", "answer"),
    [
        ("It holds about 640 people.", 11, 25, "about 640 people"),
        ("Около тысячи человек", 3, 12, "Около тысячи"),
        ("il boit de l'eau", 13, 16, "eau"),
        ("在北京大学", 3, 5, "大学"),
        ("vor 25,50 Euro", 7, 9, "50"),
    ],
)
def test_an_answer_begins_where_a_word_does(context: str, start: int, end: int, answer: str) -> None:
    assert span_text(context, start, end) == answer
