"""The checks of a first suite: of what changes enough of the examples that a model could pass."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import NamedTuple

import numpy as np

from albert_robust.data import Example
from albert_robust.gate.decide import least_for
from albert_robust.perturbing import open_packs, parse_spec, vary
from albert_robust.scoring.statistics import mean_in_unit
from albert_robust.starter.labels import TRIED, are_objects, chooses, labels_of
from albert_robust.suite.expectations import EXPECTATIONS, ExpectationName
from albert_robust.suite.gates import needs_references, parse_gate
from albert_robust.tasks import Task
from albert_robust.text import Text

FIELDS = "field f1"  # compares objects in JSON
NEGATION = "semantics.negate"
NAMED = ("entities.name", "entities.place")  # what models of entities know by heart
OPTIONS, PASSAGES = "layout.options", "layout.passages"
JUDGED = 20  # examples with references, or more: fewer decide nothing
SHADES = 5  # numbers that are labels and may be shades of an opinion, at most; more are topics
ENTAILED = {"entailment", "contradiction"}
CONTRARIES = [
    {*pair.split()}
    for pair in (
        "positive negative", "pos neg", "good bad", "yes no", "true false", "agree disagree", "favor against", "like dislike",
        "entailment contradiction", "positiv negativ", "positif négatif", "positivo negativo", "положительный отрицательный",
        "позитивный негативный", "正面 负面", "积极 消极", "好评 差评", "إيجابي سلبي", "सकारात्मक नकारात्मक",
    )
]  # fmt: skip
CONFIDENCE = 0.9  # two-sided: that of a suite that says nothing of it
# Slips that any text allows: of few texts no word is among those that are often misspelt.
FAMILIES = (
    *(f"typos.{slip}" for slip in ("delete", "insert", "keyboard", "spacing", "swap")),
    "paraphrase.synonym",
    "paraphrase.filler",
    "punctuation.strip_final",
    "case.lower",
)


@dataclass
class Checks:
    """The checks to begin with, of what changes enough of the examples: of too few a cell cannot be passed.

    Attributes:
        task: The suite's.
        examples: Its data.
        fields: What is perturbed, if that is not what the task says.
        found: The checks.
        left_out: What changes too few examples, with how many.
    """

    task: Task
    examples: Sequence[Example]
    fields: Sequence[str]
    found: list[dict[str, object]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def make(self) -> None:
        """Make the checks."""
        task, examples = self.task, self.examples
        of = {"fields": self.fields} if self.fields else {}
        held: dict[str, object] = {"agreement": FIELDS} if are_objects(task, examples) else {}
        gates = _gates(task, examples)
        self._add("invariance", (*FAMILIES, OPTIONS), task.perturbed, gates, of, held)
        if not self.found:  # a suite has a check
            self.found.append({"expect": "invariance", **of, "perturbations": [FAMILIES[0]], **held, "gates": gates})
        if task.has_spans:
            self._add("invariance", NAMED, task.perturbed, gates, of, held)
        if task.passages_field:
            passages = [task.passages_field]
            self._add("invariance", (PASSAGES,), passages, gates, {"fields": passages}, held)
        if _are_opinions(task, examples):
            self._add("direction", (NEGATION,), task.perturbed_by("direction"), ["sensitivity >= 0.5"], {}, {})
        if quality := _quality(task, examples):
            self.found.append({"expect": "reference", "gates": [quality]})

    @property
    def remarks(self) -> list[str]:
        """What is not among the checks, and why."""
        found = [f"{one}: left out, a cell of so few cannot be passed" for one in self.left_out]
        if self.task.single_label and not any(check["expect"] == "direction" for check in self.found):
            found.append(f"no check of direction: add one of {NEGATION} if a denial should change the label")
        return found

    def _add(
        self,
        expect: ExpectationName,
        names: Sequence[str],
        fields: Sequence[str],
        gates: Sequence[str],
        of: Mapping[str, object],
        held: Mapping[str, object],
    ) -> None:
        """Add a check for each set of languages that some perturbations can be tested in."""
        least = least_for(parse_gate(gates[0], EXPECTATIONS[expect], self.task).bound, CONFIDENCE)
        groups: dict[tuple[str, ...], list[str]] = {}
        for name in names:
            reach = _reach(name, self.task, self.examples, fields, least)
            few = {language: one for language, one in reach.items() if one.applies and not one.enough(least)}
            told = ", ".join(f"{one.changed} of {one.tried} in {language}" for language, one in few.items())
            if any(one.changed for language, one in reach.items() if language not in few):
                groups.setdefault(tuple(language for language in reach if language not in few), []).append(name)
            if told and name not in (OPTIONS, PASSAGES):  # few data have these
                self.left_out.append(f"{name} changes {told}")
        every = tuple(dict.fromkeys(one.language for one in self.examples))
        for languages, found in groups.items():
            some = {} if languages == every else {"languages": [*languages]}
            altered = [what for name in found for what in open_packs().alters(parse_spec(name))]
            ignored = {"ignores": altered} if altered and expect == "invariance" else {}
            check = {"expect": expect, **of, **some, "perturbations": found, **ignored, **held, "gates": gates}
            self.found.append(check)


class _Reached(NamedTuple):
    """How many examples in a language a perturbation changes.

    Attributes:
        applies: Whether it works in the language.
        changed: Of those that were tried.
        tried: The first ones; no more than it took to find enough.
        examples: How many there are.
    """

    applies: bool
    changed: int
    tried: int
    examples: int

    def enough(self, least: int) -> bool:
        """Return whether so many are changed, as far as those that were tried tell; of fewer examples any number is enough."""
        return self.changed > 0 and (self.examples < least or self.changed * self.examples >= least * self.tried)


def _reach(
    name: str, task: Task, examples: Sequence[Example], fields: Sequence[str], least: int
) -> dict[str, _Reached]:
    """Return how many examples a perturbation changes, by their language."""
    registry, spec = open_packs(), parse_spec(name)
    groups: dict[str, list[Example]] = {}
    for one in examples:
        groups.setdefault(one.language, []).append(one)
    found = {}
    for language, group in groups.items():
        applies, changed, tried = registry.get(name).applies(language), 0, 0
        for one in group[:TRIED] if applies else ():
            texts = (Text.of(one.fields[field], language, protect=task.protect(one, field)) for field in fields)
            changed += any(vary(registry, spec, text, seed=0, example="").changed for text in texts)
            tried += 1
            if changed == least:
                break
        found[language] = _Reached(applies, changed, tried, len(group))
    return found


def _are_opinions(task: Task, examples: Sequence[Example]) -> bool:
    """Return whether labels are shades of an opinion, as far as their names say, or a few numbers: a denial turns these.

    Of two texts it turns what follows from the other.
    """
    if not task.single_label or chooses(task, examples):
        return False
    labels = {label.casefold() for label in labels_of(task, examples)}
    if not task.stands_alone:
        return labels >= ENTAILED
    numbered = len(labels) <= SHADES and all(label.isdecimal() for label in labels)
    return len(labels) > 1 and (numbered or any(labels >= pair for pair in CONTRARIES))


def _quality(task: Task, examples: Sequence[Example]) -> str:
    """Return a gate that no model passes which has one answer to all; nothing where so few references decide nothing."""
    expected = [one.references for one in examples if one.references]
    if len(expected) < JUDGED:
        return ""
    if are_objects(task, examples):
        return f"{FIELDS} >= 0.5"
    if task.starter_quality or "accuracy" not in task.qualities:
        return task.starter_quality
    commonest, _ = Counter(expected).most_common(1)[0]
    alike = [float(one == commonest) for one in expected]
    bound = ceil(20 * mean_in_unit(np.array(alike), CONFIDENCE).high) / 20
    if bound < 1:
        return f"accuracy >= {bound:g}"
    return "" if all(alike) else "kappa >= 0.2"  # one answer to all has 0


def _gates(task: Task, examples: Sequence[Example]) -> list[str]:
    """Return the gates to begin with; where a right answer has many wordings, that it is as often said as before."""
    if are_objects(task, examples):
        return ["consistency >= 0.8", f"{FIELDS} drop <= 0.1"]
    judged = any(one.references for one in examples)
    return [
        gate
        for gate in task.starter_gates
        if judged or not needs_references(parse_gate(gate, EXPECTATIONS["invariance"], task), task)
    ]
