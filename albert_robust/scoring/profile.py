"""A profile: what LABS knows of an encoder at a layer, made once by `albert-robust calibrate`, never from scored texts.

A folder with `profile.json`, which people read, and `profile.safetensors`. The embedded encoder's is shipped with it;
another encoder's lies in the folder `labs` of its checkpoint, or where the user says.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from albert_robust.atomic import whole, write_whole
from albert_robust.errors import UsageError
from albert_robust.foreign import first_line
from albert_robust.scoring.calibration import Calibration, Level
from albert_robust.scoring.encoder import Encoder, Vectors
from albert_robust.scoring.load import encoder_path, load_encoder
from albert_robust.scoring.neutral import NeutralSpace
from albert_robust.shown import shown_path
from albert_robust.text.languages import KIN, UNKNOWN, base

FORMAT = 4  # raise it when tokens are matched otherwise: the anchors of before do not fit
LENGTH_POWER = 0.75  # of token vectors as weights: rare tokens are long, and `idf` counts them already
FOLDER = "labs"
FACTS, TABLES = "profile.json", "profile.safetensors"
Weighting = Literal["1", "idf", "norm", "idf+norm"]
WEIGHTINGS: tuple[Weighting, ...] = get_args(Weighting)
ARRAYS = ("surface", "factor", "ceiling", "factor_error", "ceiling_error", "auc", "curves")


@dataclass(frozen=True)
class Rarity:
    """How rare tokens are in a language: log((N + 1) / (df + 1)) over N background texts, as BERTScore defines it."""

    texts: int
    tokens: NDArray[np.int32]
    frequencies: NDArray[np.int32]

    def of(self, ids: NDArray[np.int32]) -> Vectors:
        """Return the weight of each token, shape (tokens,); a token that was never seen is the rarest."""
        places = np.searchsorted(self.tokens, ids)
        places[places == len(self.tokens)] = 0
        seen = self.tokens[places] == ids if len(self.tokens) else np.zeros(len(ids), dtype=bool)
        frequencies = np.where(seen, self.frequencies[places] if len(self.tokens) else 0, 0)
        weights: Vectors = np.log((self.texts + 1) / (frequencies + 1)).astype(np.float32)
        return weights


@dataclass(frozen=True)
class Profile:
    """Everything that stands between an encoder's vectors and the score.

    Attributes:
        weights_hash: Of the encoder that it was made for.
        tokenizer_hash: Of its tokenizer.
        layer: Which hidden state.
        weighting: How much a token counts: 1, its rarity (`idf`), its centred vector's length to the power 3/4 (`norm`), or both.
        space: The neutral space; its languages are the profile's, `und` last.
        rarity: By language.
        calibration: The anchors.
        facts: What it was made from, for people: texts by language, seed, version.
    """

    weights_hash: str
    tokenizer_hash: str
    layer: int
    weighting: Weighting
    space: NeutralSpace
    rarity: Mapping[str, Rarity]
    calibration: Calibration
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def languages(self) -> tuple[str, ...]:
        """Tags, `und` last."""
        return self.space.languages

    def language(self, tag: str) -> str:
        """Return the profile's language for a tag: itself, its base (`zh-Hant` is `zh`), its kin (`yue` too), or `und`."""
        known = (tag, base(tag), KIN.get(base(tag), UNKNOWN))
        return next((one for one in known if one in self.languages), UNKNOWN)

    def weights(self, ids: NDArray[np.int32], norms: Vectors, language: str) -> Vectors:
        """Return how much each token counts, shape (tokens,)."""
        weights = np.ones(len(ids), dtype=np.float32)
        if "idf" in self.weighting:
            weights = weights * self.rarity[language].of(ids)
        if "norm" in self.weighting:
            weights = weights * norms**LENGTH_POWER
        return weights

    @cached_property
    def digest(self) -> str:
        """Eight hex digits of SHA-256 over all that shapes a score."""
        content = hashlib.sha256(json.dumps(self._settings(), sort_keys=True).encode())
        for name, table in sorted(self._tables().items()):
            content.update(name.encode() + np.ascontiguousarray(table).tobytes())
        return content.hexdigest()[:8]

    def save(self, folder: Path) -> None:
        """Write the profile, each of its files whole or not at all."""
        from safetensors.numpy import save_file

        folder.mkdir(parents=True, exist_ok=True)
        tables = {name: np.ascontiguousarray(table) for name, table in self._tables().items()}
        with whole(folder / TABLES) as part:
            save_file(tables, part)
        facts = {**self._settings(), "made_from": dict(self.facts), "digest": self.digest}
        text = json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False)
        write_whole(folder / FACTS, f"{text}\n".encode())

    def check(self, encoder: Encoder) -> None:
        """Refuse another encoder than the one that the profile was made for.

        Raises:
            UsageError: Its weights, tokenizer or layer differ.
        """
        made_for = {"weights": self.weights_hash, "tokenizer": self.tokenizer_hash, "layer": self.layer}
        given = {"weights": encoder.weights_hash, "tokenizer": encoder.tokenizer_hash, "layer": encoder.layer}
        for name, value in made_for.items():
            if given[name] != value:
                raise UsageError(
                    f"the profile was made for {name} {value}, the encoder {encoder.name!r} has {given[name]}:"
                    f" make one with `albert-robust calibrate --encoder {encoder.name} --layer {encoder.layer}"
                    " --texts DIR --out DIR`"
                )

    def _settings(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "weights": self.weights_hash,
            "tokenizer": self.tokenizer_hash,
            "layer": self.layer,
            "weighting": self.weighting,
            "neutral": self.space.name,
            "languages": list(self.languages),
            "texts": {language: self.rarity[language].texts for language in self.languages},
        }

    def _tables(self) -> dict[str, NDArray[Any]]:
        tables: dict[str, NDArray[Any]] = {"means": self.space.means, "projector": self.space.projector}
        for name in ARRAYS:
            tables[name] = getattr(self.calibration, name)
        for language, rarity in self.rarity.items():
            tables[f"rarity.{language}.tokens"] = rarity.tokens
            tables[f"rarity.{language}.frequencies"] = rarity.frequencies
        return tables


