"""Search over a recipe's settings: what is tried, what it is worth, that it can be broken off, and what is written."""

import json
import math
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import yaml
from test_pretrain import recipe

from albert_robust.cli import main
from albert_robust.data.parallel import ParallelRow
from albert_robust.errors import InputError, MissingExtraError, UsageError
from albert_robust.pretrain import bench, evaluate, trainer
from albert_robust.pretrain.bench import Trial
from albert_robust.pretrain.picture import search_svg
from albert_robust.pretrain.pretrain import pretrain
from albert_robust.pretrain.recipe import TextSources
from albert_robust.pretrain.search import Found, importances, kept_trials, search
from albert_robust.pretrain.space import Drawn, Search, Setting, Space, read_space

pytest.importorskip("optuna")

SVG = "{http://www.w3.org/2000/svg}"
TINY = """\
name: tiny
text: {parallel: [pairs.tsv], lexicons: [de-en.tsv], typos: 0.1}
tokenizer: {vocabulary: 400, max_lines: 400}
architecture: {embedding: 16, hidden: 32, heads: 2, intermediate: 16, layers: 1, positions: 64, labs_layer: 0}
stages:
  - {train: vectors, epochs: 2, batch: 32}
"""
HEAD = "recipe: recipe.yaml\npairs: 100\nheld_out: 12\n"
GRID = HEAD + "search: grid\nsettings:\n  stages.0.learning_rate: [0.0001, 0.01]\n  architecture.embedding: [8, 16]\n"
BAYES = (
    HEAD
    + "trials: 5\nsettings:\n  stages.0.learning_rate: {low: 0.0001, high: 0.01, log: true}\n  text.typos: [0.0, 0.2]\n"
)


def space(folder: Path, text: str = GRID) -> Path:
    recipe(folder, TINY)
    (folder / "space.yaml").write_text(text, encoding="utf-8")
    return folder / "space.yaml"


def drawn(found: Found) -> list[Any]:
    return [trial.settings for trial in sorted(found.trials, key=lambda trial: trial.number)]


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Return a finished search of four trials."""
    folder = tmp_path_factory.mktemp("search")
    return search(space(folder), folder / "out", threads=1)


@pytest.fixture
def untrained(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let trials be worth a number that their settings decide, without any training; return what was made."""
    made: list[int] = []

    def make(self: bench.Bench, number: int, settings: dict[str, Any], tell: object) -> Trial:
        made.append(number)
        rate = float(settings.get("stages.0.learning_rate", 0.001))
        trial = Trial(number, settings, round(1 / (1 + abs(math.log(rate / 0.003))), 6))
        (self.folder / "trials" / f"{number:04}").mkdir(parents=True)
        bench.write_json(self.folder / "trials" / f"{number:04}" / bench.TRIAL, asdict(trial))
        return trial

    monkeypatch.setattr(bench.Bench, "make", make)
    return made


def test_a_grid_tries_every_combination_once(grid: Found) -> None:
    assert len(grid.trials) == 4
    assert {tuple(trial.settings.values()) for trial in grid.trials} == {
        (rate, size) for rate in (0.0001, 0.01) for size in (8, 16)
    }


def test_the_best_trial_comes_first_and_a_rate_that_is_too_small_is_none(grid: Found) -> None:
    values = [trial.value or 0.0 for trial in grid.trials]
    assert values == sorted(values, reverse=True)
    assert grid.best.settings["stages.0.learning_rate"] == 0.01
    assert values[0] > values[-1]


def test_a_trial_has_its_costs_and_its_encoder(grid: Found) -> None:
    small, large = (
        next(trial for trial in grid.trials if trial.settings["architecture.embedding"] == size) for size in (8, 16)
    )
    assert 0 < small.parameters < large.parameters
    assert large.megabytes > 0
    assert set(large.languages) == {"de-en"}
    weights = grid.folder / "trials" / f"{large.number:04}" / "model.safetensors"
    assert weights.stat().st_size / 1e6 == pytest.approx(large.megabytes, abs=0.01)


def test_no_trial_trains_on_a_text_that_is_held_out(grid: Found) -> None:
    held_out = evaluate.read_pairs(grid.folder / "held-out.tsv")
    [path] = (grid.folder / "text").iterdir()
    trained = {text for row in evaluate.read_pairs(path) for text in (row.text, row.other_text)}
    assert len(held_out) == 12
    assert len({row.text for row in held_out} | {row.other_text for row in held_out}) == 24
    assert not trained & {text for row in held_out for text in (row.text, row.other_text)}


