"""The measures of each task, for use without a suite. Those on the scale of LABS, 0 unrelated and 1 the same, average.

    from albert_robust import metrics

    found = metrics.question_answering(answers, golds, languages="de")
    found["labs recall"].estimate.value

Each function returns its measures by the names that gates have, the task's own first. `overall` takes one a task and
gives their mean. Beside them stand the field's measures, which no mean takes: token F1, ROUGE, chrF, BLEU, accuracy. What
each measure is and why it was chosen is said where the task is defined, in `albert_robust/tasks/`.

LABS is not clipped here, as docs/labs.md defines it, so that the mean of unrelated texts is 0: a text may stand below 0, and
a short good translation above 1. Suites clip each to [0, 1].
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import sqrt
from typing import Any

import numpy as np

from albert_robust.errors import UsageError
from albert_robust.scoring.overlap import bleu, bleu_signature, chrf_counts, chrf_signature, corpus_chrf
from albert_robust.scoring.scorer import Scorer
from albert_robust.scoring.signature import differences
from albert_robust.scoring.statistics import Estimate, Floats, mean_of_clusters
from albert_robust.scoring.texts import checked_clusters, checked_languages, checked_list, checked_pairs, checked_texts
from albert_robust.tasks import TASKS, Answer
from albert_robust.tasks.task import Aggregate, Compared, Each, Labs
from albert_robust.tasks.text_classification import kappa, label, label_counts, macro_f1, one_more_label
from albert_robust.tasks.token_classification import entity_f1, entity_recall, overlap_f1
from albert_robust.tasks.translation import segment_counts
from albert_robust.text.languages import base
from albert_robust.version import __version__

LEAST_LABEL = 0.3  # LABS F to a label's name, see `classification`
WORDS = {"rouge l": "ROUGE-L", "exact match": "exact match", "token f1": "token F1"}  # as signatures name them
Languages = str | Sequence[str]
Clusters = Sequence[Hashable] | None
References = Sequence[str | Sequence[str]]
Label = str | int


@dataclass(frozen=True)
class Measure:
    """One number of a task.

    Attributes:
        name: As gates name it.
        estimate: The mean over examples, or the value of them all together (BLEU, chrF), with its 95 % bootstrap interval.
        values: One number per example, shape (examples,); None where only all examples together have one.
        signature: All that shaped it, in one line.
        common: Whether it is on the scale of LABS, where 0 is unrelated, or chance, and 1 the same.
    """

    name: str
    estimate: Estimate
    values: Floats | None
    signature: str
    common: bool


Measures = dict[str, Measure]


def translation(
    hypotheses: Sequence[str],
    references: References | None = None,
    *,
    languages: Languages,
    sources: Sequence[str] | None = None,
    source_languages: Languages | None = None,
    scorer: Scorer | None = None,
    clusters: Clusters = None,
) -> Measures:
    """Return `labs`, `chrf` and `bleu` against references, and `labs source` against source texts, less what is copied.

    Args:
        hypotheses: Translations, one a segment.
        references: Of each, a text, or several of which the best counts.
        languages: Of hypotheses and references: a BCP 47 tag, one for each, or `detect`.
        sources: What was translated. Without references it is all there is to compare with.
        source_languages: Of the sources; they must be said.
        scorer: None for the embedded encoder's.
        clusters: What belongs together, such as the document of each segment; intervals resample it whole.

    Returns:
        By name. `bleu` is there where all references are in one language.

    Raises:
        UsageError: Neither references nor sources, sources without their language, or texts that `Scorer.score` refuses.
    """
    scoring = _Scoring(scorer, clusters)
    found: Measures = {}
    if references is not None:
        pairs = _Pairs.of(hypotheses, references, languages)
        found = scoring.qualities("translation", pairs, "labs") | scoring.chrf(pairs)
        if len({base(tag) for tag in pairs.others}) == 1:
            found |= scoring.bleu(pairs)
    if sources is not None:
        if source_languages is None:
            raise UsageError("source_languages: say the language of the sources, such as source_languages='en'")
        pairs = _Pairs.of(hypotheses, sources, languages, source_languages)
        found |= scoring.qualities("translation", pairs, "labs source")
    if not found:
        raise UsageError("a translation is compared with references or with sources: give one of them")
    return found


def summarization(
    summaries: Sequence[str],
    references: References | None = None,
    *,
    languages: Languages,
    documents: Sequence[str] | None = None,
    document_languages: Languages | None = None,
    reference_languages: Languages | None = None,
    scorer: Scorer | None = None,
    clusters: Clusters = None,
) -> Measures:
    """Return `labs`, `coverage` and `rouge l` against references, and `faithfulness` to documents.

    Args:
        summaries: One a document.
        references: Of each, a text, or several of which the best counts.
        languages: Of the summaries: a BCP 47 tag, one for each, or `detect`.
        documents: What was summarised.
        document_languages: Of the documents; None for the summaries'.
        reference_languages: Of the references; None for the summaries'.
        scorer: None for the embedded encoder's.
        clusters: What belongs together; intervals resample it whole.

    Raises:
        UsageError: Neither references nor documents, or texts that `Scorer.score` refuses.
    """
    scoring = _Scoring(scorer, clusters)
    found: Measures = {}
    if references is not None:
        pairs = _Pairs.of(summaries, references, languages, reference_languages)
        found = scoring.qualities("summarization", pairs, "labs", "coverage", "rouge l")
    if documents is not None:
        pairs = _Pairs.of(summaries, documents, languages, document_languages)
        found |= scoring.qualities("summarization", pairs, "faithfulness")
    if not found:
        raise UsageError("a summary is compared with references or with its document: give one of them")
    return found


def question_answering(
    answers: Sequence[str],
    golds: References,
    *,
    languages: Languages,
    gold_languages: Languages | None = None,
    scorer: Scorer | None = None,
    clusters: Clusters = None,
) -> Measures:
    """Return `labs recall`, `labs`, `exact match` and `token f1`, each the best over the accepted answers.

    Args:
        answers: One a question.
        golds: The accepted answer of each, or several.
        languages: Of the answers: a BCP 47 tag, one for each, or `detect`.
        gold_languages: Of the accepted answers; None for the answers'.
        scorer: None for the embedded encoder's.
        clusters: What belongs together; intervals resample it whole.

    Raises:
        UsageError: Texts that `Scorer.score` refuses.
    """
    pairs = _Pairs.of(answers, golds, languages, gold_languages)
    names = ("labs recall", "labs", "exact match", "token f1")
    return _Scoring(scorer, clusters).qualities("question-answering", pairs, *names)


def classification(
    outputs: Sequence[Label],
    references: Sequence[Label | Sequence[Label]],
    *,
    languages: Languages | None = None,
    label_languages: Languages | None = None,
    scorer: Scorer | None = None,
    clusters: Clusters = None,
) -> Measures:
    """Return `kappa`, `accuracy` and `macro f1` of labels.

    Args:
        outputs: One label an example, a text or a whole number.
        references: The right label of each, or several that are accepted.
        languages: Of the outputs, where they may name labels in other words or in another language: an output that is
            none of the references' labels is read as the one with the highest LABS F to it, from 0.3 on. Below that it
            is a label of its own, and wrong. Of the names of 14 English labels in eight languages the embedded encoder
            finds four in five nearest to the right one; of texts that name no label two in three stay below 0.3. None
            for labels that are compared as they are, without an encoder.
        label_languages: Of the references; None for the outputs'.
        scorer: None for the embedded encoder's.
        clusters: What belongs together; intervals resample it whole.

    Returns:
        By name; `kappa` measures nothing where outputs and references all say one label.

    Raises:
        UsageError: Not two lists of labels of equal length, or languages that `Scorer.score` refuses.
    """
    said, groups = checked_pairs(outputs, references, _label)
    owners = checked_clusters(clusters, len(said)) or range(len(said))
    if languages is not None:
        said = _named(said, groups, languages, label_languages, scorer or _builtin())
    labels = [Answer(output, tuple(group)) for output, group in zip(said, groups, strict=True)]
    correct = np.array([output in group for output, group in zip(said, groups, strict=True)], dtype=np.float64)
    chance_corrected = Aggregate(label_counts, kappa, one_more_label).measure(labels, owners)
    f1 = Aggregate(label_counts, macro_f1, one_more_label).measure(labels, owners)
    return {
        "kappa": Measure("kappa", chance_corrected, None, f"kappa|chance:marginals|v:{__version__}", common=True),
        "accuracy": Measure("accuracy", mean_of_clusters(correct, owners), correct, "accuracy", common=False),
        "macro f1": Measure("macro f1", f1, None, "macro F1", common=False),
    }


def token_classification(
    outputs: Sequence[Any], references: Sequence[Any], texts: Sequence[str], *, clusters: Clusters = None
) -> Measures:
    """Return `micro f1`, `entity f1`, `overlap f1` and `entity recall` of the entities in texts.

    Args:
        outputs: The entities of a text each, in any form that suites read: `[{start, end, label}]`, `[{text, label}]`, tags.
        references: Those that there are, likewise.
        texts: What they stand in.
        clusters: What belongs together; intervals resample it whole.

    Returns:
        By name. `entity recall` is of the texts that hold an entity.

    Raises:
        UsageError: The lists are not of equal length, or hold what are no entities of their texts.
    """
    outputs, references = checked_list("outputs", outputs), checked_list("references", references)
    texts = checked_texts("texts", texts)
    if not len(outputs) == len(references) == len(texts):
        raise UsageError(f"{len(outputs)} outputs and {len(references)} references for {len(texts)} texts")
    owners = checked_clusters(clusters, len(texts)) or range(len(texts))
    said, right = (
        [_entities(f"{name}[{place}]", one, text) for place, (one, text) in enumerate(zip(held, texts, strict=True))]
        for name, held in (("outputs", outputs), ("references", references))
    )
    task = TASKS["token-classification"]
    answers = [Answer(output, (reference,)) for output, reference in zip(said, right, strict=True)]
    micro = task.aggregates["micro f1"].measure(answers, owners)
    found = {"micro f1": Measure("micro f1", micro, None, "micro F1 of entities", common=False)}
    for name, function in (("entity f1", entity_f1), ("overlap f1", overlap_f1), ("entity recall", entity_recall)):
        values = np.array([function(*pair) for pair in zip(said, right, strict=True)], dtype=np.float64)
        there = ~np.isnan(values)
        estimate = mean_of_clusters(
            values[there], [owner for owner, is_there in zip(owners, there, strict=True) if is_there]
        )
        found[name] = Measure(name, estimate, values, name, common=False)
    return found


def _entities(where: str, answer: Any, text: str) -> str:
    try:
        return TASKS["token-classification"].read(answer, {"text": text}).output
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from None


def similarity(
    texts: Sequence[str],
    others: References,
    *,
    languages: Languages,
    other_languages: Languages | None = None,
    scorer: Scorer | None = None,
    clusters: Clusters = None,
) -> Measures:
    """Return `labs`: of pairs of sentences, or of what was retrieved and what should have been, of which the best counts.

    Args:
        texts: One a pair.
        others: Of each, a text, or several.
        languages: Of the texts: a BCP 47 tag, one for each, or `detect`.
        other_languages: Of the others; None for the texts'.
        scorer: None for the embedded encoder's.
        clusters: What belongs together; intervals resample it whole.

    Raises:
        UsageError: Texts that `Scorer.score` refuses.
    """
    pairs = _Pairs.of(texts, others, languages, other_languages)
    return _Scoring(scorer, clusters).labs(pairs, {"labs": Labs()})


def overall(measures: Mapping[str, Measure]) -> Measure:
    """Return the mean of one measure a task, each counting alike, whatever its number of examples.

    The interval takes the tasks as independent: Zou and Donner (2008), doi:10.1002/sim.3095, whose limits for a sum keep
    each measure's own, uneven distances.

    Args:
        measures: By task, or by any other name that messages should use; all on the scale of LABS.

    Raises:
        UsageError: None are given, one is not on the scale or measured nothing, or LABS was made in two ways: the message
            names the field in which they differ.
    """
    if not measures:
        raise UsageError("a mean of no measures: give one a task")
    labs: dict[str, str] = {}
    for task, measure in measures.items():
        if not isinstance(measure, Measure):
            raise UsageError(f"{task}: expected one measure, such as found['labs'], got {type(measure).__name__}")
        if not measure.common:
            raise UsageError(f"{task}: {measure.name!r} is not on the scale where 0 is unrelated and 1 the same")
        if not measure.estimate.measured:
            raise UsageError(f"{task}: {measure.name!r} measured nothing")
        if measure.signature.startswith("LABS-"):
            labs[task] = "LABS|" + measure.signature.split("|", 1)[1]
    first = next(iter(labs), "")
    for task, signature in labs.items():
        if apart := differences(labs[first], signature):
            raise UsageError(f"{first} and {task} do not average: they differ in {'; '.join(apart)}")
    estimates = [measure.estimate for measure in measures.values()]
    signature = " + ".join(dict.fromkeys(measure.signature for measure in measures.values()))
    return Measure("overall", _mean(estimates), None, f"mean of {len(estimates)}: {signature}", common=True)


def _mean(estimates: Sequence[Estimate]) -> Estimate:
    count = len(estimates)
    value = sum(one.value for one in estimates) / count
    below = sqrt(sum((one.value - one.low) ** 2 for one in estimates)) / count
    above = sqrt(sum((one.high - one.value) ** 2 for one in estimates)) / count
    return Estimate(value, value - below, value + above, sum(one.clusters for one in estimates))


@dataclass(frozen=True)
class _Pairs:
    """Each text beside each of its references, laid end to end; `starts` is where each text's pairs begin."""

    texts: list[str]
    references: list[str]
    languages: list[str]
    others: list[str]
    groups: list[list[str]]
    starts: list[int]

    @classmethod
    def of(
        cls, texts: Sequence[str], references: References, languages: Languages, others: Languages | None = None
    ) -> "_Pairs":
        """Check texts and references; without languages of their own the references have those of the texts."""
        others = languages if others is None else others
        checked, groups = checked_pairs(texts, references)
        own = checked_languages("languages", languages, checked)
        theirs = checked_languages("languages of the references", others, [group[0] for group in groups])
        rows = [
            (text, reference, one, other)
            for text, group, one, other in zip(checked, groups, own, theirs, strict=True)
            for reference in group
        ]
        columns = [[row[place] for row in rows] for place in range(4)]
        starts: list[int] = np.cumsum([0, *map(len, groups)])[:-1].tolist()
        return cls(columns[0], columns[1], columns[2], columns[3], groups, starts)

    @property
    def compared(self) -> list[Compared]:
        columns = (self.texts, self.references, self.languages, self.others)
        return [Compared(*row) for row in zip(*columns, strict=True)]

    @property
    def nrefs(self) -> int:
        return max(map(len, self.groups), default=1)

    def best(self, values: Floats) -> Floats:
        """Return the best value of each text's references, shape (texts,)."""
        found: Floats = np.maximum.reduceat(values, self.starts) if self.starts else np.zeros(0)
        return found


