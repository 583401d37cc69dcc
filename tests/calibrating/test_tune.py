"""Tuning on background text: what is tried, what it is worth, and that a search can be broken off."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import made_up
import pytest
from filelock import FileLock
from made_up import WORDS, sentences

from albert_robust.calibrating.background import Background
from albert_robust.calibrating.tune import LAMBDA, Trial, area_under_curve, tune
from albert_robust.cli import main
from albert_robust.errors import InputError, UsageError
from albert_robust.scoring.encoder import Encoder
from albert_robust.scoring.profile import load_profile
from albert_robust.scoring.scorer import Scorer

pytest.importorskip("optuna")


@pytest.fixture(scope="module", name="background")
def read_background() -> Background:
    """Two sources of sentences, and short lines."""
    return made_up.background()


def search(encoder: Encoder, background: Background, trials: int, **options: object) -> list[Trial]:
    return tune(encoder.name, background, trials=trials, layers=[0, 1], **options)  # type: ignore[arg-type]  # options of tests


def test_the_area_counts_pairs_in_the_right_order_and_ties_half() -> None:
    # Of 12 pairs: 3 for 0.9, twice 2 and a tie for 0.5, 1 for 0.1.
    assert area_under_curve([0.9, 0.5, 0.5, 0.1], [0.5, 0.2, 0.0]) == pytest.approx(9 / 12)


def test_the_best_trial_comes_first_and_is_worth_what_is_said(encoder: Encoder, background: Background) -> None:
    trials = search(encoder, background, 4)
    assert len(trials) == 4
    assert [trial.value for trial in trials] == sorted((trial.value for trial in trials), reverse=True)
    assert all(trial.value == pytest.approx(trial.auc - LAMBDA * trial.bias) for trial in trials)


def test_the_same_seed_searches_alike(encoder: Encoder, background: Background) -> None:
    assert search(encoder, background, 3) == search(encoder, background, 3)


def test_a_search_that_was_broken_off_goes_on(encoder: Encoder, background: Background, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    first = search(encoder, background, 2, study=tmp_path / "study.log")
    both = search(
        encoder, background, 3, study=tmp_path / "study.log", progress=lambda done, of, trial: seen.append((done, of))
    )
    assert seen == [(2, 3), (3, 3)]
    assert len(both) == 3
    assert all(trial in both for trial in first)


def test_a_search_that_was_killed_as_it_wrote_goes_on(
    encoder: Encoder, background: Background, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    study = Path("study.log")
    first = search(encoder, background, 1, study=study)
    Path("study.log.lock").symlink_to("study.log")  # Optuna's own lock
    with study.open("ab") as journal:
        journal.write(b'{"op_code": 4, "worker_id": "half a li')
    both = search(encoder, background, 2, study=study)
    assert len(both) == 2
    assert first[0] in both


def test_two_searches_do_not_share_a_study(encoder: Encoder, background: Background, tmp_path: Path) -> None:
    study = tmp_path / "study.log"
    with FileLock(f"{study}.search"), pytest.raises(UsageError, match="another process searches in"):
        search(encoder, background, 1, study=study)


def test_a_file_that_keeps_no_study_is_left_alone(encoder: Encoder, background: Background, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine, without a last line feed")
    with pytest.raises(InputError, match="no file of an earlier search"):
        search(encoder, background, 1, study=tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "mine, without a last line feed"


def test_a_study_of_another_search_is_refused(
    encoder: Encoder, background: Background, tiny: Callable[..., Path], tmp_path: Path
) -> None:
    study, other = tmp_path / "study.log", Background(background.texts, background.translations[:-1])
    search(encoder, background, 1, study=study)
    others: list[tuple[str, Background, dict[str, Any]]] = [
        (encoder.name, background, {"layers": [0]}),
        (encoder.name, background, {"layers": [0, 1], "seed": 1}),
        (encoder.name, other, {"layers": [0, 1]}),
        (str(tiny(max_position_embeddings=128)), background, {"layers": [0, 1]}),
    ]
    for name, texts, options in others:
        with pytest.raises(
            UsageError,
            match=r"a search of another encoder, text or seed, of other layers, or of another score: name another file",
        ):
            tune(name, texts, trials=2, study=study, **options)
    assert len(search(encoder, background, 2, study=study)) == 2


def test_trials_of_another_definition_of_the_score_are_not_gone_on_with(
    encoder: Encoder, background: Background, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    search(encoder, background, 1, study=tmp_path / "study.log")
    monkeypatch.setattr("albert_robust.calibrating.tune.DEFINITION", -1)
    with pytest.raises(UsageError, match=r"a search of another encoder.* or of another score"):
        search(encoder, background, 1, study=tmp_path / "study.log")


def test_layers_and_trials_that_cannot_be_are_told_before_the_search(encoder: Encoder, background: Background) -> None:
    with pytest.raises(UsageError, match="has layers 0 to 2, got 7"):
        tune(encoder.name, background, trials=1, layers=[0, 7])
    with pytest.raises(UsageError, match="trials: 0, expected at least 1"):
        search(encoder, background, 0)


@pytest.mark.parametrize("wrong", [["--layers", "9"], ["--trials", "0"]], ids=["layers", "trials"])
def test_the_command_tells_of_layers_and_trials_that_cannot_be_before_it_reads_text(
    encoder: Encoder, tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: list[str]
) -> None:
    (tmp_path / "pairs.tsv").write_text("a bad line\n")
    assert main(["tune", "--encoder", encoder.name, "--parallel", str(tmp_path / "pairs.tsv"), *wrong]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert "has layers 0 to 2, got 9" in told or told == "trials: 0, expected at least 1"


@pytest.mark.parametrize("command", ["calibrate", "tune"])
def test_the_embedded_encoders_own_profile_is_not_written_over(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main([command, "--parallel", "pairs.tsv"]) == 2
    assert "name another folder with --out" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["calibrate", "tune"])
@pytest.mark.parametrize("effort", ["0", "-1", "nan", "inf"])
def test_an_effort_that_is_none_is_told_first(
    capsys: pytest.CaptureFixture[str], command: str, effort: str, tmp_path: Path
) -> None:
    assert main([command, "--out", str(tmp_path), "--effort", effort]) == 2
    assert f"effort: {float(effort)}, expected a number above 0" in capsys.readouterr().err


def test_the_command_prints_the_trials_and_writes_the_profile_of_the_best(
    encoder: Encoder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = sentences(80)
    lines = [f"en\t{tag}\t{row['en']}\t{row[tag]}" for tag in ("de", "zh") for row in rows]
    (tmp_path / "pairs.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = ["--encoder", encoder.name, "--parallel", str(tmp_path / "pairs.tsv"), "--out", str(tmp_path / "profile")]
    assert main(["tune", *options, "--trials", "2", "--layers", "0", "1", "--effort", "0.1", "--json"]) == 0
    trials = json.loads(capsys.readouterr().out)
    profile = load_profile(tmp_path / "profile")
    assert profile.layer == trials[0]["layer"]
    assert set(profile.languages) == {*WORDS, "und"}
    assert Scorer(encoder.name, profile=profile).encoder.layer == profile.layer


def test_an_interrupted_search_keeps_its_trials_and_says_so(
    encoder: Encoder, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = sentences(80)
    (tmp_path / "pairs.tsv").write_text(
        "".join(f"en\tde\t{row['en']}\t{row['de']}\n" for row in rows), encoding="utf-8"
    )
    pairs, out = str(tmp_path / "pairs.tsv"), tmp_path / "profile"
    command = [
        "tune",
        "--encoder",
        encoder.name,
        "--parallel",
        pairs,
        "--out",
        str(out),
        "--trials",
        "2",
        "--layers",
        "0",
    ]
    worths = iter([(0.9, 0.1)])

    def interrupted(*_: Any) -> tuple[float, float]:
        for found in worths:
            return found
        raise KeyboardInterrupt

    monkeypatch.setattr("albert_robust.calibrating.tune.worth", interrupted)
    assert main(command) == 130
    told = capsys.readouterr().err
    assert "2 trials, 0 of them done before" in told
    assert f"stopped: 1 trials are kept in {out}; the same command goes on" in told
    assert "Traceback" not in told
    worths = iter([(0.8, 0.1)])
    assert main([*command, "--effort", "0.1"]) == 0
    assert "2 trials, 1 of them done before" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["calibrate", "tune"])
def test_a_file_in_the_place_of_the_profile_s_folder_is_told(
    capsys: pytest.CaptureFixture[str], command: str, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    assert main([command, "--out", str(tmp_path / "file")]) == 2
    assert "is no folder: name the folder that the profile goes to" in capsys.readouterr().err


def test_ceilings_that_a_profile_lacks_or_loses_are_told(
    encoder: Encoder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = sentences(80)
    (tmp_path / "pairs.tsv").write_text(
        "".join(f"en\tde\t{row['en']}\t{row['de']}\n" for row in rows), encoding="utf-8"
    )
    texts = tmp_path / "texts"
    texts.mkdir()
    for tag in ("en", "de"):
        (texts / f"{tag}.txt").write_text("".join(f"{row[tag]}\n" for row in rows), encoding="utf-8")
    options = [
        "calibrate",
        "--encoder",
        encoder.name,
        "--out",
        str(tmp_path / "out"),
        "--layer",
        "0",
        "--effort",
        "0.1",
    ]
    assert main([*options, "--parallel", str(tmp_path / "pairs.tsv")]) == 0
    assert capsys.readouterr().err == ""
    assert main([*options, "--texts", str(texts)]) == 0
    lacks, lost = capsys.readouterr().err.splitlines()
    assert lacks.startswith("no ceilings for de en: scores across languages are on no scale there")
    assert lost == f"the profile that was in {tmp_path / 'out'} had ceilings for de en"


def test_the_command_makes_a_profile_without_a_search(
    encoder: Encoder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "en.txt").write_text("\n".join(row["en"] for row in sentences(80)) + "\n", encoding="utf-8")
    options = ["--encoder", encoder.name, "--texts", str(texts), "--out", str(tmp_path / "profile")]
    assert main(["calibrate", *options, "--layer", "1", "--effort", "0.1"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("1 languages: en\n")
    assert load_profile(tmp_path / "profile").digest in printed
    assert main(["calibrate", *options, "--layer", "9"]) == 2
    assert "has layers 0 to 2, got 9" in capsys.readouterr().err
