"""Stand-ins: answers without understanding, such as each task's models may give."""

from dataclasses import replace

import pytest

from albert_robust.data import Example
from albert_robust.models.stand_in import StandIn, stand_ins
from albert_robust.tasks import TASKS, Task

WRITING = ("question-answering", "summarization", "translation", "text-generation")
BATCH = [f"Ann met Bob on day {number}" for number in range(40)]


def ready(name: str) -> Task:
    task = TASKS[name]
    return task.with_range(1, 5) if task.with_range else task


def made(name: str, *references: str) -> dict[str, StandIn]:
    task = ready(name)
    examples = [Example(str(n), "en", dict.fromkeys(task.inputs, "a"), (one,)) for n, one in enumerate(references)]
    return {one.name: one for one in stand_ins(task, examples, bounds=(1, 5) if task.with_range else (0, 1))}


def answered(name: str, stand_in: StandIn) -> list[str]:
    """What the task reads of the answers to forty different inputs."""
    task = ready(name)
    batch = [dict.fromkeys(task.inputs, text) for text in BATCH]
    return [task.read(answer, one).output for answer, one in zip(stand_in.predict(batch), batch, strict=True)]


@pytest.mark.parametrize("name", TASKS)
def test_one_answer_is_the_same_to_all_and_chance_is_not(name: str) -> None:
    found = made(name, "Berlin", "Rome")
    assert len(set(answered(name, found["one answer"]))) == 1
    assert len(set(answered(name, found["by chance"]))) > 1


@pytest.mark.parametrize("name", TASKS)
def test_without_references_there_is_an_answer_too(name: str) -> None:
    for one in made(name).values():
        assert len(answered(name, one)) == len(BATCH)


@pytest.mark.parametrize("name", TASKS)
def test_chance_answers_an_input_the_same_again(name: str) -> None:
    assert answered(name, made(name, "x")["by chance"]) == answered(name, made(name, "x")["by chance"])


def test_the_one_answer_is_what_data_expect_most() -> None:
    found = made("text-classification", "bad", "good", "good")
    assert answered("text-classification", found["one answer"]) == ["good"] * len(BATCH)


def test_labels_that_the_model_names_are_those_of_the_data_or_stand_in_for_them() -> None:
    found = stand_ins(TASKS["text-classification"], [], ["up", "down"])
    answers = [answer for one in found for answer in one.predict([{"text": text} for text in BATCH])]
    assert {answer["label"] for answer in answers} == {"up", "down"}


def test_a_label_is_certain_and_all_others_have_a_probability_too() -> None:
    one, _ = stand_ins(TASKS["text-classification"], [], ["up", "down"], watched=["aside"])
    assert one.predict([{"text": "a"}]) == [{"label": "up", "scores": {"up": 1.0, "down": 0.0, "aside": 0.0}}]


@pytest.mark.parametrize("name", TASKS)
def test_what_writes_text_may_copy_its_input(name: str) -> None:
    assert ("its input" in made(name)) == (name in WRITING)


def test_a_summary_may_be_the_document_itself() -> None:
    assert answered("summarization", made("summarization")["its input"]) == BATCH


def test_entities_are_one_word_with_a_label_of_the_data() -> None:
    task = TASKS["token-classification"]
    assert task.annotation is not None
    reference = task.annotation.read([{"start": 0, "end": 3, "label": "PER"}], "Ann met Bob")
    example = Example("1", "en", {"text": "Ann met Bob"}, (str(reference),))
    one = {found.name: found for found in stand_ins(task, [example, replace(example, id="2")])}
    (entity,) = one["by chance"].predict([{"text": "Ann met Bob"}])[0]
    assert entity["label"] == "PER"
    assert entity["text"] in {"Ann", "met", "Bob"}


def test_stand_ins_of_several_labels_give_the_probability_of_each_and_of_those_that_are_asked_for() -> None:
    task = TASKS["multi-label-classification"]
    for one in stand_ins(task, [], ["toxic", "insult"], watched=["threat"]):
        (answer,) = one.predict([{"text": "a"}])
        assert task.read(answer).scores.keys() == {"toxic", "insult", "threat"}
