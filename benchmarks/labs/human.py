"""M10: agreement with people. Every number is by name, so that metrics can be compared cell by cell.

A name is `set statistic part`; the mean over the parts is the set's number. Each set is measured as its task is: summaries and
answers to questions by recall, all else by F. For these two F stands beside, in sets of the name `..._f`.
"""

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np

from . import measures
from .data import Sets, Size
from .metrics import Floats, Metric
from .pairs import Found, Pairs

Cells = Iterator[tuple[str, float]]
RECALL_AND_F = (("recall", 1), ("f", 2))  # as sets are called, and columns of a metric's scores
BESIDE = "_f"  # how sets are called that stand beside


def m10(metric: Metric, sets: Sets, size: Size) -> Found:
    """Return every cell."""
    return dict(
        cell
        for part in (mqm, mlqe, summaries, answers, paws, demetr, paraphrases, sts)
        for cell in part(metric, sets, size)
    )


def mqm(metric: Metric, sets: Sets, size: Size) -> Cells:
    """Biomedical and TED MQM: tau-b and pairwise accuracy over the systems of a segment, mean over segments.

    Accuracy counts a pair of systems as right where both order it alike or both tie. A segment where either side is all
    ties has no tau and is left out.
    """
    for name, file, document in (("bio_mqm", "mt_bio_mqm/bio_mqm", "doc"), ("ted_mqm", "mt_ted_mqm/ted_mqm", "talk")):
        rows = [row for row in sets.rows(file) if size.takes(f"{row[document]} {row['seg']}")]
        pairs, gold, segments = Pairs(), {}, {}
        for pair in sorted({row["lp"] for row in rows}):
            own = [row for row in rows if row["lp"] == pair]
            pairs.add(pair, [row["hyp"] for row in own], [row["ref"] for row in own], pair[3:])
            gold[pair] = np.array([float(row["mqm"]) for row in own])
            segments[pair] = [(row[document], row["seg"]) for row in own]
        for pair, f in pairs.by_group(metric).items():
            for label, statistic in (("tau", measures.tau_b), ("accuracy", measures.pairwise_accuracy)):
                yield f"{name} {label} {pair}", measures.grouped(statistic, f, gold[pair], segments[pair])


def mlqe(metric: Metric, sets: Sets, size: Size) -> Cells:
    """MLQE-PE: Pearson with `da_z` of (hypothesis, post-edit) and, reference-free, of (hypothesis, source).

    A metric that says the same of all pairs, for it cannot read their script, counts 0.
    """
    rows = [row for row in sets.rows("mt_mlqe_pe/mlqe_pe") if row["da_z"] and row["post_edit"]]
    rows = [row for row in rows if size.takes(row["src"])]
    pairs, gold = Pairs(), {}
    for pair in sorted({row["lp"] for row in rows}):
        own = [row for row in rows if row["lp"] == pair]
        source, target = pair.split("-")
        hypotheses = [row["hyp"] for row in own]
        pairs.add(f"mlqe_post_edit r {pair}", hypotheses, [row["post_edit"] for row in own], target)
        pairs.add(f"mlqe_source r {pair}", hypotheses, [row["src"] for row in own], target, source)
        gold[pair] = np.array([float(row["da_z"]) for row in own])
    for name, f in pairs.by_group(metric).items():
        yield name, measures.pearson(f, gold[name.rsplit(" ", 1)[1]]) if np.ptp(f) else 0.0


def summaries(metric: Metric, sets: Sets, size: Size) -> Cells:
    """SummEval and REALSumm: recall of the references, and F, the best; tau-b over a document's systems, mean over documents.

    A document whose ratings are all tied counts 0. `less_system`: each system's mean taken off scores and ratings before.
    """
    for name in ("summeval", "realsumm"):
        rows = [
            (record["id"], system, rated, record["refs"])
            for record in sets.records(f"summ_ratings/{name}")
            for system, rated in sorted(record["systems"].items())
            if size.takes(record["id"])
        ]
        hypotheses, references = [rated["hyp"] for _, _, rated, _ in rows], [refs for *_, refs in rows]
        documents, systems = [row[0] for row in rows], [row[1] for row in rows]
        for (label, column), quality in product(RECALL_AND_F, rows[0][2]["scores"]):
            best = best_of(metric, hypotheses, references, column)
            gold = np.array([rated["scores"][quality] for _, _, rated, _ in rows])
            yield f"{name}_{label} tau {quality}", measures.grouped(measures.tau_b, best, gold, documents, 0.0)
            own, human = (measures.centred(side, systems) for side in (best, gold))
            yield f"{name}_{label} less_system {quality}", measures.grouped(measures.tau_b, own, human, documents, 0.0)


