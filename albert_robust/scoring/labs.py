"""`score`: the metric core in one call. A program that scores more than once keeps a `Scorer`."""

from collections.abc import Hashable, Sequence
from functools import cache
from pathlib import Path

from albert_robust.errors import UsageError
from albert_robust.scoring.calibration import Level
from albert_robust.scoring.load import EMBEDDED, encoder_name, load_encoder
from albert_robust.scoring.raw import raw_score
from albert_robust.scoring.scorer import Progress, Scorer
from albert_robust.scoring.scores import Scores

LEVEL: Level = "damage"


def score(
    candidates: Sequence[str],
    references: Sequence[str | Sequence[str]],
    *,
    encoder: str | Path = EMBEDDED,
    languages: str | Sequence[str] | None = None,
    reference_languages: str | Sequence[str] | None = None,
    clusters: Sequence[Hashable] | None = None,
    layer: int | None = None,
    profile: str | Path | None = None,
    calibration: Level | None = None,
    raw: bool = False,
    idf: bool = False,
    device: str | None = None,
    allow_network: bool = False,
    progress: Progress = lambda done, of: None,
) -> Scores:
    """Return how much of each reference's meaning each candidate keeps: 0 is unrelated, 1 the same.

    Args:
        candidates: Texts, one a pair; a list, an array or a data frame's column.
        references: For each candidate a text, or several, of which the best counts.
        encoder: `builtin`, a checkpoint folder, or a hub name.
        languages: Of the candidates: a BCP 47 tag such as `zh`, a tag for each, `detect`, or None for `und`.
        reference_languages: Of the references; None for the candidates'.
        clusters: What belongs together, such as the document of each pair; the interval resamples it whole.
        layer: Which hidden state; None for the checkpoint's own choice.
        profile: The encoder's profile, a folder; None for the one beside the encoder.
        calibration: `damage` for all anchors, which is the default, `floor+par`, `floor`, or `none` for F as it is matched.
        raw: Whether to compute BERTScore by its own definition instead, as bert_score does: it has no languages, no
            calibration and no profile.
        idf: With `raw`: weigh tokens by their rarity among the references of this call. Otherwise the profile decides.
        device: Where the encoder runs, as torch names it, such as `cuda:1`; None for a GPU of NVIDIA's where there is one.
        allow_network: Whether a hub may be asked.
        progress: Called with how many distinct pairs of texts were matched, of how many; not with `raw`.

    Raises:
        UsageError: Not two lists of texts of equal length, a language that is none, an encoder that cannot be loaded or
            has no profile, or a pair of languages that it does not support.
    """
    encoder = encoder_name(encoder)
    if raw:
        given = (languages, reference_languages, None if calibration == "none" else calibration, profile)
        for name, value in zip(("languages", "reference_languages", "calibration", "profile"), given, strict=True):
            if value is not None:
                raise UsageError(f"{name}: not with raw=True: BERTScore's own definition has none")
        read_by = load_encoder(encoder, layer, allow_network, device=device)
        return raw_score(read_by, candidates, references, idf=idf, clusters=clusters)
    if idf:
        raise UsageError("idf: only with raw=True; otherwise the profile decides how much a token counts")
    scorer = _scorer(encoder, layer, profile and str(profile), calibration or LEVEL, device, allow_network)
    return scorer.score(
        candidates,
        references,
        languages=languages,
        reference_languages=reference_languages,
        clusters=clusters,
        progress=progress,
    )


@cache
def _scorer(
    encoder: str, layer: int | None, profile: str | None, calibration: Level, device: str | None, allow_network: bool
) -> Scorer:
    return Scorer(
        encoder, layer=layer, profile=profile, calibration=calibration, device=device, allow_network=allow_network
    )
