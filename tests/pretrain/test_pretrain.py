"""Training an encoder from a recipe: tiny sizes, the whole way."""

import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch
from filelock import FileLock
from numpy.typing import NDArray
from safetensors import safe_open

from albert_robust import score
from albert_robust.cli import main
from albert_robust.errors import InputError, UsageError
from albert_robust.pretrain import pretrain as module
from albert_robust.pretrain import trainer
from albert_robust.pretrain.pretrain import Outcome, pretrain
from albert_robust.pretrain.recipe import read_recipe
from albert_robust.pretrain.trainer import Progress, forget_after
from albert_robust.scoring.encoder import unit
from albert_robust.scoring.load import load_encoder

RECIPE = """\
name: tiny
text: {parallel: [pairs.tsv], lexicons: [de-en.tsv], monolingual: [en.txt], typos: 0.1}
tokenizer: {vocabulary: 400, max_lines: 400}
architecture: {embedding: 16, hidden: 32, heads: 2, intermediate: 16, layers: 2, positions: 64}
stages:
  - {train: vectors, epochs: 16, batch: 64, aligned_weight: 0.5, aligned_rows: 16}
  - {train: attention, epochs: 1, batch: 32, learning_rate: 0.001, masked_weight: 0.1, aligned_weight: 0.5, aligned_rows: 8}
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
    (folder / "de-en.tsv").write_text("".join(f"{de}\t{en}\tn\n" for en, de in WORDS.items()), encoding="utf-8")
    (folder / "en.txt").write_text("my friend sees the garden.\n\nthe cat likes water.\n", encoding="utf-8")
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
    of_files = 200 + len(WORDS) + 2
    assert (trained.pairs, trained.bad_lines) == (of_files + of_files // 10, 3)
    assert trained.steps == trained.pairs * 16 // 64 + trained.pairs // 32
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


def test_an_encoder_kept_in_eight_bits_is_nearly_the_same_and_smaller(trained: Outcome, tmp_path: Path) -> None:
    transformers = importlib.import_module("transformers")
    small = pretrain(recipe(tmp_path, RECIPE + "stored: fp8\n"), tmp_path / "out", threads=1)
    words = transformers.AutoTokenizer.from_pretrained(small.folder)("der Hund mag Wasser.", return_tensors="pt")
    models = [transformers.AutoModelForMaskedLM.from_pretrained(folder) for folder in (trained.folder, small.folder)]
    assert {model.dtype for model in models} == {torch.float32}
    full, rounded = (model(**words).logits.detach() for model in models)
    assert torch.nn.functional.cosine_similarity(full, rounded, dim=-1).min() > 0.98
    assert len(weights(small.folder)) < 0.9 * len(weights(trained.folder))


def test_the_table_that_guesses_words_is_the_table_of_words_and_is_written_once(trained: Outcome) -> None:
    with safe_open(trained.folder / "model.safetensors", framework="pt") as file:
        assert "predictions.decoder.weight" not in file.keys()  # noqa: SIM118  # the file is no dict


def test_the_encoder_scores_texts_and_its_training_shows(trained: Outcome) -> None:
    rows = [line.split("\t") for line in sorted(set(pairs()))[:20]]
    left, right = [row[2] for row in rows], [row[3] for row in rows]
    there = score(left, right, encoder=str(trained.folder), calibration="none")
    elsewhere = score(left, right[10:] + right[:10], encoder=str(trained.folder), calibration="none")
    assert there.corpus.value > elsewhere.corpus.value + 0.05


def test_progress_is_a_line_of_json_a_step(trained: Outcome) -> None:
    lines = [json.loads(line) for line in (trained.folder / "metrics.jsonl").read_text().splitlines()]
    assert [line["stage"] for line in lines] == sorted(line["stage"] for line in lines)
    assert set(lines[0]["losses"]) == {"pooled", "aligned"}
    assert set(lines[-1]["losses"]) == {"pooled", "aligned", "masked"}
    assert lines[-1]["step"] == lines[-1]["steps"]
    assert all(line["seconds_left"] >= 0 and 0 <= line["retrieved"] <= 1 for line in lines)


def test_the_same_seed_gives_the_same_weights(trained: Outcome, tmp_path: Path) -> None:
    again = pretrain(recipe(tmp_path), tmp_path / "out", threads=1)
    assert weights(again.folder) == weights(trained.folder)


def test_another_seed_gives_others(trained: Outcome, tmp_path: Path) -> None:
    other = pretrain(recipe(tmp_path, RECIPE + "seed: 1\n"), tmp_path / "out", threads=1)
    assert weights(other.folder) != weights(trained.folder)


@pytest.mark.parametrize("stage", [0, 1])
def test_a_run_that_was_stopped_in_a_stage_takes_the_same_steps_as_one_that_was_not(
    stage: int, trained: Outcome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "KEEP_EVERY", 0)
    monkeypatch.setattr(trainer, "LOG_EVERY", 1)

    def stop(progress: Progress) -> None:
        if (progress.stage, progress.step) == (stage, 4):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pretrain(recipe(tmp_path), tmp_path / "out", threads=1, tell=stop)
    again = pretrain(recipe(tmp_path), tmp_path / "out", threads=1)
    assert 0 < again.steps < trained.steps
    assert weights(again.folder) == weights(trained.folder)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_training_after_its_step_and_the_same_command_goes_on(
    number: int,
    code: int,
    trained: Outcome,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    def signalled(path: Path, progress: Progress) -> None:
        trainer.write_line(path, progress)
        if (progress.stage, progress.step) == (0, 4):
            os.kill(os.getpid(), number)

    before = signal.signal(number, signal.default_int_handler)  # a shell starts jobs in the background without one
    request.addfinalizer(lambda: signal.signal(number, before))
    monkeypatch.setattr(trainer, "LOG_EVERY", 1)
    monkeypatch.setattr(module, "write_line", signalled)
    command = ["pretrain", "--config", str(recipe(tmp_path)), "--out", str(tmp_path / "out"), "--threads", "1"]
    assert main(command) == code
    assert "stopped at step 4 of 59 in stage 0; the same command goes on\n" in capsys.readouterr().err
    assert main(command) == 0
    assert weights(tmp_path / "out") == weights(trained.folder)
    assert len(steps_told(tmp_path / "out")) == trained.steps


def steps_told(folder: Path) -> list[tuple[int, int]]:
    """Return the stage and the step of each line of progress; each is there once, in order."""
    lines = map(json.loads, (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines())
    told = [(line["stage"], line["step"]) for line in lines]
    assert told == sorted(set(told))
    return told


def test_steps_that_were_lost_are_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "LOG_EVERY", 1)

    def stop(progress: Progress) -> None:
        if progress.step == 4:
            with (tmp_path / "out" / "metrics.jsonl").open("a", encoding="utf-8") as log:
                log.write('{"stage": 0, "st')
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            pretrain(recipe(tmp_path), tmp_path / "out", threads=1, tell=stop)
    forget_after(tmp_path / "out" / "metrics.jsonl", 0, 4)
    assert steps_told(tmp_path / "out") == [(0, step) for step in range(1, 5)]


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        (
            "coverage: 0.98",
            "coverage: 1.0",
            r"the text's characters need \d+: raise `tokenizer: vocabulary`, or lower `tok",
        ),
        ("parallel: [pairs.tsv]", "parallel: [pears.tsv]", "no file matches"),
        ("epochs: 16", "epochs: 16, teacher: nope", r"recipe.yaml:6:34: cannot load the encoder 'nope'"),
    ],
)
def test_a_training_that_failed_before_it_made_anything_leaves_its_folder_free(
    right: str, wrong: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = RECIPE.replace("vocabulary: 400", "vocabulary: 340, coverage: 0.98")
    config, out = recipe(tmp_path, text.replace(right, wrong)), tmp_path / "out"
    with (tmp_path / "pairs.tsv").open("a", encoding="utf-8") as more:
        more.write("zh\tja\t" + "".join(map(chr, range(0x4E00, 0x4E60))) + "\tx\n")
    with pytest.raises((UsageError, InputError, FileNotFoundError), match=message):
        pretrain(config, out, threads=1)
    config.write_text(text)
    monkeypatch.setattr(module, "new_model", stopped)
    with pytest.raises(KeyboardInterrupt):
        pretrain(config, out, threads=1)
    assert (out / "recipe.json").is_file()


def stopped(*given: object) -> None:
    raise KeyboardInterrupt


def test_a_folder_that_is_a_file_is_told_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = recipe(tmp_path)
    assert main(["pretrain", "--config", str(config), "--out", str(config)]) == 2
    assert capsys.readouterr().err.endswith("recipe.yaml: cannot be written: File exists\n  name another folder\n")


def test_an_encoder_can_be_read_by_all_whom_the_umask_lets(trained: Outcome) -> None:
    modes = {path.name: path.stat().st_mode & 0o777 for path in trained.folder.iterdir() if path.is_file()}
    assert modes["model.safetensors"] == modes["state.safetensors"] == modes["config.json"]


def test_a_run_that_was_killed_leaves_nothing_broken(trained: Outcome, tmp_path: Path) -> None:
    config, out = recipe(tmp_path), tmp_path / "out"
    code = (
        "import sys, pathlib; from albert_robust.pretrain import trainer; trainer.KEEP_EVERY = 0; trainer.LOG_EVERY = 1\n"
        "from albert_robust.pretrain.pretrain import pretrain; pretrain(*map(pathlib.Path, sys.argv[1:]), threads=1)"
    )
    process = subprocess.Popen([sys.executable, "-c", code, config, out])
    while process.poll() is None and not (out / "state.safetensors").is_file():
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert weights(pretrain(config, out, threads=1).folder) == weights(trained.folder)


def test_a_run_that_is_finished_trains_nothing(trained: Outcome) -> None:
    before = weights(trained.folder)
    assert pretrain(trained.folder.parent / "recipe.yaml", trained.folder, threads=1).steps == 0
    assert weights(trained.folder) == before


def test_a_run_that_was_killed_after_its_last_step_is_written_all_the_same(trained: Outcome) -> None:
    before = weights(trained.folder)
    (trained.folder / "model.safetensors").unlink()
    assert pretrain(trained.folder.parent / "recipe.yaml", trained.folder, threads=1).steps == 0
    assert weights(trained.folder) == before


def test_an_encoder_that_no_recipe_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "model.safetensors").write_bytes(b"weights")
    with pytest.raises(UsageError, match="holds an encoder that no recipe made: choose another folder"):
        pretrain(recipe(tmp_path, RECIPE), tmp_path / "mine")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["model.safetensors"]


def test_a_number_of_threads_that_is_none_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["pretrain", "--config", "encoder.yaml", "--out", "encoder", "--threads", "0"]) == 2
    assert capsys.readouterr().err == "--threads 0: expected at least 1\n"


def test_a_folder_of_another_recipe_is_left_alone(trained: Outcome, tmp_path: Path) -> None:
    other = recipe(tmp_path, RECIPE.replace("epochs: 16", "epochs: 5"))
    with pytest.raises(UsageError, match="holds a run of another recipe: choose another folder, or empty this one"):
        pretrain(other, trained.folder)


def test_a_folder_of_other_text_is_left_alone(trained: Outcome, tmp_path: Path) -> None:
    other = recipe(tmp_path)
    (tmp_path / "en.txt").write_text("my friend sees the bread.\n\nthe cat likes water.\n", encoding="utf-8")
    with pytest.raises(UsageError, match="holds a run on other text: choose another folder, or empty this one"):
        pretrain(other, trained.folder)


def test_a_second_process_does_not_train_in_the_same_folder(trained: Outcome) -> None:
    message = r"another process trains in .*: wait for its end, or choose another folder"
    with FileLock(trained.folder / "pretrain.lock"), pytest.raises(UsageError, match=message):
        pretrain(trained.folder.parent / "recipe.yaml", trained.folder)


@pytest.mark.parametrize(
    "name", ["recipe.json", "state.safetensors", "sentences.safetensors", "tokenizer/tokenizer.json"]
)
def test_a_damaged_file_of_a_training_is_one_clear_line(name: str, trained: Outcome, tmp_path: Path) -> None:
    out = shutil.copytree(trained.folder, tmp_path / "out")
    (out / name).write_bytes(b"{")
    with pytest.raises(InputError, match=rf"{name}:1:1: damaged: .*\n  empty its folder: what was in it is made anew"):
        pretrain(trained.folder.parent / "recipe.yaml", out)


def test_two_processes_train_as_one(tmp_path: Path) -> None:
    # Without chance in a step, the parts of a batch give the gradients of the whole.
    text = RECIPE.replace("epochs: 16", "epochs: 16, token_dropout: 0").replace(
        ", aligned_weight: 0.5, aligned_rows: 16", ""
    )
    text = "".join(line for line in text.splitlines(keepends=True) if "attention" not in line)
    alone = pretrain(recipe(tmp_path / "one", text), tmp_path / "one" / "out", threads=1)
    config = recipe(tmp_path / "two", text)
    line = [
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node",
        "2",
        "-m",
        "albert_robust.cli",
        "pretrain",
    ]
    paths = ["--config", str(config), "--out", str(tmp_path / "two" / "out")]
    command = [sys.executable, *line, *paths, "--threads", "1"]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    left, right = (
        score(["der Hund"], ["the dog"], encoder=str(out), calibration="none")
        for out in (alone.folder, tmp_path / "two" / "out")
    )
    assert left.f[0] == pytest.approx(right.f[0], abs=0.02)


def shares(folder: Path) -> list[float]:
    """Return how much of the texts' vectors lies in each direction, shares of the whole, largest first."""
    vectors = load_encoder(str(folder), layer=0).embed([line.split("\t")[side] for line in pairs() for side in (2, 3)])
    sizes = np.linalg.svd(vectors, compute_uv=False) ** 2
    return list(sizes / sizes.sum())