def test_trials_share_the_tokenizer_and_keep_no_state(grid: Found) -> None:
    [shared] = (grid.folder / "shared").iterdir()
    assert {path.name for path in shared.iterdir()} == {"tokenizer", "sentences-64.safetensors"}
    assert not list(grid.folder.glob("trials/*/state.safetensors"))
    assert not list(grid.folder.glob("trials/*/sentences.safetensors"))


def test_the_parts_of_an_interrupted_training_are_added_up(tmp_path: Path) -> None:
    told = [(0, 20, 5.0), (0, 40, 10.0), (0, 40, 6.0), (0, 60, 12.0), (1, 20, 3.0)]  # it went on at step 20
    lines = [json.dumps({"stage": stage, "step": step, "seconds": seconds}) for stage, step, seconds in told]
    (tmp_path / "metrics.jsonl").write_text("\n".join(lines) + "\n")
    assert bench.seconds(tmp_path / "metrics.jsonl") == 10 + 12 + 3


def test_trials_of_other_text_have_a_tokenizer_of_their_own_and_the_same_texts_held_out(tmp_path: Path) -> None:
    settings = "settings:\n  text.words_held_out: [0.0, 0.9]\n  seed: [0, 1]\n"
    found = search(space(tmp_path, HEAD + "search: grid\n" + settings), tmp_path / "out", threads=1)
    assert [trial.failed for trial in found.trials] == [""] * 4
    assert len(list((tmp_path / "out" / "text").iterdir())) == 2
    assert len(list((tmp_path / "out" / "shared").iterdir())) == 4


def test_the_best_recipe_trains_on_the_whole_text(grid: Found, tmp_path: Path) -> None:
    best = yaml.safe_load((grid.folder / "best.yaml").read_text())
    assert best["stages"][0]["learning_rate"] == grid.best.settings["stages.0.learning_rate"]
    assert best["text"]["parallel"] == ["../pairs.tsv"]
    outcome = pretrain(grid.folder / "best.yaml", tmp_path / "encoder", threads=1)
    assert outcome.pairs > 200
    assert (outcome.folder / "model.safetensors").is_file()


def test_a_finished_search_makes_no_trial(grid: Found, untrained: list[int]) -> None:
    again = search(grid.folder.parent / "space.yaml", grid.folder)
    assert again == grid
    assert untrained == []


def test_the_same_seed_searches_alike_and_another_otherwise(tmp_path: Path, untrained: list[int]) -> None:
    found = [
        drawn(search(space(tmp_path, f"{BAYES}seed: {seed}\n"), tmp_path / f"out{number}"))
        for number, seed in enumerate((0, 0, 1))
    ]
    assert found[0] == found[1] != found[2]


def test_a_search_that_goes_on_draws_what_one_without_a_break_does(tmp_path: Path, untrained: list[int]) -> None:
    path = space(tmp_path, BAYES.replace("trials: 5", "trials: 12"))
    whole = search(path, tmp_path / "whole")

    def stop(done: int, of: int, trial: Trial) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(path, tmp_path / "broken", told=stop)
    untrained.clear()
    broken = search(path, tmp_path / "broken")
    assert len(untrained) == 5
    assert broken.trials == whole.trials


def test_a_search_that_was_killed_in_the_midst_of_a_write_goes_on(
    tmp_path: Path, untrained: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = search(space(tmp_path, BAYES), Path("out"))
    Path("out/study.log.lock").symlink_to("out/study.log")
    with Path("out/study.log").open("a") as journal:
        journal.write('{"op_code":4,"wor')
    more = search(space(tmp_path, BAYES.replace("trials: 5", "trials: 7")), Path("out"))
    assert len(more.trials) == 7
    assert all(trial in more.trials for trial in first.trials)


def test_a_search_that_lost_its_study_keeps_its_trials(tmp_path: Path, untrained: list[int]) -> None:
    first = search(space(tmp_path, BAYES), tmp_path / "out")
    (tmp_path / "out" / "study.log").unlink()
    more = search(space(tmp_path, BAYES.replace("trials: 5", "trials: 7")), tmp_path / "out")
    assert len(more.trials) == 7
    assert all(trial in more.trials for trial in first.trials)


def test_an_interrupted_trial_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer, "KEEP_EVERY", 0)
    monkeypatch.setattr(trainer, "LOG_EVERY", 1)
    path, steps = space(tmp_path), []

    def stop(number: int, progress: Any) -> None:
        if (number, progress.step) == (1, 3):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        search(path, tmp_path / "out", threads=1, tell=stop)
    assert [trial.number for trial in kept_trials(tmp_path / "out")] == [0]
    found = search(
        path, tmp_path / "out", threads=1, tell=lambda number, progress: steps.append((number, progress.step))
    )
    assert steps[0] == (1, 3)  # the step that was told of, but not kept
    assert [trial.number for trial in sorted(found.trials, key=lambda trial: trial.number)] == [0, 1, 2, 3]