def load_profile(folder: Path) -> Profile:
    """Return the profile in a folder.

    Raises:
        UsageError: There is none, it is damaged, or another version of the package made it.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    shown = shown_path(folder)
    try:
        facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        if facts["format"] != FORMAT:
            raise UsageError(
                f"the profile in {shown} has format {facts['format']}, this version reads {FORMAT}: make it anew"
            )
        tables = load_file(folder / TABLES)
        return _profile(facts, tables)
    except (FileNotFoundError, NotADirectoryError):
        raise UsageError(f"no profile in {shown}: make one with `albert-robust calibrate`") from None
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, UsageError):
            raise
        raise UsageError(
            f"the profile in {shown} is damaged ({first_line(error)}): make it anew with `albert-robust calibrate`"
        ) from None


def find_profile(
    encoder: str,
    given: str | Path | Profile | None,
    calibration: Level,
    weighting: Weighting | None,
    allow_network: bool,
) -> Profile | None:
    """Return the profile that was given, or the one in the encoder's folder; None where none is and none is needed.

    Raises:
        UsageError: One is needed and there is none, it is damaged, or it is calibrated for another weighting.
    """
    profile = given if isinstance(given, Profile) else None
    if profile is None:
        folder = Path(given) if isinstance(given, str | Path) else Path(encoder_path(encoder)) / FOLDER
        if given is None and not os.path.isdir(folder):
            if calibration == "none":
                return None
            load_encoder(encoder, None, allow_network)  # one that is not there at all has another message
            raise UsageError(
                f"the encoder {encoder!r} has no profile: make one with `albert-robust calibrate --encoder {encoder}"
                " --texts DIR`, or score with calibration='none'"
            )
        profile = load_profile(folder)
    if weighting in (None, profile.weighting):
        return profile
    if calibration != "none":
        raise UsageError(f"the profile is calibrated for weighting {profile.weighting!r}, not {weighting!r}")
    return replace(profile, weighting=weighting)


def _profile(facts: dict[str, Any], tables: dict[str, NDArray[Any]]) -> Profile:
    languages = tuple(facts["languages"])
    rarity = {
        language: Rarity(
            facts["texts"][language], tables[f"rarity.{language}.tokens"], tables[f"rarity.{language}.frequencies"]
        )
        for language in languages
    }
    profile = Profile(
        facts["weights"],
        facts["tokenizer"],
        facts["layer"],
        facts["weighting"],
        NeutralSpace(languages, tables["means"], tables["projector"], facts["neutral"]),
        rarity,
        Calibration(languages, **{name: tables[name] for name in ARRAYS}),
        facts["made_from"],
    )
    if profile.digest != facts["digest"]:
        raise ValueError("its digest does not fit its content")
    return profile
