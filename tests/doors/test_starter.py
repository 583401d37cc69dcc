"""A first suite for a user's data: the columns it finds, and what it asks for."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from albert_robust.errors import InputError, UsageError, WritingError
from albert_robust.running.blocks import examples_of
from albert_robust.starter.checks import FAMILIES, NEGATION
from albert_robust.starter.write import write_starter
from albert_robust.suite.expectations import EXPECTATIONS
from albert_robust.suite.gates import needs_references, parse_gate
from albert_robust.tasks import TASKS, Task

ROWS = '{"src": "It rains.", "tgt": "Es regnet."}\n'


def test_a_translation_s_columns_are_found_and_its_language_is_kept(write: Callable[..., Path], tmp_path: Path) -> None:
    data = write(d_dot_jsonl=ROWS)
    suite = write_starter(tmp_path / "t.robust.yaml", "translation", "model:predict", data, "en", "de")
    source = suite.datasets["d"]
    assert (source.languages, source.reference_language) == (("en",), "de")
    assert (source.column("source"), source.column("translation")) == ("src", "tgt")


def test_a_translation_into_no_language_leaves_no_file(write: Callable[..., Path], tmp_path: Path) -> None:
    out = tmp_path / "t.robust.yaml"
    with pytest.raises(UsageError, match="in which language are the translations\\? say it: --reference-language de"):
        write_starter(out, "translation", "model:predict", write(d_dot_jsonl=ROWS), "en")
    assert not out.exists()


def test_data_without_an_example_in_the_language_leave_no_file(write: Callable[..., Path], tmp_path: Path) -> None:
    data, out = write(d_dot_csv="language,text,label\nde,Gut.,1\n"), tmp_path / "t.robust.yaml"
    with pytest.raises(InputError, match="no example in language 'en'"):
        write_starter(out, "text-classification", "model:predict", data, "en")
    assert not out.exists()


def test_columns_that_cannot_be_guessed_are_named(write: Callable[..., Path], tmp_path: Path) -> None:
    data, out = write(d_dot_csv="Verbatim,Stars\nGood.,5\n"), tmp_path / "t.robust.yaml"
    with pytest.raises(InputError, match=r"'text' is missing\n  name it: `--column text=\.\.\.`; known: Verbatim"):
        write_starter(out, "text-classification", "model:predict", data, "en")
    named = {"text": "Verbatim", "label": "Stars"}
    suite = write_starter(out, "text-classification", "model:predict", data, "en", columns=named)
    assert suite.datasets["d"].columns == named


@pytest.mark.parametrize("column", ["Review Text", "reviewText", "tweet_text", "COMMENT-BODY"])
def test_a_column_may_end_in_a_known_word(write: Callable[..., Path], tmp_path: Path, column: str) -> None:
    data = write(d_dot_csv=f"{column},text_id,label\nGood.,b7,1\n")
    suite = write_starter(tmp_path / "t.robust.yaml", "text-classification", "model:predict", data, "en")
    assert suite.datasets["d"].columns == {"text": column}


def test_of_two_columns_that_end_in_a_known_word_none_is_guessed(write: Callable[..., Path], tmp_path: Path) -> None:
    data = write(d_dot_csv="review text,reply text,label\nGood.,Thanks.,1\n")
    with pytest.raises(InputError, match="'text' is missing"):
        write_starter(tmp_path / "t.robust.yaml", "text-classification", "model:predict", data, "en")


def test_a_suite_is_written_anew_only_if_that_is_asked_for_and_kept_where_it_fails(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    data, out = write(d_dot_csv="text,label\nGood.,1\n"), tmp_path / "t.robust.yaml"
    out.write_text("mine")
    with pytest.raises(UsageError, match="exists: choose another --out, or write it anew with --force"):
        write_starter(out, "text-classification", "model:predict", data, "en")
    with pytest.raises(InputError):
        write_starter(out, "retrieval", "encoder:gone", data, "en", columns={"query": "text"}, force=True)
    assert out.read_text() == "mine"
    write_starter(out, "text-classification", "model:predict", data, "en", force=True)
    assert out.read_text().startswith("task: text-classification\n")


def test_models_of_entities_are_tried_with_other_names_and_places(write: Callable[..., Path], tmp_path: Path) -> None:
    row = '{{"text": "Anna Keller from Lisbon met town {}.", "entities": [[0, 11, "PER"], [17, 23, "LOC"]]}}\n'
    data = write(d_dot_jsonl="".join(row.format(number) for number in range(40)))
    suite = write_starter(tmp_path / "t.robust.yaml", "token-classification", "model:predict", data, "en")
    named = [check for check in suite.checks if "entities.name" in map(str, check.specs)]
    assert [str(spec) for spec in named[0].specs] == ["entities.name", "entities.place"]
    assert "ignores:\n  - name\n  - place\n" in (tmp_path / "t.robust.yaml").read_text()


def test_rows_that_say_their_language_are_read_by_it(write: Callable[..., Path], tmp_path: Path) -> None:
    data = write(d_dot_csv="language,text,label\nen,Good.,1\nde,Gut.,1\n")
    suite = write_starter(tmp_path / "t.robust.yaml", "text-classification", "model:predict", data, "de")
    assert suite.datasets["d"].per_row


def test_files_for_one_language_each_are_one_dataset(write: Callable[..., Path], tmp_path: Path) -> None:
    write(d_en_dot_csv="text,label\nGood.,1\n", d_de_dot_csv="text,label\nGut.,1\n")
    data, out = tmp_path / "d_{language}.csv", tmp_path / "t.robust.yaml"
    suite = write_starter(out, "text-classification", "model:predict", data, "en,de")
    source = suite.datasets["d"]
    assert [(path.name, language) for path, language in source.files()] == [("d_en.csv", "en"), ("d_de.csv", "de")]
    with pytest.raises(InputError, match=r"d_fr\.csv:1:1: the file is missing"):
        write_starter(tmp_path / "u.robust.yaml", "text-classification", "model:predict", data, "en,fr")


def test_one_file_of_several_languages_says_them_in_its_rows(write: Callable[..., Path], tmp_path: Path) -> None:
    data, out = write(d_dot_csv="language,text,label\nen,Good.,1\nde,Gut.,1\n"), tmp_path / "t.robust.yaml"
    suite = write_starter(out, "text-classification", "model:predict", data, "en,de")
    assert (suite.datasets["d"].languages, suite.datasets["d"].per_row) == (("en", "de"), True)


@pytest.mark.parametrize(
    ("languages", "message"),
    [
        (
            "en,de",
            "no column 'language' in d.csv says which row is in which: name it, .* of files .* write {language} in --data",
        ),
        ("en,en", "--language en,en: a language is named twice"),
        ("en, de", "' de' is no language tag"),
    ],
)
def test_languages_that_the_data_cannot_have_are_told(
    write: Callable[..., Path], tmp_path: Path, languages: str, message: str
) -> None:
    data, out = write(d_dot_csv="text,label\nGood.,1\n"), tmp_path / "t.robust.yaml"
    with pytest.raises(UsageError, match=message):
        write_starter(out, "text-classification", "model:predict", data, languages)
    assert not out.exists()


@pytest.mark.parametrize(("file", "name"), [("my_reviews.v2.csv", "my-reviews-v2"), ("отзывы.csv", "data")])
def test_a_dataset_is_called_as_its_file_is(tmp_path: Path, file: str, name: str) -> None:
    (tmp_path / file).write_text("text,label\nGood.,1\n", encoding="utf-8")
    suite = write_starter(tmp_path / "t.robust.yaml", "text-classification", "m:predict", tmp_path / file, "en")
    assert list(suite.datasets) == [name]


CHOOSING = (
    "text-classification",
    "pair-classification",
    "multi-label-classification",
)  # from labels, of which those data have too few
ENDPOINT = "https://api.example.org/v1/chat/completions"
EVERYTHING = (
    '{"text": "Good: {x}.", "label": "good", "context": "It is 9.", "question": "When?", "answers": "9", "document": "D.", '
    '"summary": "S.", "source": "It rains.", "translation": "Es regnet.", "first": "A.", "second": "B.", "score": 1, '
    '"prompt": "Why?"}\n'
    '{"text": "Bad.", "label": "bad, very"}\n'
)


@pytest.mark.parametrize("task", [name for name in TASKS if name not in {"retrieval", *CHOOSING}])
def test_a_chat_model_gets_a_prompt_for_every_task(write: Callable[..., Path], tmp_path: Path, task: str) -> None:
    data = write(d_dot_jsonl=EVERYTHING.splitlines()[0])
    suite = write_starter(tmp_path / "t.robust.yaml", task, f"@cf/small@1@{ENDPOINT}", data, "en", "de")
    assert (suite.model.endpoint, suite.model.model) == (ENDPOINT, "@cf/small@1")
    assert suite.model.key_env == "OPENAI_API_KEY"
    assert ("'de'" in str(suite.model.prompt)) is (task == "translation")


def test_a_chat_model_that_classifies_gets_the_labels_of_the_data(write: Callable[..., Path], tmp_path: Path) -> None:
    out, data = tmp_path / "t.robust.yaml", write(d_dot_jsonl=EVERYTHING)
    url = "http://localhost:11434/v1/chat/completions"
    suite = write_starter(out, "text-classification", f"small@{url}", data, "en")
    assert suite.model.labels == ["bad, very", "good"]
    assert suite.model.key_env is None
    lines = "  prompt: |-\n    What is this text: bad, very or good? Answer with one of these alone.\n\n    {text}\n"
    assert lines in out.read_text()


def test_a_chat_model_for_retrieval_is_refused(write: Callable[..., Path], tmp_path: Path) -> None:
    data = write(d_dot_jsonl='{"query": "When?", "relevant": "D."}')
    with pytest.raises(UsageError, match=r"a chat model cannot do retrieval here: use `encoder:` or `python:`"):
        write_starter(tmp_path / "t.robust.yaml", "retrieval", f"small@{ENDPOINT}", data, "en")


def test_data_of_one_label_leave_a_chat_model_nothing_to_choose(write: Callable[..., Path], tmp_path: Path) -> None:
    data = write(d_dot_jsonl=EVERYTHING.splitlines()[0])
    with pytest.raises(
        UsageError, match="the data have one label: a model that is asked by a prompt chooses between two"
    ):
        write_starter(tmp_path / "t.robust.yaml", "text-classification", f"small@{ENDPOINT}", data, "en")


def test_a_language_model_in_a_folder_gets_a_prompt_too(write: Callable[..., Path], tmp_path: Path) -> None:
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "config.json").write_text('{"architectures": ["Qwen2ForCausalLM"]}')
    out = tmp_path / "t.robust.yaml"
    suite = write_starter(out, "text-classification", str(tmp_path / "small"), write(d_dot_jsonl=EVERYTHING), "en")
    assert (suite.model.transformers, suite.model.labels) == ("small", ["bad, very", "good"])
    assert "{text}" in str(suite.model.prompt)


def test_a_chat_model_that_gives_several_labels_gets_those_of_the_data(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    data = write(d_dot_jsonl='{"text": "Oh.", "emotions": ["joy", "fear"]}\n{"text": "Ah.", "emotions": []}\n')
    suite = write_starter(tmp_path / "t.robust.yaml", "multi-label-classification", f"small@{ENDPOINT}", data, "en")
    assert suite.model.labels == ["fear", "joy"]
    assert "fear or joy? Answer with those alone" in str(suite.model.prompt)


def test_the_range_of_scores_is_that_of_the_data(write: Callable[..., Path], tmp_path: Path) -> None:
    data = write(d_dot_csv="text,stars\nGood.,5\nBad.,1\nSo so.,2.5\n")
    suite = write_starter(tmp_path / "t.robust.yaml", "text-regression", f"judge@{ENDPOINT}", data, "en")
    assert suite.model.range == (1, 5)
    assert str(suite.model.prompt).startswith("Rate this text from 1 to 5. ")


def test_entities_are_asked_for_by_the_labels_of_the_data(write: Callable[..., Path], tmp_path: Path) -> None:
    out, data = tmp_path / "t.robust.yaml", write(d_dot_conll="Anna B-PER\nleft O\nLisbon B-LOC\n")
    suite = write_starter(out, "token-classification", f"small@{ENDPOINT}", data, "en")
    assert "each as LOC or PER, in the order" in str(suite.model.prompt)
    assert "or [] if it names nothing.\n\n{text}" in str(suite.model.prompt)  # else models say so in a sentence
    assert suite.model.labels == []


ALPACA = '{"instruction": "Translate it.", "input": "It rains.", "output": "Es regnet."}\n'
DOLLY = '{"instruction": "When?", "context": "It rained on Monday.", "response": "On Monday."}\n'
CAPITALS = ALPACA.replace("instruction", "Instruction").replace("input", "Input")


@pytest.mark.parametrize(("rows", "about"), [(ALPACA, "input"), (DOLLY, "context"), (CAPITALS, "Input")])
def test_what_an_instruction_is_about_is_asked_too(
    write: Callable[..., Path], tmp_path: Path, rows: str, about: str
) -> None:
    data = write(d_dot_jsonl=rows)
    suite = write_starter(tmp_path / "t.robust.yaml", "text-generation", f"small@{ENDPOINT}", data, "en")
    assert suite.model.prompt == f"{{prompt}}\n\n{{{about}}}"
    assert suite.checks[0].fields == ("prompt", about)
    suite = write_starter(tmp_path / "u.robust.yaml", "text-generation", "model:predict", data, "en")
    assert suite.task.inputs == suite.checks[0].fields == ("prompt", about)


def test_a_conversation_is_found(write: Callable[..., Path], tmp_path: Path) -> None:
    turns = '{"conversations": [{"from": "human", "value": "Hi there."}, {"from": "gpt", "value": "Hello."}]}'
    data = write(d_dot_json=f"[{turns}]")
    suite = write_starter(tmp_path / "t.robust.yaml", "text-generation", f"small@{ENDPOINT}", data, "en")
    assert suite.datasets["d"].column("prompt") == "conversations"


def test_a_first_suite_perturbs_what_its_data_allow(write: Callable[..., Path], tmp_path: Path) -> None:
    def applied(name: str, text: str, language: str = "en") -> set[str]:
        rows = [{"text": text, "label": label} for label in ("yes", "no")]
        data = write(**{f"{name}_dot_jsonl": "".join(json.dumps(row) + "\n" for row in rows)})
        suite = write_starter(tmp_path / f"{name}.robust.yaml", "text-classification", "model:predict", data, language)
        return {step.name for check in suite.checks for spec in check.specs for step in spec.steps}

    assert applied("a", "This is to buy bread.") == {*FAMILIES, NEGATION}
    assert applied("b", "Qwerty uiop") == {*FAMILIES} - {"paraphrase.synonym", "punctuation.strip_final"}
    assert applied("c", "5", "qu") == {"typos.delete"}  # nothing at all can be changed


@pytest.mark.parametrize(
    ("labels", "denied"),
    [
        (["Positive", "neutral", "NEGATIVE"], True),
        (["1", "2", "5"], True),
        (["好评", "差评"], True),
        (["refund", "delivery", "other"], False),
        (["0", "1", "2", "3", "4", "5"], False),
        (["positive"], False),
    ],
)
def test_a_first_suite_expects_an_opinion_to_change_with_a_denial_and_no_topic(
    write: Callable[..., Path], tmp_path: Path, labels: list[str], denied: bool
) -> None:
    rows = "".join(f"This is about number {one}.,{label}\n" for one, label in enumerate(labels))
    data, out = write(d_dot_csv=f"text,label\n{rows}"), tmp_path / "t.robust.yaml"
    suite = write_starter(out, "text-classification", "model:predict", data, "en")
    assert ("direction" in [check.expectation for check in suite.checks]) is denied
    told = "# no check of direction: add one of semantics.negate if a denial should change the label\n"
    assert out.read_text().endswith(told) is not denied


def test_what_changes_too_few_examples_is_left_out_and_told(write: Callable[..., Path], tmp_path: Path) -> None:
    rows = [f"Qwerty uiop {one}" for one in range(37)] + ["I want to buy bread."] * 3
    data = write(d_dot_csv="text,label\n" + "".join(f"{row},x\n" for row in rows))
    out = tmp_path / "t.robust.yaml"
    (check,) = write_starter(out, "text-classification", "model:predict", data, "en").checks
    perturbed = [step.name for spec in check.specs for step in spec.steps]
    assert "punctuation.strip_final" not in perturbed
    assert {"typos.swap", "case.lower"} <= {*perturbed}
    assert (
        "# punctuation.strip_final changes 3 of 40 in en: left out, a cell of so few cannot be passed\n"
        in out.read_text()
    )


def test_what_reaches_some_languages_alone_has_a_check_in_those(write: Callable[..., Path], tmp_path: Path) -> None:
    rows = [f"en,This is number {one}.,x\nde,Nummer {one},x\n" for one in range(20)]
    data = write(d_dot_csv="lang,text,label\n" + "".join(rows))
    suite = write_starter(tmp_path / "t.robust.yaml", "text-classification", "model:predict", data, "en,de")
    (source,) = suite.datasets.values()
    assert (source.per_row, source.column("language")) == (True, "lang")
    found = {check.languages: [step.name for spec in check.specs for step in spec.steps] for check in suite.checks}
    assert "punctuation.strip_final" in found["en",]
    assert "typos.swap" in found[None]


def test_the_column_of_the_language_may_be_named(write: Callable[..., Path], tmp_path: Path) -> None:
    data = write(d_dot_csv="spoken,text,label\nen,Good.,1\nde,Gut.,1\n")
    named = {"language": "spoken"}
    suite = write_starter(tmp_path / "t.robust.yaml", "text-classification", "m:p", data, "en,de", columns=named)
    assert [one.language for one in examples_of(suite, ["d"])["d"]] == ["en", "de"]


@pytest.mark.parametrize(
    ("written", "kind", "name"),
    [
        ("transformers:./large", "transformers", "large"),
        ("transformers:org/large", "transformers", "org/large"),
        ("python:model:predict", "python", "model:predict"),
        ("finetuned:train.csv", "finetuned", "train.csv"),
        ("elsewhere:it", "elsewhere", "it"),
        (
            f"endpoint:small@{'https://api.example.org/v1/chat/completions'}",
            "endpoint",
            "https://api.example.org/v1/chat/completions",
        ),
    ],
)
def test_a_model_may_be_spelt_as_in_a_suite(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, kind: str, name: str
) -> None:
    data = write(
        d_dot_csv="text,label\nGood.,a\nBad.,b\n", train_dot_csv="language,text,label\nen,Fine.,a\nen,Poor.,b\n"
    )
    (data.parent / "large").mkdir()
    monkeypatch.chdir(data.parent)
    suite = write_starter(data.parent / "t.robust.yaml", "text-classification", written, data, "en")
    assert (suite.model.kind.name, getattr(suite.model, kind)) == (kind, name)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("finetuned", "say which, --model finetuned:NAME"),
        ("finetuned:no.jsonl", "no file 'no.jsonl'"),
        ("encoder:builtin", "an encoder alone cannot do text-classification here: use "),
        ("small@localhost:8000/v1/chat/completions", "write the URL in full, NAME@http://"),
        ("endpoint:small", "write NAME@http://"),
        ("", "--model '': no such folder, and neither module:function nor the name of a checkpoint"),
    ],
)
def test_a_model_that_cannot_be_is_told_before_a_file_is_written(
    write: Callable[..., Path], tmp_path: Path, written: str, message: str
) -> None:
    data, out = write(d_dot_csv="text,label\nGood.,a\nBad.,b\n"), tmp_path / "t.robust.yaml"
    with pytest.raises(UsageError, match=message):
        write_starter(out, "text-classification", written, data, "en")
    assert not out.exists()


@pytest.mark.parametrize("model", ["predictor", "predictor.py", "./predictor.py"])
def test_a_module_without_its_function_is_no_checkpoint(
    write: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, model: str
) -> None:
    data = write(predictor_dot_py="", d_dot_csv="text,label\nGood.,x\n")
    monkeypatch.chdir(data.parent)
    with pytest.raises(UsageError, match=r"name the function in it, predictor:FUNCTION"):
        write_starter(tmp_path / "t.robust.yaml", "text-classification", model, data, "en")


def test_a_suite_that_cannot_be_written_is_told(write: Callable[..., Path]) -> None:
    data = write(d_dot_csv="text,label\nGood.,x\n")
    with pytest.raises(WritingError, match=r"t\.robust\.yaml: cannot be written: .*\n  choose another --out"):
        write_starter(data / "t.robust.yaml", "text-classification", "m:f", data, "en")


def test_an_endpoint_alone_names_no_model(write: Callable[..., Path], tmp_path: Path) -> None:
    data = write(d_dot_jsonl=EVERYTHING.splitlines()[0])
    with pytest.raises(UsageError, match=f"say which model is asked there: --model NAME@{ENDPOINT}"):
        write_starter(tmp_path / "t.robust.yaml", "summarization", ENDPOINT, data, "en")


@pytest.mark.parametrize(
    ("answer", "gates"),
    [("", ["consistency >= 0.5"]), (', "answer": "Paris"', ["consistency >= 0.5", "labs recall drop <= 0.1"])],
)
def test_a_right_answer_of_many_wordings_is_held_to_be_said_as_often(
    write: Callable[..., Path], tmp_path: Path, answer: str, gates: list[str]
) -> None:
    data = write(d_dot_jsonl=f'{{"prompt": "What is the capital of France?"{answer}}}\n')
    suite = write_starter(tmp_path / "t.robust.yaml", "text-generation", "model:predict", data, "en")
    assert list(map(str, suite.checks[0].gates)) == gates


@pytest.mark.parametrize(("row", "columns", "choices"), [
    ('"question": "Q?", "choices": ["x", "y"], "answer": 1', {"text": "question", "label": "answer"}, ("choices",)),
    ('"question": "Q?", "choices": {"text": ["x", "y"], "label": ["1", "2"]}, "answerKey": "2"',
     {"text": "question", "label": "answerKey"}, ("choices",)),
    ('"": 0, "Question": "Q?", "A": "x", "B": "y", "Answer": "B"', {"text": "Question", "label": "Answer"}, ("A", "B")),
    ('"ctx": "Q?", "endings": ["x", "y"], "label": "1"', {"text": "ctx"}, ("endings",)),
    ('"sentence": "Q _.", "option1": "x", "option2": "y", "answer": "2"', {"text": "sentence", "label": "answer"},
     ("option1", "option2")),
    ('"input": "Q?\\nOptions:\\n(A) x\\n(B) y", "target": "(B)"', {"text": "input", "label": "target"}, ()),
])  # fmt: skip
def test_questions_with_choices_are_asked_for_a_letter_in_any_order(
    write: Callable[..., Path], tmp_path: Path, row: str, columns: dict[str, str], choices: tuple[str, ...]
) -> None:
    data, out = write(d_dot_jsonl=f"{{{row}}}\n"), tmp_path / "t.robust.yaml"
    suite = write_starter(out, "text-classification", f"small@{ENDPOINT}", data, "en")
    source, marks = suite.datasets["d"], ["A", "B"] if choices else ["(A)", "(B)"]
    assert (source.columns, source.choices, suite.model.labels) == (columns, choices, marks)
    assert suite.model.prompt == "{text}\n\nAnswer with the letter alone."
    (check,) = suite.checks  # and none that denies the question
    assert "layout.options" in map(str, check.specs)


@pytest.mark.parametrize("written", ["a1,b2", "both"])
def test_columns_with_choices_may_be_named(write: Callable[..., Path], tmp_path: Path, written: str) -> None:
    data = write(d_dot_jsonl='{"text": "Q?", "a1": "x", "b2": "y", "both": ["x", "y"], "label": "A"}\n')
    named = {"choices": written}
    suite = write_starter(tmp_path / "t.robust.yaml", "text-classification", "m:p", data, "en", columns=named)
    assert ",".join(suite.datasets["d"].choices) == written


def test_retrieved_passages_are_asked_about_in_any_order(write: Callable[..., Path], tmp_path: Path) -> None:
    row = {"user_input": "Where?", "retrieved_contexts": ["It is in Bern.", "It is late."], "reference": "Bern"}
    data = write(d_dot_jsonl=json.dumps(row))
    suite = write_starter(tmp_path / "s.robust.yaml", "question-answering", "m:f", data, "en")
    assert suite.datasets["d"].columns == {
        "context": "retrieved_contexts",
        "question": "user_input",
        "answers": "reference",
    }
    order = suite.checks[-1]
    assert (order.fields, [str(spec) for spec in order.specs]) == (("context",), ["layout.passages"])


def test_answers_that_are_objects_are_compared_field_by_field(write: Callable[..., Path], tmp_path: Path) -> None:
    data = write(d_dot_jsonl=json.dumps({"prompt": "Pay Anna 20 EUR now.", "answer": {"to": "Anna"}}))
    suite = write_starter(tmp_path / "s.robust.yaml", "text-generation", "m:f", data, "en")
    assert suite.checks[0].agreement == "field f1"
    assert "field f1 drop <= 0.1" in map(str, suite.checks[0].gates)


def test_a_first_suite_asks_for_more_than_one_answer_to_all_would_come_to(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    def asked(name: str, labels: str) -> list[str]:
        rows = "".join(f"This is number {number}.,{label}\n" for number, label in enumerate(labels))
        data = write(**{f"{name}_dot_csv": f"text,label\n{rows}"})
        suite = write_starter(tmp_path / f"{name}.robust.yaml", "text-classification", "model:predict", data, "en")
        return [str(gate) for check in suite.checks if check.expectation == "reference" for gate in check.gates]

    assert asked("even", "ab" * 40) == ["accuracy >= 0.6"]
    assert asked("uneven", "aaab" * 10) == ["accuracy >= 0.9"]
    assert asked("rare", "a" * 58 + "bb") == ["kappa >= 0.2"]
    assert asked("alike", "a" * 40) == []
    assert asked("few", "ab" * 9) == []


def test_beside_a_check_of_direction_a_first_suite_has_one_of_quality(
    write: Callable[..., Path], tmp_path: Path
) -> None:
    data = write(d_dot_csv="text,label\n" + "It was a good day.,good\nIt was a bad day.,bad\n" * 20)
    suite = write_starter(tmp_path / "t.robust.yaml", "text-classification", "model:predict", data, "en")
    assert [check.expectation for check in suite.checks] == ["invariance", "direction", "reference"]


@pytest.mark.parametrize("task", TASKS.values(), ids=lambda task: task.name)
def test_a_first_suite_has_a_gate_on_quality_for_every_task(task: Task) -> None:
    assert task.starter_quality or "accuracy" in task.qualities


@pytest.mark.parametrize("task", [task for task in TASKS.values() if task.starter_quality], ids=lambda task: task.name)
def test_what_a_first_suite_asks_of_a_task_is_a_gate_of_a_reference_check(task: Task) -> None:
    ready = task.with_range(0, 1) if task.with_range else task
    assert needs_references(parse_gate(task.starter_quality, EXPECTATIONS["reference"], ready), ready)
