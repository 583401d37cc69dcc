"""The line that says all that shaped a score, in the manner of sacrebleu (Post, 2018, arXiv:1804.08771)."""

from collections.abc import Mapping
from dataclasses import dataclass

from albert_robust.scoring.encoder import OVERLAP, WINDOW, Encoder
from albert_robust.scoring.statistics import DRAWS, SEED

DEFINITION = 8  # raise it when the same texts, encoder and profile give another score
FREE = frozenset({"nrefs", "lang", "bs"})  # may differ between two scores that are compared


@dataclass(frozen=True)
class ScoreSettings:
    """What shapes a score besides the texts.

    Attributes:
        encoder: The encoder at its layer.
        neutral: How the neutral space was made; `none` without one.
        weighting: How much a token counts.
        calibration: The anchors with the profile's digest, `none` without.
        raw: Whether BERTScore's own definition is used.
    """

    encoder: Encoder
    neutral: str
    weighting: str
    calibration: str
    raw: bool = False

    def signature(self, *, nrefs: int, languages: str) -> str:
        """Return the line for texts with up to `nrefs` references in the given languages."""
        from albert_robust.version import __version__

        encoder = self.encoder
        name = encoder.name.rstrip("/").rsplit("/", 1)[-1]
        parts = {
            "nrefs": nrefs,
            "lang": languages,
            "enc": f"{name}@{encoder.weights_hash}",
            "tok": encoder.tokenizer_hash,
            "L": encoder.layer,
            "neut": self.neutral,
            "w": self.weighting,
            "cal": self.calibration,
            "long": f"win{WINDOW}/{OVERLAP}",
            "prec": encoder.precision,
            **({} if self.raw else {"def": DEFINITION}),
            "bs": DRAWS,
            "seed": SEED,
            "v": __version__,
        }
        title = "BERTScore-F" if self.raw else "LABS-F"
        return "|".join([title, *(f"{key}:{value}" for key, value in parts.items())])


def differences(one: str, other: str) -> list[str]:
    """Return the fields in which two signatures differ so that their scores do not compare, `name: a, b` each.

    An encoder is what its weights are, whatever it is called.
    """
    left, right = _fields(one), _fields(other)
    names = [name for name in dict.fromkeys([*left, *right]) if name not in FREE]
    return [
        f"{name}: {left.get(name, 'absent')}, {right.get(name, 'absent')}"
        for name in names
        if _content(name, left) != _content(name, right)
    ]


def _content(name: str, fields: Mapping[str, str]) -> str | None:
    value = fields.get(name)
    return value.rpartition("@")[2] if value and name == "enc" else value


def _fields(signature: str) -> Mapping[str, str]:
    title, *parts = signature.split("|")
    return {"score": title, **dict(part.split(":", 1) for part in parts)}
