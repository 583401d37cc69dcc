"""From background text to a profile, with a tiny untrained encoder: the anchors hold whatever the encoder."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import made_up
import numpy as np
import pytest
from made_up import WORDS, sentences

from albert_robust.calibrating.background import Background
from albert_robust.calibrating.calibrate import Choice, calibrate
from albert_robust.calibrating.damage import chunks, damaged
from albert_robust.calibrating.material import Effort, gather
from albert_robust.errors import UsageError
from albert_robust.scoring.calibration import LEAST, SHARES, Pairs, kept_share
from albert_robust.scoring.encoder import Encoder
from albert_robust.scoring.load import load_encoder
from albert_robust.scoring.profile import FACTS, TABLES, Profile, load_profile
from albert_robust.scoring.scorer import Scorer
from albert_robust.scoring.texts import normal

EFFORT = Effort(lengths=12, translations=40, damaged=40, unrelated=60)


@pytest.fixture(scope="module", name="background")
def read_background() -> Background:
    """Two sources of sentences, and short lines."""
    return made_up.background()


@pytest.fixture(scope="module")
def profile(encoder: Encoder, background: Background) -> Profile:
    """Its profile."""
    return calibrate(encoder, background, Choice(lsar=1, abtt=1, weighting="idf"), EFFORT)


@pytest.fixture(scope="module")
def scorer(encoder: Encoder, profile: Profile) -> Scorer:
    """A scorer with the profile."""
    return Scorer(encoder.name, profile=profile)


def test_the_profile_knows_the_languages_and_any_other(profile: Profile) -> None:
    assert profile.languages == ("de", "en", "zh", "und")
    assert [profile.language(tag) for tag in ("de", "zh-Hant", "yue", "fr", "und")] == ["de", "zh", "zh", "und", "und"]


def test_the_same_text_and_seed_make_the_same_profile(
    encoder: Encoder, background: Background, profile: Profile
) -> None:
    again = calibrate(encoder, background, Choice(lsar=1, abtt=1, weighting="idf"), EFFORT)
    other = calibrate(encoder, background, Choice(lsar=1, abtt=1, weighting="idf"), EFFORT, seed=1)
    assert again.digest == profile.digest != other.digest


@pytest.mark.parametrize("tag", WORDS)
def test_unrelated_texts_score_about_0_and_equal_ones_1(scorer: Scorer, tag: str) -> None:
    rows = [row[tag] for row in sentences(160, 9)]
    apart = scorer.score(rows[:80], rows[80:], languages=tag)
    assert apart.corpus.value == pytest.approx(0, abs=0.15)
    assert scorer.score(rows, rows, languages=tag).f.tolist() == [1.0] * 160


@pytest.mark.parametrize("tag", WORDS)
def test_half_of_a_text_replaced_scores_about_half(scorer: Scorer, tag: str) -> None:
    rows = [row[tag] for row in sentences(300, 4) if len(row[tag]) > 24]
    rng = Random(0)
    half = [damaged(chunks(text), chunks(rng.choice(rows)), 0.5, rng) for text in rows]
    assert scorer.score(half, rows, languages=tag).corpus.value == pytest.approx(
        0.5, abs=0.25
    )  # its positions move, too


def test_the_calibration_changes_no_ranking_within_a_pair_of_languages_and_lengths(profile: Profile) -> None:
    raw = np.repeat(np.linspace(-0.5, 1, 50)[:, None], 3, axis=1)
    same = np.zeros(50, dtype=np.int64)
    lengths = np.full(50, 12)
    labs = profile.calibration.apply(raw, Pairs(same, same, lengths, lengths), "damage")
    within = labs[(labs > LEAST).all(axis=1)]
    assert len(within) > 5
    assert (np.diff(within, axis=0) > 0).all()
    assert labs[-1] == pytest.approx(1)


def test_a_curve_is_read_both_ways() -> None:
    curve = 1 - np.array(SHARES) ** 0.5
    assert kept_share(curve, curve) == pytest.approx(1 - np.array(SHARES))
    assert kept_share(np.array([-0.1]), curve) < 0
    assert kept_share(np.array([1.1]), curve) > 1


def test_a_profile_is_kept_and_found_again(profile: Profile, tmp_path: Path) -> None:
    profile.save(tmp_path)
    again = load_profile(tmp_path)
    assert again.digest == profile.digest
    assert json.loads((tmp_path / FACTS).read_text())["made_from"]["texts"]["en"] > 50


def test_a_damaged_profile_is_told(profile: Profile, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no profile in .*: make one with `albert-robust calibrate`"):
        load_profile(tmp_path)
    profile.save(tmp_path)
    content = bytearray((tmp_path / TABLES).read_bytes())
    content[-3] ^= 1
    (tmp_path / TABLES).write_bytes(content)
    with pytest.raises(UsageError, match=r"is damaged \(its digest does not fit its content\)"):
        load_profile(tmp_path)
    (tmp_path / TABLES).write_bytes(b"none")
    with pytest.raises(UsageError, match="is damaged"):
        load_profile(tmp_path)


def test_a_profile_of_another_encoder_is_refused(profile: Profile, tiny: Callable[..., Path]) -> None:
    other = str(tiny(seed=5, max_position_embeddings=256))
    with pytest.raises(
        UsageError, match=r"the profile was made for weights [0-9a-f]{8}, the encoder .* has [0-9a-f]{8}"
    ):
        Scorer(other, profile=profile)
    with pytest.raises(UsageError, match=r"the profile was made for layer 0, the encoder .* has 1"):
        Scorer(other, profile=replace(profile, weights_hash=load_encoder(other, 1).weights_hash), layer=1)


def test_a_pair_of_languages_that_the_encoder_cannot_tell_apart_is_refused(scorer: Scorer, profile: Profile) -> None:
    auc = profile.calibration.auc.copy()
    auc[0, 1] = auc[1, 0] = 0.6
    weak = Scorer(scorer.encoder.name, profile=replace(profile, calibration=replace(profile.calibration, auc=auc)))
    with pytest.raises(
        UsageError, match=r"the encoder does not support de-en: .* with an AUC of 0\.60 \(0\.75 is needed\)"
    ):
        weak.score(["Fluss"], ["river"], languages="de", reference_languages="en")


def test_a_word_is_as_rare_as_its_spelling_that_is_scored(encoder: Encoder) -> None:
    typed = [f"كتاب {number}" for number in range(60)]  # Persian in Arabic letters
    found = gather(encoder, Background({"fa": {"books": typed}}), Effort(4, 0, 0, 0)).rarity["fa"]
    [ids] = encoder.ids([normal("كتاب", "fa")])
    assert found.of(np.array(ids, dtype=np.int32)) == pytest.approx(0)  # all texts have it


def test_a_choice_that_does_not_fit_is_told(encoder: Encoder, background: Background) -> None:
    with pytest.raises(UsageError, match="lsar 3, abtt 0, white 0 do not fit 3 languages of width 32"):
        calibrate(encoder, background, Choice(lsar=3), EFFORT)


def test_without_parallel_text_the_signature_says_floor_alone(encoder: Encoder, background: Background) -> None:
    alone = Background({"en": background.texts["en"]})
    scorer = Scorer(encoder.name, profile=calibrate(encoder, alone, Choice(), EFFORT))
    found = scorer.score(["river stone", "garden"], ["stone river", "a letter"], languages=["en", "en"])
    assert "|cal:floor+par+damage@" in found.signature
    cross = scorer.score(["Fluss"], ["river"], languages="de", reference_languages="en")
    assert "|lang:de(und)-en|" in cross.signature
    assert "|cal:floor+damage@" in cross.signature
