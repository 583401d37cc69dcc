"""Training an encoder from a recipe: tiny sizes, the whole way."""

import importlib
import json
import lzma
import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from albert_robust import score
from albert_robust.errors import InputError
from albert_robust.pretrain.corpus import read_corpus
from albert_robust.pretrain.pretrain import Outcome, pretrain
from albert_robust.pretrain.recipe import TextSources, read_recipe

RECIPE = """\
name: tiny
text: {parallel: [pairs.tsv]}
tokenizer: {vocabulary: 300, max_lines: 300}
architecture: {embedding: 16, hidden: 16, heads: 2, intermediate: 16, layers: 1, positions: 32}
stages:
  - {train: embeddings, epochs: 2, batch: 64}
  - {train: attention, epochs: 1, batch: 32, learning_rate: 0.001, masked_weight: 0.1}
"""
WORDS = {
    "the dog": "der Hund", "the cat": "die Katze", "the child": "das Kind", "a woman": "eine Frau", "my friend": "mein Freund",
    "sees": "sieht", "likes": "mag", "finds": "findet", "washes": "wäscht", "water": "Wasser", "bread": "Brot",
    "the house": "das Haus", "the book": "das Buch", "the garden": "den Garten",
}  # fmt: skip
BAD = ["en\tde\tonly three", "en\tde\tone\ttwo\tthree", "en\tde\t\tempty"]


def pairs() -> list[str]:
    names, rng = list(WORDS), Random(0)
    chosen = [[rng.choice(part) for part in (names[:5], names[5:9], names[9:])] for _ in range(200)]
    return [f"en\tde\t{' '.join(one)}.\t{' '.join(WORDS[word] for word in one)}." for one in chosen]


def recipe(folder: Path, text: str = RECIPE) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pairs.tsv").write_text("\n".join([*pairs(), *BAD]) + "\n", encoding="utf-8")
    (folder / "recipe.yaml").write_text(text)
    return folder / "recipe.yaml"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Return one finished run."""
    folder = tmp_path_factory.mktemp("pretrain")
    return pretrain(recipe(folder), folder / "out", threads=1)


def weights(folder: Path) -> bytes:
    return (folder / "model.safetensors").read_bytes()


def test_what_was_read_and_done_is_told(trained: Outcome) -> None:
    assert (trained.pairs, trained.bad_lines, trained.stages_run) == (200, 3, 2)
    assert trained.bad_examples == [
        "pairs.tsv:201: 3 columns, expected 4, none empty",
        "pairs.tsv:202: 5 columns, expected 4, none empty",
        "pairs.tsv:203: 4 columns, expected 4, none empty",
    ]


@pytest.mark.parametrize("kind", ["AutoModel", "AutoModelForMaskedLM"])
def test_transformers_loads_the_encoder_whole(trained: Outcome, kind: str) -> None:
    transformers = importlib.import_module("transformers")
    model, loading = getattr(transformers, kind).from_pretrained(trained.folder, output_loading_info=True)
    tokenizer = transformers.AutoTokenizer.from_pretrained(trained.folder)
    # Pretraining has no use for AutoModel's pooler, which LABS does not read.
    assert set(loading["missing_keys"]) <= {"pooler.weight", "pooler.bias"}
    output = model(**tokenizer("der Hund mag Wasser.", return_tensors="pt"))[0]
    assert output.isfinite().all()


def test_the_encoder_scores_texts_and_its_training_shows(trained: Outcome) -> None:
    rows = [line.split("\t") for line in sorted(set(pairs()))[:20]]
    left, right = [row[2] for row in rows], [row[3] for row in rows]
    there = score(left, right, encoder=str(trained.folder), calibration="none")
    elsewhere = score(left, right[10:] + right[:10], encoder=str(trained.folder), calibration="none")
    assert there.corpus.value > elsewhere.corpus.value


def test_progress_is_a_line_of_json_a_step(trained: Outcome) -> None:
    lines = [json.loads(line) for line in (trained.folder / "metrics.jsonl").read_text().splitlines()]
    assert [line["stage"] for line in lines] == sorted(line["stage"] for line in lines)
    assert {line["stage"] for line in lines} == {0, 1}
    assert all(line["seconds_left"] >= 0 for line in lines)


def test_the_same_seed_gives_the_same_weights(trained: Outcome, tmp_path: Path) -> None:
    again = pretrain(recipe(tmp_path), tmp_path / "out", threads=1)
    assert weights(again.folder) == weights(trained.folder)


def test_another_seed_gives_others(trained: Outcome, tmp_path: Path) -> None:
    other = pretrain(recipe(tmp_path, RECIPE + "seed: 1\n"), tmp_path / "out", threads=1)
    assert weights(other.folder) != weights(trained.folder)


def test_a_run_that_was_stopped_after_a_stage_goes_on_from_there(trained: Outcome, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for kept in ("stage-0", "tokenizer"):
        shutil.copytree(trained.folder / kept, out / kept)
    again = pretrain(recipe(tmp_path), out, threads=1)
    assert again.stages_run == 1
    assert weights(out) == weights(trained.folder)


def test_a_run_that_is_finished_trains_nothing(trained: Outcome) -> None:
    before = weights(trained.folder)
    assert pretrain(trained.folder.parent / "recipe.yaml", trained.folder, threads=1).stages_run == 0
    assert weights(trained.folder) == before


def test_a_wrong_key_of_a_recipe_has_its_line(tmp_path: Path) -> None:
    wrong = recipe(tmp_path, RECIPE.replace("hidden: 16", "hiden: 16").replace("epochs: 1", "epochs: -1"))
    with pytest.raises(InputError) as caught:
        read_recipe(wrong)
    assert [complaint.line for complaint in caught.value.complaints] == [4, 7]
    assert "recipe.yaml:4:31: unknown key 'hiden'\n  did you mean 'hidden'?" in str(caught.value)


def test_a_recipe_that_names_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no file matches \['nowhere\*'\] below"):
        pretrain(recipe(tmp_path, RECIPE.replace("pairs.tsv", "nowhere*")), tmp_path / "out")


def test_a_line_that_is_not_utf_8_is_counted_and_named(write: Callable[..., Path]) -> None:
    good = b"en\tde\ta\tb\n"
    path = write(p_dot_tsv=good + b"en\tde\tcaf\xe9\tb\n" + good)
    corpus = read_corpus(TextSources(parallel=["p.tsv"]), path.parent, 0)
    assert (len(corpus.pairs), corpus.bad_lines, corpus.bad_examples) == (2, 1, ["p.tsv:2: not UTF-8 text"])


def test_packed_files_are_read_and_excluded_ones_left_out(write: Callable[..., Path]) -> None:
    line = b"en\tde\ta\tb\n"
    write(a_dot_tsv_dot_xz=lzma.compress(line * 3), b_dot_tsv=line * 2)
    folder = write(c_dot_tsv=line).parent
    corpus = read_corpus(TextSources(parallel=["*.tsv*"], exclude=["b"]), folder, 0)
    assert corpus.sources == {"a": 3, "c": 1}


def test_the_order_of_pairs_is_that_of_the_seed(write: Callable[..., Path]) -> None:
    folder = write(p_dot_tsv="".join(f"en\tde\t{number}\t{number}\n" for number in range(30))).parent
    orders = [read_corpus(TextSources(parallel=["p.tsv"], max_pairs=9), folder, seed).pairs for seed in (0, 0, 1)]
    assert orders[0] == orders[1] != orders[2]
    assert len(orders[0]) == 9
