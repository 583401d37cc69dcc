"""A signature changes when something that shapes the score does, and only then."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from albert_robust import __version__
from albert_robust.scoring import signature
from albert_robust.scoring.encoder import PRECISIONS
from albert_robust.scoring.labs import score
from albert_robust.scoring.load import load_encoder
from albert_robust.scoring.profile import ARRAYS, Profile
from albert_robust.scoring.scorer import Scorer
from albert_robust.scoring.signature import DEFINITION, differences

Tiny = Callable[..., Path]
SETTINGS = st.fixed_dictionaries({"layer": st.sampled_from((0, 1, 2)), "precision": st.sampled_from(PRECISIONS)})
laws = settings(max_examples=25)


def with_another(numbers: Any, place: int) -> Any:
    """A table with another number at a place."""
    made = numbers.copy()
    made.flat[place % made.size] = np.nan_to_num(made.flat[place % made.size]) + 1
    return made


def changed(profile: Profile, **what: Any) -> Profile:
    """A profile that differs in its space or its calibration."""
    if "calibration" in what:
        return replace(profile, calibration=replace(profile.calibration, **what["calibration"]))
    return replace(profile, space=replace(profile.space, **what["space"]))


def test_it_changes_with_whatever_shapes_the_score(tiny: Tiny, tiny_encoder: str, tmp_path: Path) -> None:
    other = shutil.copytree(tiny_encoder, tmp_path / "other")
    text = (other / "tokenizer.json").read_text()
    (other / "tokenizer.json").write_text(
        text.replace('"add_prefix_space": false', '"add_prefix_space": true').replace(
            '"add_prefix_space":false', '"add_prefix_space":true'
        )
    )
    scorers = [
        Scorer(tiny_encoder, calibration="none"),
        Scorer(str(tiny(seed=1, max_position_embeddings=128)), calibration="none"),
        Scorer(str(other), calibration="none"),
        Scorer(tiny_encoder, calibration="none", layer=1),
        Scorer(tiny_encoder, calibration="none", precision="bf16"),
    ]
    signatures = [one.signature() for one in scorers] + [score(["a"], ["b"], encoder=tiny_encoder, raw=True).signature]
    signatures.append(score(["a"], ["b"], encoder=tiny_encoder, raw=True, idf=True).signature)
    assert len(set(signatures)) == len(signatures)
    assert all(differences(one, other) for one in signatures for other in signatures if one != other)


def test_it_changes_with_the_profile_and_its_use(builtin_scorer: Scorer) -> None:
    profile = builtin_scorer.profile
    assert profile is not None
    space, tables = profile.space, profile.calibration
    others = [
        changed(profile, space={"means": space.means + 0.01}),
        changed(profile, space={"projector": space.projector * 1.01}),
        changed(profile, calibration={"surface": tables.surface + 0.01}),
        changed(profile, calibration={"curves": tables.curves * 0.99}),
    ]
    signatures = [Scorer(profile=one).signature() for one in (profile, *others)]
    signatures += [Scorer(calibration=level).signature() for level in ("none", "floor", "floor+par")]
    # Without anchors the profile still says where a language's vectors lie and how much they weigh.
    signatures += [Scorer(profile=one, calibration="none").signature() for one in others[:2]]
    weightings = [Scorer(calibration="none", weighting=one).signature() for one in ("1", "idf", "norm", "idf+norm")]
    assert len({*signatures, *weightings}) == len(signatures) + 3
    assert all(differences(one, other) for one in signatures for other in signatures if one != other)


@laws
@given(st.sampled_from(("means", "projector", "frequencies", *ARRAYS)), st.integers(min_value=0))
def test_it_changes_with_every_number_of_a_profile(builtin_scorer: Scorer, table: str, place: int) -> None:
    profile = builtin_scorer.profile
    assert profile is not None
    if table == "frequencies":
        rarity = profile.rarity["de"]
        other = replace(rarity, frequencies=with_another(rarity.frequencies, place))
        made = replace(profile, rarity={**profile.rarity, "de": other})
    elif table in ARRAYS:
        made = changed(profile, calibration={table: with_another(getattr(profile.calibration, table), place)})
    else:
        made = changed(profile, space={table: with_another(getattr(profile.space, table), place)})
    assert differences(Scorer(profile=made).signature(), builtin_scorer.signature())


@laws
@given(SETTINGS, SETTINGS, st.integers(1, 99))
def test_it_changes_with_the_settings_that_shape_a_score_and_with_no_other(
    tiny_encoder: str, one: dict[str, Any], other: dict[str, Any], size: int
) -> None:
    here = Scorer(tiny_encoder, calibration="none", device="cpu", **one)
    there = Scorer(tiny_encoder, calibration="none", device="cpu", batch_size=size, **other)
    assert (here.signature() == there.signature()) == (one == other)


def test_it_changes_with_the_definition(tiny_scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    before, raw = tiny_scorer.signature(), score(["a"], ["b"], encoder=tiny_scorer.encoder.name, raw=True).signature
    monkeypatch.setattr(signature, "DEFINITION", DEFINITION + 1)
    assert differences(before, tiny_scorer.signature()) == [f"def: {DEFINITION}, {DEFINITION + 1}"]
    assert score(["a"], ["b"], encoder=tiny_scorer.encoder.name, raw=True).signature == raw


def test_it_changes_with_nothing_else(tiny_encoder: str, tmp_path: Path) -> None:
    copy = shutil.copytree(tiny_encoder, tmp_path / Path(tiny_encoder).name)
    here, there = (Scorer(str(folder), calibration="none").signature() for folder in (tiny_encoder, copy))
    assert here == there
    renamed = Scorer(str(copy.rename(tmp_path / "renamed")), calibration="none").signature()
    assert renamed != here
    assert differences(renamed, here) == []


def test_texts_their_number_and_their_languages_do_not_keep_scores_apart(builtin_scorer: Scorer) -> None:
    one = builtin_scorer.score(["a"], ["b"], languages="de")
    other = builtin_scorer.score(["c", "d"], [["e", "f"], "g"], languages="de", reference_languages="en")
    assert differences(one.signature, other.signature) == []
    assert [part for part in other.signature.split("|") if part in {"nrefs:2", "lang:de-en"}] == [
        "nrefs:2",
        "lang:de-en",
    ]


def test_it_says_all_in_one_order(tiny_encoder: str) -> None:
    found = Scorer(tiny_encoder, calibration="none").score(["a"], ["b"], languages="zh").signature
    encoder = load_encoder(tiny_encoder)
    assert found == (
        f"LABS-F|nrefs:1|lang:zh|enc:{Path(tiny_encoder).name}@{encoder.weights_hash}|tok:{encoder.tokenizer_hash}|L:2"
        f"|neut:none|w:1|cal:none|long:win512/128|prec:{encoder.precision}|def:{DEFINITION}|bs:1000|seed:12345|v:{__version__}"
    )


@pytest.mark.parametrize(
    ("language", "reference_language", "shown"),
    [
        (None, None, "und"),
        ("zh", None, "zh"),
        ("zh", "en", "zh-en"),
        ("zh-Hant", None, "zh-Hant(zh)"),
        ("xx", None, "xx(und)"),
        ("en", "gsw", "en-gsw(und)"),
        (None, "en", "en"),
        (["en", "und", "und"], "de", "de,en-de"),
        ("EN", "de_DE", "en-de-DE(de)"),
        ("ger", None, "ger(de)"),
        (["de", "en", "de"], None, "de,en"),
        (["de", "en", "fr"], ["en", "fr", "de"], "de-en,en-fr,fr-de"),
    ],
)
def test_it_names_the_languages_and_what_stands_for_them(
    builtin_scorer: Scorer, language: Any, reference_language: Any, shown: str
) -> None:
    found = builtin_scorer.score(["a"] * 3, ["b"] * 3, languages=language, reference_languages=reference_language)
    assert f"|lang:{shown}|" in found.signature


def test_a_language_that_the_profile_does_not_know_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    scorer = Scorer()
    for _ in range(2):
        found = scorer.score(
            ["en katt", "x"], ["a cat", "y"], languages=["sv", "de"], reference_languages=["en", "und"]
        )
    assert found.unknown_languages == ("sv",)
    assert caplog.messages == ["sv: the encoder's profile does not know this language: its texts count as und"]
    assert scorer.score(["a"], ["b"], languages="zh-Hant").unknown_languages == ()


def test_many_languages_are_counted(builtin_scorer: Scorer) -> None:
    found = builtin_scorer.score(["a"] * 4, ["b"] * 4, languages=["de", "en", "fr", "zh"])
    assert "|lang:4 pairs|" in found.signature


def test_what_differs_is_named() -> None:
    one, other = "LABS-F|nrefs:1|lang:zh|L:6|cal:none", "LABS-F|nrefs:2|lang:en|L:4|cal:none|v:2"
    assert differences(one, one) == []
    assert differences(one, other) == ["L: 6, 4", "v: absent, 2"]