def test_no_combination_is_tried_twice_and_there_are_no_more_trials_than_combinations(
    tmp_path: Path, untrained: list[int]
) -> None:
    text = (
        HEAD + "trials: 50\nsettings:\n  stages.0.learning_rate: [0.001, 0.002, 0.003]\n  text.typos: [0, 0.1, 0.2]\n"
    )
    found = search(space(tmp_path, text), tmp_path / "out")
    assert len({tuple(trial.settings.values()) for trial in found.trials}) == len(found.trials) == 9


@pytest.mark.parametrize("name", ["space.json", "trials/0000/trial.json"])
def test_a_damaged_file_of_a_search_is_one_clear_line(name: str, grid: Found, tmp_path: Path) -> None:
    out = shutil.copytree(grid.folder, tmp_path / "out")
    (out / name).write_bytes(b"{")
    with pytest.raises(InputError, match=rf"{name}:1:1: damaged: .*\n  empty its folder: what was in it is made anew"):
        search(space(tmp_path), out, threads=1)


def test_a_search_may_be_given_more_trials_but_no_other_settings(tmp_path: Path, untrained: list[int]) -> None:
    first = search(space(tmp_path, BAYES), tmp_path / "out")
    more = search(space(tmp_path, BAYES.replace("trials: 5", "trials: 7")), tmp_path / "out")
    assert len(more.trials) == 7
    assert all(trial in more.trials for trial in first.trials)
    with pytest.raises(UsageError, match="holds a search of other settings: choose another folder, or empty this one"):
        search(space(tmp_path, BAYES.replace("0.01", "0.02")), tmp_path / "out")


def test_a_combination_that_breaks_the_grammar_has_failed_and_the_search_goes_on(tmp_path: Path) -> None:
    text = HEAD + "search: grid\nsettings:\n  architecture.embedding: [16, 24]\n"
    found = search(space(tmp_path, text), tmp_path / "out", threads=1)
    good, bad = found.trials
    assert good.value is not None
    assert (bad.settings, bad.value) == ({"architecture.embedding": 24}, None)
    assert bad.failed == "hidden must be at least embedding + 16: a token's vector and its place"
    assert "Not drawn: 1 trial that failed." in (tmp_path / "out" / "search.svg").read_text()


def test_a_search_whose_trials_all_fail_says_why(tmp_path: Path) -> None:
    text = HEAD + "search: grid\nsettings:\n  architecture.embedding: [24, 32]\n"
    with pytest.raises(UsageError, match="all 2 trials failed; the first: hidden must be at least"):
        search(space(tmp_path, text), tmp_path / "out", threads=1)


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ("stages.0.epoch: [1]", "the recipe has no setting 'stages.0.epoch'\n  did you mean 'stages.0.epochs'?"),
        ("stages.1.epochs: [1]", "the recipe has no setting 'stages.1.epochs'\n  did you mean 'stages.0.epochs'?"),
        ("text.parallel: [a.tsv]", "the recipe has no setting 'text.parallel'"),
        ("stages.0.token_dropout: [0.1, 2]", "2: input should be less than 1"),
        ("stages.0.epochs: {low: -1, high: 2}", "-1: input should be greater than 0"),
        ("stages.0.epochs: {low: 2, high: 1}", "low must be below high: 2 is not below 1"),
        ("stages.0.epochs: {low: 1}", "expected a list of values, or a range with low and high"),
        ("stages.0.epochs: {low: 1, hihg: 2}", "unknown key 'hihg'\n  did you mean 'high'?"),
        ("stages.0.epochs: []", "expected values: numbers, words, true, false or null"),
        ("stages.0.epochs: [1, 1]", "a value is listed twice"),
        ("stages.0.epochs: {low: 1, high: 4, log: true, step: 1}", "a range that is searched by factors"),
    ],
)  # fmt: skip
def test_a_mistake_has_its_line(wrong: str, complaint: str, tmp_path: Path) -> None:
    path = space(tmp_path, HEAD + "settings:\n  text.typos: [0]\n  " + wrong + "\n")
    with pytest.raises(InputError) as caught:
        read_space(path)
    assert re.search(rf"space.yaml:6:\d+: {re.escape(complaint)}", str(caught.value)), str(caught.value)