def test_whitening_evens_the_directions_of_texts(trained: Outcome, tmp_path: Path) -> None:
    text = RECIPE.replace("epochs: 16,", "epochs: 16, whitened: 0.5,")
    evened = pretrain(recipe(tmp_path, text), tmp_path / "out", threads=1)
    assert shares(evened.folder)[0] < 0.7 * shares(trained.folder)[0]


def between(folder: Path) -> float:
    """Return how much of what is between texts and their translations lies in one direction, a share."""
    texts = zip(*(line.split("\t")[2:] for line in pairs()), strict=True)
    left, right = (load_encoder(str(folder), layer=0).embed(side) for side in texts)
    sizes = np.linalg.svd(left - right, compute_uv=False) ** 2
    return float(sizes[0] / sizes.sum())


def test_whitening_may_even_what_is_between_a_text_and_its_translation(trained: Outcome, tmp_path: Path) -> None:
    text = RECIPE.replace("epochs: 16,", "epochs: 16, whitened: 0.5, whitened_by: translations,")
    evened = pretrain(recipe(tmp_path, text), tmp_path / "out", threads=1)
    assert between(evened.folder) < 0.7 * between(trained.folder)


def token_vectors(folder: Path) -> NDArray[np.float32]:
    """Return the vectors of some tokens, without their places."""
    return np.concatenate([read for _, read in load_encoder(str(folder), layer=0).read([list(range(5, 300))])])[:, :16]


