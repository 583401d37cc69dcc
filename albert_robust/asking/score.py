"""LABS through the cache: what was scored once, by the same encoder, profile and definition, is not scored again."""

import json
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from albert_robust.asking.cache import Cache, key
from albert_robust.asking.judging import Judging
from albert_robust.models.checkpoint import checkpoint_identity
from albert_robust.scoring.alignment import Alignment
from albert_robust.scoring.load import encoder_path
from albert_robust.scoring.profile import FACTS, FOLDER
from albert_robust.scoring.scorer import Scorer
from albert_robust.scoring.signature import DEFINITION
from albert_robust.scoring.statistics import DIGITS
from albert_robust.scoring.texts import normal
from albert_robust.tasks.task import Compared, Measured, Score

SAME = Score(1.0, 1.0, 1.0)
KNOWN = 50_000  # pairs in memory: enough for a block, whose outputs are compared in several ways; the cache has all


class CachedScorer:
    """Scores pairs of texts. The encoder loads at the first pair that is neither equal nor known."""

    def __init__(
        self,
        encoder: str,
        cache: Cache,
        run: str,
        allow_network: bool = False,
        own: Mapping[str, Judging] = MappingProxyType({}),
    ) -> None:
        """Take an encoder by its name, not loaded yet.

        Args:
            encoder: `builtin`, a checkpoint folder, or a hub name.
            cache: Where scores are looked up and kept.
            run: Names this run; scores of an encoder without an identity are kept for it alone.
            allow_network: Whether a hub may be asked.
            own: The measures of a suite's own, by name.
        """
        self._own = own
        self._name, self._cache, self._run, self._allow_network = encoder, cache, run, allow_network
        self._known: dict[Compared, Score] = {}
        self._languages: set[tuple[str, str]] = set()

    def scores(self, pairs: Sequence[Compared]) -> list[Score]:
        """Return the LABS of each pair, not clipped; equal texts are exactly 1 and need no encoder."""
        if len(self._known) > KNOWN:
            self._known.clear()
        seen = [
            Compared(normal(pair.output), normal(pair.reference), pair.language, pair.reference_language)
            for pair in pairs
        ]
        wanted = [pair for pair in dict.fromkeys(seen) if not _same(pair)]
        self._languages.update((pair.language, pair.reference_language) for pair in wanted)
        self._find([pair for pair in wanted if pair not in self._known])
        return [SAME if _same(pair) else self._known[pair] for pair in seen]

    def measured(self, name: str, pairs: Sequence[Compared]) -> Sequence[Measured]:
        """Return what a measure of the suite's own says of each pair."""
        return self._own[name].measured(pairs)

    def signature(self) -> str | None:
        """Return the line that says all that shaped the scores so far; None where no encoder was asked for any."""
        if not self._languages:
            return None
        languages = sorted(self._languages)
        name = key("signature", self.identity, languages)
        kept = self._cache.get([name]).get(name)
        if not isinstance(kept, str):
            kept = self._scorer.signature(languages)
            self._cache.put([(name, kept)])
        return kept

    def explain(self, candidate: str, reference: str, *, language: str, reference_language: str) -> Alignment:
        """Return which token of each text matched which of the other."""
        return self._scorer.explain(candidate, reference, language=language, reference_language=reference_language)

    def _find(self, pairs: list[Compared]) -> None:
        names = {pair: key("labs", self.identity, *pair[:4]) for pair in pairs}
        kept = self._cache.get(list(names.values()))
        self._known.update((pair, Score(*kept[name])) for pair, name in names.items() if name in kept)
        missing = [pair for pair in pairs if pair not in self._known]
        if missing:
            made = self._made(missing)
            self._cache.put((names[pair], numbers) for pair, numbers in made.items())
            self._known.update(made)

    def _made(self, pairs: list[Compared]) -> dict[Compared, Score]:
        candidates, references, languages, others, *_ = (list(column) for column in zip(*pairs, strict=True))
        found = self._scorer.score(candidates, references, languages=languages, reference_languages=others)
        columns = (found.precision, found.recall, found.f)
        rows = zip(*(column.round(DIGITS).tolist() for column in columns), strict=True)
        return dict(zip(pairs, map(Score._make, rows), strict=True))

    @cached_property
    def _scorer(self) -> Scorer:
        # fp32: the same on a GPU as without one.
        return Scorer(self._name, precision="fp32", allow_network=self._allow_network)

    @cached_property
    def identity(self) -> str:
        """What names the encoder, its profile and the definition, from files alone: with the texts, all that shapes a score."""
        folder = Path(encoder_path(self._name))
        if not os.path.isdir(folder):
            return f"{self._run} {self._name}"
        return f"{checkpoint_identity(folder)} {_digest(folder / FOLDER / FACTS)} LABS {DEFINITION}"


def _same(pair: Compared) -> bool:
    return pair.output == pair.reference


def _digest(path: Path) -> str:
    """Return a profile's digest; where it cannot be read, what loading the profile will say is better than what we could."""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["digest"])
    except (OSError, ValueError, KeyError, TypeError):
        return "none"