class _Scoring:
    """Makes measures of pairs."""

    def __init__(self, scorer: Scorer | None, clusters: Clusters) -> None:
        self.given = scorer
        self.clusters = clusters

    def qualities(self, task: str, pairs: _Pairs, *names: str) -> Measures:
        """Return qualities of a task, LABS not clipped: by these names, first those that are LABS."""
        metrics = {name: TASKS[task].qualities[name].metric for name in names}
        labs = {name: metric for name, metric in metrics.items() if isinstance(metric, Labs)}
        shared = {name: metric for name, metric in metrics.items() if isinstance(metric, Each)}
        found = self.labs(pairs, labs) if labs else {}
        return found | {name: self._shared(pairs, name, metric) for name, metric in shared.items()}

    def labs(self, pairs: _Pairs, metrics: Mapping[str, Labs]) -> Measures:
        """Return LABS of pairs, by name."""
        scorer = self.given or _builtin()
        scores = scorer.score(
            pairs.texts, pairs.references, languages=pairs.languages, reference_languages=pairs.others
        )
        signature = scorer.signature(zip(pairs.languages, pairs.others, strict=True), pairs.nrefs).split("|", 1)[1]
        measures = {}
        for name, metric in metrics.items():
            shares = [metric.share(pair) for pair in pairs.compared]
            values = pairs.best(getattr(scores, metric.part) * np.array(shares, dtype=np.float64))
            signed = f"LABS-{metric.part[0].upper()}|{signature}"
            measures[name] = Measure(name, self._average(values), values, signed, scorer.calibration != "none")
        return measures

    def _shared(self, pairs: _Pairs, name: str, metric: Each) -> Measure:
        """Return a measure of shared words or characters."""
        each = [metric.function(*pair) for pair in zip(pairs.texts, pairs.references, strict=True)]
        values = pairs.best(np.array(each, dtype=np.float64))
        return Measure(name, self._average(values), values, _signed(name, pairs.nrefs), common=False)

    def bleu(self, pairs: _Pairs) -> Measures:
        """Return the BLEU of all segments together."""
        estimate = self._together(Aggregate(segment_counts, bleu), pairs)
        return {"bleu": Measure("bleu", estimate, None, bleu_signature(pairs.others[0], pairs.nrefs), common=False)}

    def chrf(self, pairs: _Pairs) -> Measures:
        """Return the chrF of all segments together, and each one's own."""

        def counts(answers: Sequence[Answer]) -> Floats:
            return np.array([chrf_counts(answer.output, answer.references) for answer in answers], dtype=np.float64)

        each = self.qualities("translation", pairs, "chrf")["chrf"]
        return {"chrf": replace(each, estimate=self._together(Aggregate(counts, corpus_chrf), pairs))}

    def _together(self, aggregate: Aggregate, pairs: _Pairs) -> Estimate:
        """Return what all segments together measure."""
        answers = [
            Answer(pairs.texts[start], tuple(group), reference_language=pairs.others[start])
            for start, group in zip(pairs.starts, pairs.groups, strict=True)
        ]
        return aggregate.measure(answers, self._owners(len(answers)) or range(len(answers)))

    def _average(self, values: Floats) -> Estimate:
        return mean_of_clusters(values, self._owners(len(values)))

    def _owners(self, count: int) -> list[Hashable] | None:
        return checked_clusters(self.clusters, count)