def spread_of_lengths(folder: Path) -> float:
    """Return the SD of the logarithms of the tokens' lengths."""
    return float(np.log(np.linalg.norm(token_vectors(folder), axis=1)).std())


def test_the_lengths_of_vectors_may_be_evened(trained: Outcome, tmp_path: Path) -> None:
    text = RECIPE.replace("epochs: 16,", "epochs: 16, lengths: 0.5,")
    evened = pretrain(recipe(tmp_path, text), tmp_path / "out", threads=1)
    assert spread_of_lengths(evened.folder) == pytest.approx(spread_of_lengths(trained.folder) / 2, rel=0.05)


def test_a_stage_may_end_between_where_it_began_and_where_it_came_to(trained: Outcome, tmp_path: Path) -> None:
    began, away = unit(token_vectors(trained.folder)), []
    for share in (0.0, 0.5):
        folder = tmp_path / str(share)
        stage = f"  - {{train: vectors, epochs: 16, batch: 64, learning_rate: 0.1, averaged: {share}}}\n"
        text = RECIPE.replace("  - {train: attention", stage + "  - {train: attention")
        ended = pretrain(recipe(folder, text), folder / "out", threads=1)
        away.append(float(np.linalg.norm(unit(token_vectors(ended.folder)) - began, axis=1).mean()))
    assert away[1] < 0.8 * away[0]