def test_the_example_in_the_docs_is_a_search_of_the_shipped_recipe() -> None:
    found = read_space(Path(__file__).resolve().parents[2] / "docs" / "search.yaml")
    assert found.recipe.name == "encoder.yaml"
    assert list(found.settings) == ["stages.0.learning_rate", "stages.0.token_dropout", "architecture.embedding"]


def test_a_grid_needs_an_end_of_values(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a grid needs every value of 'stages\.0\.learning_rate'\n  list the values"):
        read_space(space(tmp_path, BAYES + "search: grid\n"))
    assert Setting(low=1, high=7, step=2).every == [1, 3, 5, 7]
    assert Setting(low=0.1, high=0.3, step=0.1).every == pytest.approx([0.1, 0.2, 0.3])


def test_a_recipe_that_is_not_there_has_its_line(tmp_path: Path) -> None:
    path = space(tmp_path, GRID.replace("recipe.yaml", "nowhere.yaml"))
    with pytest.raises(InputError, match=r"space.yaml:1:1: there is no recipe at 'nowhere.yaml'"):
        read_space(path)


def test_too_few_translations_are_told(tmp_path: Path) -> None:
    path = space(tmp_path, GRID.replace("held_out: 12", "held_out: 100"))
    with pytest.raises(UsageError, match=r"has \d+ translations that can be held out, .* not 100: lower `held_out`"):
        search(path, tmp_path / "out")


def test_without_optuna_the_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("albert_robust.errors.find_spec", lambda module: None)
    with pytest.raises(MissingExtraError, match=r"a search needs optuna: pip install 'albert-robust\[tune\]'"):
        search(space(tmp_path), tmp_path / "out")


def test_a_second_process_does_not_search_in_the_same_folder(tmp_path: Path, untrained: list[int]) -> None:
    path = space(tmp_path, BAYES)

    def enter(done: int, of: int, trial: Trial) -> None:
        with pytest.raises(UsageError, match="another process searches in"):
            search(path, tmp_path / "out")

    assert len(search(path, tmp_path / "out", told=enter).trials) == 5


def test_texts_are_held_out_as_evenly_over_languages_as_there_are(write: Callable[..., Path]) -> None:
    rows = [f"en\t{tag}\ten {tag} {n}\t{tag} {n}\n" for tag, many in (("de", 500), ("fr", 50)) for n in range(many)]
    path = write(p_dot_tsv="".join(rows + ["en\ten\tx\tx\n"] * 50))
    held_out = evaluate.hold_out(TextSources(parallel=["p.tsv"]), path.parent, 0, 30)
    assert [row.other_language for row in held_out].count("fr") == 10  # a fifth of them
    assert [row.other_language for row in held_out].count("de") == 20


def test_a_text_is_found_where_its_translation_is_the_nearest_of_all() -> None:
    class Encoder:
        """Reads a text as its numbers."""

        def embed(self, texts: list[str]) -> Any:
            return np.array([[float(number) for number in text.split()] for text in texts])

    rows = [
        ParallelRow("en", "de", "1 0 0", "1 0 0"),
        ParallelRow("en", "de", "0 1 0", "0 0 1"),  # nearer to the third one's, and that to this
        ParallelRow("en", "fr", "0 0 1", "0 1 0"),
        ParallelRow("fr", "en", ".6 .6 .6", ".6 .6 .6"),
    ]
    shares = evaluate.shares_found(Encoder(), rows)  # type: ignore[arg-type]  # as much of an encoder as is needed
    assert shares == {"de-en": 0.5, "en-fr": 0.5}


def made_up(count: int) -> tuple[Space, list[Trial]]:
    """Trials whose worth the learning rate alone decides."""
    rng = Random(0)
    settings = {
        "stages.0.learning_rate": Setting(low=0.001, high=0.01, log=True),
        "stages.0.epochs": Setting(values=[1, 2, 4]),
    }
    found = []
    for number in range(count):
        rate = 0.001 * 10 ** rng.random()
        chosen = {"stages.0.learning_rate": rate, "stages.0.epochs": rng.choice([1, 2, 4])}
        found.append(Trial(number, chosen, round(1 - abs(math.log(rate / 0.004)) / 3, 6)))
    plan = Search(recipe="r.yaml", pairs=2, settings=settings)
    return Space(plan, Path("r.yaml"), {}), sorted(found, key=lambda trial: -(trial.value or 0))


def test_the_setting_that_decides_is_told_from_one_that_does_not() -> None:
    shares = importances(*made_up(20))
    assert list(shares) == ["stages.0.learning_rate", "stages.0.epochs"]
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["stages.0.learning_rate"] > 0.8


def test_what_mattered_is_not_told_from_too_few_trials_or_from_equal_ones() -> None:
    plan, trials = made_up(8)
    assert importances(plan, trials[:4]) == {}
    assert importances(plan, [replace(trial, value=0.5) for trial in trials]) == {}
    assert importances(plan, trials)


def test_importances_need_neither_scikit_learn_nor_scipy(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules.update(sklearn=None, scipy=None, pandas=None)\n"
        "sys.path.insert(0, sys.argv[1]); import test_search; assert test_search.importances(*test_search.made_up(9))"
    )
    subprocess.run([sys.executable, "-c", code, str(Path(__file__).parent)], check=True)


def points(trials: list[Trial]) -> list[tuple[Drawn, float]]:
    return [(trial.settings, trial.value or 0.0) for trial in trials]


def test_the_picture_has_a_dot_for_each_trial_in_each_panel_inside_its_frame() -> None:
    plan, trials = made_up(20)
    root = ElementTree.fromstring(search_svg(plan.settings, points(trials), importances(plan, trials)))
    dots = root.findall(f".//{SVG}circle")
    assert len(dots) == 40
    assert len([dot for dot in dots if dot.get("class") == "dot best"]) == 2
    assert all(0 <= float(dot.get("cx", -1)) <= float(root.get("width", 0)) / 2 for dot in dots)
    assert len(root.findall(f"{SVG}rect[@class='bar']")) == 2


@pytest.mark.parametrize("nasty", ["</svg><script>alert(1)</script>", '" onload="x', "\u202eabc\x00", "]]>", "a" * 500])
def test_any_value_makes_a_well_formed_picture_without_active_content(nasty: str) -> None:
    settings = {"stages.0.teacher": Setting(values=[nasty, None, True])}
    drawn = [({"stages.0.teacher": value}, 0.5) for value in (nasty, None, True)]
    svg = search_svg(settings, drawn, {"stages.0.teacher": 1.0})
    tags = {node.tag.removeprefix(SVG) for node in ElementTree.fromstring(svg).iter()}
    assert tags <= {"svg", "title", "desc", "style", "rect", "text", "g", "path", "circle"}
    assert not re.search('onload="|[\x00-\x08\u202e]', svg)


def test_a_picture_without_importances_says_so(tmp_path: Path) -> None:
    plan, trials = made_up(3)
    assert "Not told: too few trials succeeded" in search_svg(plan.settings, points(trials), {})


def test_the_command_prints_the_trials_and_what_mattered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], untrained: list[int]
) -> None:
    options = ["pretrain", "--search", str(space(tmp_path, BAYES)), "--out", str(tmp_path / "out")]
    assert main(options) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["trial", "value", "seconds", "parameters", "MB", "stages.0.learning_rate", "text.typos"]
    values = [float(line.split()[1]) for line in lines[1:6]]
    assert values == sorted(values, reverse=True)
    assert lines[6].startswith("setting")
    assert lines[-1] == f"best recipe: {tmp_path}/out/best.yaml; what mattered: {tmp_path}/out/search.svg"
    assert main([*options, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert [trial["value"] for trial in facts["trials"]] == pytest.approx(values, abs=5e-5)


def test_the_command_wants_a_recipe_or_a_search(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["pretrain", "--out", str(tmp_path)])
    assert main(["pretrain", "--config", "r.yaml", "--out", str(tmp_path), "--json"]) == 2
    assert "--json goes with --search" in capsys.readouterr().err