def best_of(metric: Metric, candidates: list[str], references: list[list[str]], column: int) -> Floats:
    """Return the best score of each English candidate over its references."""
    owners = [place for place, group in enumerate(references) for _ in group]
    flat = [reference for group in references for reference in group]
    found = metric.scores([candidates[owner] for owner in owners], flat, "en", "en")[:, column]
    best = np.full(len(candidates), -np.inf)
    np.maximum.at(best, owners, found)
    return best


def answers(metric: Metric, sets: Sets, size: Size) -> Cells:
    """EVOUNA: AUC of the recall of the gold answer, and of F, for answers judged right; the best of the golds."""
    rows = [row for row in sets.rows("qa_answer_equiv/evouna") if size.takes(row["id"])]
    golds = [[gold.strip() for gold in row["gold"].split("/") if gold.strip()] for row in rows]
    for label, column in RECALL_AND_F:
        best = best_of(metric, [row["answer"] for row in rows], golds, column)
        yield f"evouna_{label} auc en", measures.auc(best, [row["correct"] == "1" for row in rows])


def paws(metric: Metric, sets: Sets, size: Size) -> Cells:
    """PAWS-X: AUC by language, mean of F with either sentence as the candidate."""
    yield from _symmetric(metric, sets, "paws_x/pawsx", "paws_x auc", "label", measures.auc, size)


def sts(metric: Metric, sets: Sets, size: Size) -> Cells:
    """STS benchmark: Spearman by language, mean of F with either sentence as the candidate."""
    yield from _symmetric(metric, sets, "sts_multi/sts", "sts spearman", "score", measures.spearman, size)


def _symmetric(
    metric: Metric,
    sets: Sets,
    file: str,
    name: str,
    gold: str,
    statistic: Callable[[Floats, Floats], float],
    size: Size,
) -> Cells:
    rows = [row for row in sets.rows(file) if size.takes(row["id"])]
    by_language = {
        language: [row for row in rows if row["lang"] == language] for language in {row["lang"] for row in rows}
    }
    there, back = Pairs(), Pairs()
    for language, own in sorted(by_language.items()):
        first, second = ([row[side] for row in own] for side in ("s1", "s2"))
        there.add(language, first, second, language)
        back.add(language, second, first, language)
    found, turned = there.by_group(metric), back.by_group(metric)
    for language, f in found.items():
        human = np.array([float(row[gold]) for row in by_language[language]])
        yield f"{name} {language}", statistic(f + turned[language], human)


def demetr(metric: Metric, sets: Sets, size: Size) -> Cells:
    """DEMETR: how often a translation scores above its damaged copy, by severity; a tie counts half."""
    base = {row["id"]: row for row in sets.rows("demetr/demetr_base") if size.takes(row["id"])}
    rows = [row for row in sets.rows("demetr/demetr_pert") if row["id"] in base]
    pairs = Pairs()
    pairs.add("whole", [row["mt"] for row in base.values()], [row["ref"] for row in base.values()], "en")
    pairs.add("worse", [row["text"] for row in rows], [base[row["id"]]["ref"] for row in rows], "en")
    found = pairs.by_group(metric)
    whole = dict(zip(base, found["whole"], strict=True))
    won = measures.wins([whole[row["id"]] for row in rows], found["worse"])
    for severity in ("critical", "major", "minor"):
        yield f"demetr accuracy {severity}", float(won[[row["severity"] == severity for row in rows]].mean())


def paraphrases(metric: Metric, sets: Sets, size: Size) -> Cells:
    """WMT19 German: AUC of a paraphrase (`arp`) of the reference (`ar`) against the paraphrase and the next line's."""
    rows = [row for row in sets.rows("wmt19_paraphrase_de/wmt19") if size.takes(row["line"])]
    references, changed = [row["ar"] for row in rows], [row["arp"] for row in rows]
    pairs = Pairs()
    pairs.add("same", changed, references, "de")
    pairs.add("next", changed, references[1:] + references[:1], "de")
    found = pairs.by_group(metric)
    labels = np.repeat([1, 0], len(rows))
    yield "wmt19 auc de", measures.auc(np.concatenate([found["same"], found["next"]]), labels)
