"""A folder that Hugging Face `datasets` saved is a dataset like any other, where the extra is installed."""

from pathlib import Path

import pytest

from albert_robust.data import Source, read_examples
from albert_robust.errors import InputError
from albert_robust.tasks import TASKS

datasets = pytest.importorskip("datasets", reason="pip install 'albert-robust[datasets]'")
ROWS = {"id": ["1", "2"], "text": ["good", "bad"], "label": ["yes", "no"]}


def test_a_saved_dataset_gives_its_rows(tmp_path: Path) -> None:
    datasets.Dataset.from_dict(ROWS).save_to_disk(tmp_path / "saved")
    examples = read_examples(Source(tmp_path / "saved", ("en",)), ("text",), "label")
    assert [(example.id, example.fields["text"], example.references) for example in examples] == [
        ("1", "good", ("yes",)),
        ("2", "bad", ("no",)),
    ]


def test_tags_that_are_kept_as_numbers_are_read_by_their_names(tmp_path: Path) -> None:
    tags = datasets.List(datasets.ClassLabel(names=["O", "B-PER", "I-PER"]))
    features = datasets.Features({"tokens": datasets.List(datasets.Value("string")), "ner_tags": tags})
    rows = {"tokens": [["Anna", "Keller", "slept"]], "ner_tags": [[1, 2, 0]]}
    datasets.Dataset.from_dict(rows, features=features).save_to_disk(tmp_path / "saved")
    columns, task = {"text": "tokens", "entities": "ner_tags"}, TASKS["token-classification"]
    source = Source(tmp_path / "saved", ("en",), columns=columns, annotation=task.annotation)
    assert read_examples(source, task.inputs, task.reference)[0].references == ("Anna Keller (PER 0-11)",)


def test_a_set_of_splits_asks_for_one_of_them(tmp_path: Path) -> None:
    splits = datasets.DatasetDict({"train": datasets.Dataset.from_dict(ROWS)})
    splits.save_to_disk(tmp_path / "saved")
    with pytest.raises(InputError, match="name the folder of one split"):
        read_examples(Source(tmp_path / "saved", ("en",)), ("text",), "label")


def test_a_damaged_saved_dataset_is_told(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{}")
    with pytest.raises(InputError, match="not a saved dataset"):
        read_examples(Source(tmp_path, ("en",)), ("text",), "label")