def test_texts_made_of_two_are_told_apart_too(tmp_path: Path) -> None:
    text = RECIPE.replace("epochs: 16,", "epochs: 16, margin: 0.2, both_sides: true, turned: 0.5, joined_weight: 0.5,")
    outcome = pretrain(recipe(tmp_path, text), tmp_path / "out", threads=1)
    lines = map(json.loads, (outcome.folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines())
    joined = [line["losses"]["joined"] for line in lines if line["stage"] == 0]
    assert joined[-1] < 0.5 * joined[0]


def test_a_teacher_is_learnt_from(trained: Outcome, tmp_path: Path) -> None:
    taught = RECIPE.replace("aligned_weight: 0.5, aligned_rows: 16", f"teacher: {trained.folder}, teacher_weight: 0.5")
    outcome = pretrain(recipe(tmp_path, taught), tmp_path / "out", threads=1)
    assert weights(outcome.folder) != weights(trained.folder)


def test_a_wrong_key_of_a_recipe_has_its_line(tmp_path: Path) -> None:
    wrong = recipe(tmp_path, RECIPE.replace("hidden: 32", "hiden: 32").replace("epochs: 1,", "epochs: -1,"))
    with pytest.raises(InputError) as caught:
        read_recipe(wrong)
    assert [complaint.place.line for complaint in caught.value.complaints] == [4, 7]
    assert "recipe.yaml:4:31: unknown key 'hiden'\n  did you mean 'hidden'?" in str(caught.value)


@pytest.mark.parametrize(
    ("size", "complaint"),
    [("hidden: 31", "at least embedding + 16"), ("hidden: 33", "multiple of heads: 33 is none of 2")],
)
def test_sizes_that_do_not_fit_are_told(size: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=complaint.replace("+", r"\+")):
        read_recipe(recipe(tmp_path, RECIPE.replace("hidden: 32", size)))


@pytest.mark.parametrize(
    ("train", "setting"),
    [
        ("attention", "languages: 4"),
        ("attention", "whitened: 0.2"),
        ("attention", "whitened_by: translations"),
        ("attention", "lengths: 0.8"),
        ("attention", "averaged: 0.5"),
        ("attention", "joined_weight: 0.5"),
        ("vectors", "masked_weight: 0.5"),
    ],
)
def test_a_setting_that_does_nothing_in_its_stage_is_told(train: str, setting: str, tmp_path: Path) -> None:
    stages = RECIPE[: RECIPE.index("stages:")] + f"stages:\n  - {{train: {train}, {setting}}}\n"
    with pytest.raises(InputError, match=f"{setting.split(':')[0]} does nothing in a stage that trains {train}"):
        read_recipe(recipe(tmp_path, stages))


def test_a_recipe_that_names_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no file matches '.*nowhere\*'"):
        pretrain(recipe(tmp_path, RECIPE.replace("pairs.tsv", "nowhere*")), tmp_path / "out")
    nothing = RECIPE.replace("parallel: [pairs.tsv], lexicons: [de-en.tsv], monolingual: [en.txt], ", "")
    with pytest.raises(FileNotFoundError, match="the recipe names no text"):
        pretrain(recipe(tmp_path, nothing), tmp_path / "other")
