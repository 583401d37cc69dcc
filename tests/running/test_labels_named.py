"""A model calls its labels otherwise than the data do: `labels:` says which is which."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from chatting import chat
from counted import outcomes_of

from albert_robust.asking.workspace import Workspace
from albert_robust.cli import main
from albert_robust.doctor import diagnosed
from albert_robust.errors import InputError
from albert_robust.running.execute import Execution, execute
from albert_robust.running.plan import plan
from albert_robust.starter.write import write_starter
from albert_robust.suite.load import load_suite
from albert_robust.suite.suite import Suite
from albert_robust.tasks import TASKS, Prediction

MODEL = """
def labels(batch):
    return [{"scores": {"LABEL_0": 0.2, "LABEL_1": 0.5, "LABEL_2": 0.3}} for one in batch]
def numbers(batch):
    return [1 for one in batch]
def strange(batch):
    return ["LABEL_9" for one in batch]
def several(batch):
    return [["LABEL_1", "LABEL_0"] for one in batch]
def entities(batch):
    return [[{"start": 0, "end": 4, "label": "B-PER"}, {"start": 5, "end": 11, "label": "I-PER"}] for one in batch]
"""
SUITE = """
task: {task}
model: {model}
datasets: {{d: {{path: d.jsonl, language: en}}}}
checks: [{{expect: reference, gates: [{gate} >= 0.1]}}]
"""
ROW = '{"id": 1, "text": "Anna Keller slept.", "label": "good", "labels": ["good", "new"], "entities": [[0, 11, "person"]]}\n'
NAMES = "{LABEL_0: bad, LABEL_1: good, LABEL_2: bad}"
Load = Callable[..., Suite]


@pytest.fixture
def load(write: Callable[..., Path]) -> Load:
    """Return a function that loads the suite above with a model, on one row."""

    def loaded(model: str, task: str = "text-classification", gate: str = "accuracy", row: str = ROW) -> Suite:
        write(d_dot_jsonl=row, model_dot_py=MODEL)
        return load_suite(write(s_dot_robust_dot_yaml=SUITE.format(task=task, model=model, gate=gate)))

    return loaded


def ran(suite: Suite, tmp_path: Path) -> Execution:
    execution = execute(plan(suite).cells, Workspace(tmp_path / ".albert_robust", "run"))
    assert execution.mistakes == {}
    return execution


@pytest.mark.parametrize(
    ("task", "function", "names", "said", "gate"),
    [
        ("text-classification", "labels", NAMES, "good", "accuracy"),
        ("text-classification", "numbers", "{0: bad, 1: good}", "good", "accuracy"),
        ("multi-label-classification", "several", "{LABEL_0: good, LABEL_1: new}", "good; new", "exact match"),
        ("token-classification", "entities", "{PER: person}", "Anna Keller (person 0-11)", "entity f1"),
    ],
)
def test_what_a_function_says_is_called_as_the_data_call_it(
    load: Load, tmp_path: Path, task: str, function: str, names: str, said: str, gate: str
) -> None:
    suite = load(f'{{python: "model:{function}", labels: {names}}}', task, gate)
    ((case,),) = outcomes_of(ran(suite, tmp_path)).values()
    assert case.before == said
    assert case.quality_before[gate] == 1


def test_probabilities_go_with_their_labels_and_add_up_where_two_become_one(load: Load, tmp_path: Path) -> None:
    ((case,),) = outcomes_of(ran(load(f'{{python: "model:labels", labels: {NAMES}}}'), tmp_path)).values()
    assert case.scores_before == {"bad": 0.5, "good": 0.5}


def test_what_has_no_name_stays_and_counts_as_no_label(load: Load, tmp_path: Path) -> None:
    (tally,) = ran(load(f'{{python: "model:strange", labels: {NAMES}}}'), tmp_path).tallies.values()
    assert (tally.counts.no_label, tally.accounting.stray) == (1, "LABEL_9")


def test_other_names_ask_nothing_anew(load: Load, tmp_path: Path) -> None:
    for names, said in ((NAMES, "good"), ("{LABEL_0: good, LABEL_1: bad, LABEL_2: bad}", "bad")):
        found = ran(load(f'{{python: "model:labels", version: "1", labels: {names}}}'), tmp_path)
        ((case,),) = outcomes_of(found).values()
        assert case.before == said
    assert (found.cost.predicted, found.cost.from_cache) == (0, 1)


def test_a_chat_model_chooses_from_its_own_labels(load: Load, tmp_path: Path) -> None:
    with chat(lambda asked: "I would say: yes.") as server:
        model = (
            f"{{endpoint: '{server.url}', model: m, prompt: 'Is this good? {{text}}', labels: {{yes: good, no: bad}}}}"
        )
        suite = load(model)
        ((case,),) = outcomes_of(ran(suite, tmp_path)).values()
    assert (case.before, case.said_before) == ("good", "I would say: yes.")
    assert suite.labels == ["good", "bad"]


def test_a_model_that_understands_nothing_speaks_as_the_data_do(load: Load) -> None:
    suite = load('{python: "model:labels", labels: {good: bad, bad: good}}')
    (said, *_), *_ = (one.records for one in diagnosed(suite))
    assert said[1].measures["accuracy"].value == 1


@pytest.fixture
def checkpoint(tiny: Callable[..., Path], tmp_path: Path) -> Path:
    """A classifier beside the suite, whose labels were left as transformers calls them."""
    return Path(shutil.copytree(tiny("BertForSequenceClassification"), tmp_path / "tiny"))


def test_a_checkpoint_s_labels_are_named(load: Load, tmp_path: Path, checkpoint: Path) -> None:
    ((case,),) = outcomes_of(
        ran(load("{transformers: tiny, labels: {LABEL_0: bad, LABEL_1: good}}"), tmp_path)
    ).values()
    assert set(case.scores_before) == {"bad", "good"}
    assert sum(case.scores_before.values()) == pytest.approx(1)


MISTAKES = {
    "a label that it has not": (
        "{transformers: tiny, labels: {LABEL_0: bad, LABEL_11: good, LABEL_1: good}}",
        r"s\.robust\.yaml:3:52: a checkpoint here has no label 'LABEL_11'\n  did you mean 'LABEL_1'\?",
    ),
    "a label without a name": (
        "{transformers: tiny, labels: {LABEL_1: good}}",
        r"s\.robust\.yaml:3:29: no name for 'LABEL_0', which a checkpoint here may say\n  name all .*: `LABEL_0: \.\.\.`",
    ),
    "a label twice": (
        "{transformers: tiny, labels: {LABEL_0: bad, LABEL_0: good}}",
        r"s\.robust\.yaml:3:52: not plain YAML: the key 'LABEL_0' is here twice",
    ),
    "two names": (
        '{python: "model:labels", labels: {LABEL_0: [bad, worse]}}',
        r"s\.robust\.yaml:3:33: \['bad', 'worse'\]: a label is text$",
    ),
    "true": (
        '{python: "model:labels", labels: {LABEL_0: true}}',
        r"s\.robust\.yaml:3:33: True: a label is text\n  put it between quotes",
    ),
    "a text": (
        '{python: "model:labels", labels: good}',
        r"s\.robust\.yaml:3:33: 'good': expected two labels or more, or a map of labels\n .* `\{LABEL_0: bad\}`",
    ),
    "a list for a function": (
        '{python: "model:labels", labels: [good, bad]}',
        r"s\.robust\.yaml:3:33: only `transformers:` or `endpoint:` has 'labels'\n  say what .*: `labels: \{LABEL_0: bad\}`",
    ),
    "a list without a prompt": (
        "{transformers: tiny, labels: [good, bad]}",
        r"s\.robust\.yaml:3:29: 'labels' without a prompt\n  add `prompt:`, or say .*: `labels: \{LABEL_0: bad\}`",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("model", "message"), list(MISTAKES.values()), ids=list(MISTAKES))
def test_a_mistake_is_told_with_its_place_and_its_cure(load: Load, checkpoint: Path, model: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load(model)


def test_names_for_the_labels_of_a_task_without_any_are_told(load: Load) -> None:
    with pytest.raises(InputError, match=r":3:33: question-answering has no labels\n  take them out"):
        load('{python: "model:labels", labels: {a: b}}', "question-answering", "token f1")


def test_a_label_of_the_data_that_no_name_is_is_told(load: Load, tmp_path: Path) -> None:
    suite = load('{python: "model:labels", labels: {LABEL_0: bad, LABEL_1: god}}')
    found = execute(plan(suite).cells, Workspace(tmp_path / ".albert_robust", "run"))
    assert "the label 'good' of example '1' is none of the model's `labels`" in str(found.mistakes["s"])


def test_labels_of_tags_are_those_of_the_entities(load: Load, tmp_path: Path, tiny: Callable[..., Path]) -> None:
    tags = {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC"}
    folder = tiny("BertForTokenClassification", id2label=tags, label2id={tag: place for place, tag in tags.items()})
    shutil.copytree(folder, tmp_path / "tagger")
    task = ("token-classification", "entity f1")
    assert load("{transformers: tagger, labels: {PER: person, LOC: place}}", *task).model.names["LOC"] == "place"
    with pytest.raises(InputError, match="no name for 'LOC'"):
        load("{transformers: tagger, labels: {PER: person}}", *task)


def test_labels_have_the_names_that_a_task_can_keep() -> None:
    several, tokens = TASKS["multi-label-classification"], TASKS["token-classification"]
    assert several.renamed(Prediction("a; b"), {"a": "z; y", "b": "z, y"}).output == "z, y"
    assert tokens.renamed(Prediction("Anna (PER 0-4); B (LOC)"), {"PER": "a person"}).output == (
        "Anna (a_person 0-4); B (LOC)"
    )


def test_a_first_suite_names_labels_that_differ_in_their_writing_alone(
    write: Callable[..., Path], tmp_path: Path, tiny: Callable[..., Path]
) -> None:
    labels = {0: "Not-Refund", 1: "REFUND", 2: "other"}
    folder = tiny("BertForSequenceClassification", id2label=labels, label2id={name: n for n, name in labels.items()})
    data = write(d_dot_csv="text,label\nMoney back?,refund\nHello.,not_refund\n")
    suite = write_starter(tmp_path / "s.robust.yaml", "text-classification", str(folder), data, "en")
    assert suite.model.names == {"Not-Refund": "not_refund", "REFUND": "refund", "other": "other"}


def test_a_first_suite_says_which_labels_nobody_can_match(
    write: Callable[..., Path], tmp_path: Path, checkpoint: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write(d_dot_csv="text,label\nMoney back?,refund\nHello.,other\n")
    begun = f"init --task text-classification --model {checkpoint} --data {data} --language en --out {tmp_path}/s.robust.yaml"
    assert main(begun.split()) == 0
    told = "the checkpoint says LABEL_0, LABEL_1, the data say other, refund: say in `model:` which is which, `labels: "
    assert f"{told}{{LABEL_0: other, ...}}`" in capsys.readouterr().out


def test_the_report_shows_the_names(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from albert_robust import run

    load(f'{{python: "model:labels", labels: {NAMES}}}')
    monkeypatch.chdir(tmp_path)
    (suite,) = run(tmp_path / "s.robust.yaml").suites
    assert json.loads(suite.settings["labels"]) == {"LABEL_0": "bad", "LABEL_1": "good", "LABEL_2": "bad"}
    assert suite.labels == ("bad", "good")
