"""An encoder as the model under test: similarities, rankings, and what names it for good."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from albert_robust.errors import InputError, UsageError
from albert_robust.models import load_model
from albert_robust.models.embedding import NEAREST, EmbeddingModel, load_embedding, read_documents
from albert_robust.models.load import LazyModel
from albert_robust.scoring.load import load_encoder
from albert_robust.suite.schema import ModelSpec
from albert_robust.tasks import TASKS

Make = Callable[..., Path]
DOCUMENTS = ("A cat sleeps.", "Two dogs bark.", "It rains in the north.", "下雨了。")


@pytest.fixture
def pairs(tiny_encoder: str) -> EmbeddingModel:
    return load_embedding(tiny_encoder, "sentence-similarity")


@pytest.fixture
def search(tiny_encoder: str) -> EmbeddingModel:
    return load_embedding(tiny_encoder, "retrieval", DOCUMENTS)


def lazy(folder: Path, task: str, encoder: str, documents: str | None = None) -> LazyModel:
    return load_model(ModelSpec(encoder=encoder, documents=documents), folder, TASKS[task], folder / "models")


def test_a_similarity_is_the_cosine_of_the_two_embeddings(pairs: EmbeddingModel, tiny_encoder: str) -> None:
    one, two = load_encoder(tiny_encoder).embed(["A cat sleeps.", "Two dogs bark."]).astype(np.float64)
    answer = pairs.predict([{"first": "A cat sleeps.", "second": "Two dogs bark."}])
    assert answer == [{"similarity": pytest.approx(float(one @ two), abs=1e-5)}]


def test_a_sentence_is_wholly_alike_to_itself_and_not_at_all_to_nothing(pairs: EmbeddingModel) -> None:
    answers = pairs.predict([{"first": "A cat.", "second": "A cat."}, {"first": "A cat.", "second": ""}])
    assert [answer["similarity"] for answer in answers] == [1, 0]


def test_its_answers_are_those_that_the_task_reads(pairs: EmbeddingModel, search: EmbeddingModel) -> None:
    assert TASKS["sentence-similarity"].read(pairs.predict([{"first": "a", "second": "a"}])[0]).output == "1.0"
    assert TASKS["retrieval"].read(search.predict([{"query": "下雨了。"}])[0]).output.split("\n")[0] == "下雨了。"


def test_a_document_is_nearest_to_itself_and_all_are_ranked(search: EmbeddingModel) -> None:
    answers = search.predict([{"query": document} for document in DOCUMENTS])
    assert [answer["documents"][0] for answer in answers] == list(DOCUMENTS)
    assert all(sorted(answer["documents"]) == sorted(DOCUMENTS) for answer in answers)


def test_no_more_than_the_nearest_ten_are_answered(tiny_encoder: str) -> None:
    model = load_embedding(tiny_encoder, "retrieval", tuple(f"document {number}" for number in range(30)))
    assert [len(answer["documents"]) for answer in model.predict([{"query": "document 3"}])] == [NEAREST]


def test_of_equally_near_documents_the_first_of_the_file_comes_first(search: EmbeddingModel) -> None:
    assert search.predict([{"query": ""}]) == [{"documents": list(DOCUMENTS)}]


def test_an_answer_does_not_depend_on_its_batch(pairs: EmbeddingModel) -> None:
    batch = [{"first": "a" * length, "second": "b" * (40 - length)} for length in range(1, 40, 7)]
    assert pairs.predict(batch) == [pairs.predict([inputs])[0] for inputs in batch]


def test_documents_are_the_lines_of_a_file_without_blank_ones_and_repeats(write: Callable[..., Path]) -> None:
    path = write(d_dot_txt="\ufeffone  line\r\n\n two\n one line\n")
    assert read_documents(path) == ("one line", "two")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"d\.txt:1:1: the file holds no document\n  write one a line"),
        (" \n\n", r"d\.txt:1:1: the file holds no document"),
        (b"fine\ncaf\xe9\n", r"d\.txt:2:1: not UTF-8 text"),
    ],
)
def test_a_file_without_documents_is_told(write: Callable[..., Path], content: str | bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_documents(write(d_dot_txt=content))


def test_and_so_is_one_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.txt:1:1: cannot read the documents: No such file"):
        read_documents(tmp_path / "nowhere.txt")


def test_its_identity_is_its_encoder_and_its_documents(write: Callable[..., Path], tiny: Make) -> None:
    folder, encoder = write(d_dot_txt="one\n").parent, str(tiny())
    before = lazy(folder, "retrieval", encoder, "d.txt").identity
    assert lazy(folder, "retrieval", encoder, "d.txt").identity == before
    assert lazy(folder, "retrieval", str(tiny(seed=1)), "d.txt").identity != before
    write(d_dot_txt="two\n")
    assert lazy(folder, "retrieval", encoder, "d.txt").identity != before


def test_a_layer_is_part_of_it(tiny: Make) -> None:
    upper, lower = tiny(), tiny(labs_layer=1)
    assert load_encoder(str(lower)).layer == 1
    first, second = (lazy(folder, "sentence-similarity", str(folder)).identity for folder in (upper, lower))
    assert first != second


def test_a_model_of_a_hub_has_none(tmp_path: Path) -> None:
    assert lazy(tmp_path, "sentence-similarity", "somebody/encoder").identity is None


def test_a_folder_is_found_beside_the_suite(tiny: Make) -> None:
    folder = tiny()
    model = lazy(folder.parent, "sentence-similarity", folder.name)
    assert model.identity is not None
    assert model.predict([{"first": "a", "second": "a"}]) == [{"similarity": 1}]


def test_an_encoder_that_is_nowhere_is_told(tmp_path: Path) -> None:
    model = lazy(tmp_path, "sentence-similarity", "nowhere")
    with pytest.raises(UsageError, match="cannot load the encoder 'nowhere': there is no such folder"):
        model.predict([{"first": "a", "second": "a"}])