def _signed(name: str, nrefs: int) -> str:
    """The signature of a measure of shared characters, or of shared words, which are this package's."""
    if name == "chrf":
        return chrf_signature(nrefs)
    return f"{WORDS[name]}|nrefs:{nrefs}|tok:words|v:{__version__}"


def _label(value: Any) -> Any:
    """Return a label as a text; what is none stays, to be told."""
    found = label(value)
    return value if found is None else found


def _named(
    said: list[str], groups: list[list[str]], languages: Languages, others: Languages | None, scorer: Scorer
) -> list[str]:
    """Replace each output that is no known label by the label nearest to it in LABS, if that is at least `LEAST_LABEL`."""
    tags = checked_languages("languages", languages, said)
    others = languages if others is None else others
    theirs = checked_languages("label_languages", others, [group[0] for group in groups])
    label_tags = {name: tag for group, tag in zip(groups, theirs, strict=True) for name in group}
    names = sorted(label_tags)
    unknown = [(text, tag) for text, tag in dict.fromkeys(zip(said, tags, strict=True)) if text not in label_tags]
    if not unknown:
        return said
    found = scorer.score(
        [text for text, _ in unknown for _ in names],
        [name for _ in unknown for name in names],
        languages=[tag for _, tag in unknown for _ in names],
        reference_languages=[label_tags[name] for _ in unknown for name in names],
    )
    table = found.f.reshape(len(unknown), len(names))
    read = {
        pair: names[int(row.argmax())] if row.max() >= LEAST_LABEL else pair[0]
        for pair, row in zip(unknown, table, strict=True)
    }
    return [read.get(pair, pair[0]) for pair in zip(said, tags, strict=True)]


@cache
def _builtin() -> Scorer:
    return Scorer()
