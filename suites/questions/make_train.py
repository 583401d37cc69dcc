"""Write ``train.jsonl``: synthetic extractive question answering in eight languages.

Every example has a short context of three to five shuffled statements, a question about one of them and the answer
as it stands in the context. The words come from ``templates.json`` beside this script, which holds

* ``kinds``: for each slot, the broad kind of answer it gives (distractors are chosen by kind),
* ``follows``: slots whose gender is that of another slot (the job is that of the person),
* ``unshared``: slots whose filler no two facts of a context may share, as the question would fit both,
* ``slots``: for each fact, its two slots,
* ``languages``: for each language, the joiner put between sentences, the fillers of every slot (a list, or lists by
  gender ``m``, ``f``, ``n``), and for every fact a statement and two questions for each slot.

In a template ``{slot}`` stands for a filler, and ``[x/y/z]`` for the form that agrees with the gender of the fact's
first gendered slot; ``[slot:x/y/z]`` names the slot. The output is the same on every run.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PER_LANGUAGE = 450
GENDERS = "mfn"
SHARED_RATE = 0.3
SAME_FACT_RATE = 0.5
FORMS = re.compile(r"\[(?:(\w+):)?([^\[\]]+)\]")
SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Filler:
    """One word or phrase for a slot; the gender is None where the language needs none."""

    text: str
    gender: str | None = None


@dataclass(frozen=True)
class Target:
    """What a question asks for: the fact, the slot that is the answer, and which phrasing of the question."""

    key: str
    slot: str
    variant: int

    def given(self, slots: dict[str, list[str]]) -> str:
        """Name the slot that the question mentions."""
        return next(slot for slot in slots[self.key] if slot != self.slot)


@dataclass
class Fact:
    """One filled fact."""

    key: str
    values: dict[str, Filler]


@dataclass
class Grammar:
    """The templates and fillers of one language."""

    slots: dict[str, list[str]]
    kinds: dict[str, str]
    follows: dict[str, str]
    unshared: list[str]
    joiner: str
    fillers: dict[str, list[Filler]]
    facts: dict[str, Any]

    def targets(self) -> list[Target]:
        """List every question that can be asked."""
        return [Target(key, slot, variant) for key, pair in self.slots.items() for slot in pair for variant in (0, 1)]

    def rivals(self, target: Target) -> list[str]:
        """List the other facts that hold an answer of the target's kind."""
        kind = self.kinds[target.slot]
        return [key for key, pair in self.slots.items() if key != target.key and kind in map(self.kinds.get, pair)]

    def sharers(self, target: Target) -> list[str]:
        """List the other facts that can be told of the thing the question mentions."""
        given = target.given(self.slots)
        if given in self.unshared:
            return []
        return [key for key, pair in self.slots.items() if key != target.key and given in pair]

    def fill(self, template: str, fact: Fact) -> str:
        """Put the fact's fillers and agreeing forms into a template, with a capital at the start."""
        head = next((slot for slot in self.slots[fact.key] if fact.values[slot].gender), "")

        def agree(match: re.Match[str]) -> str:
            gender = fact.values[match[1] or head].gender or ""
            return match[2].split("/")[GENDERS.index(gender)]

        chosen = FORMS.sub(agree, template)
        return capital(SLOT.sub(lambda match: fact.values[match[1]].text, chosen))


def capital(sentence: str) -> str:
    """Make the first letter a capital; an opening mark may stand before it."""
    start = 1 if sentence[:1] in {"¿", "«", "“"} else 0
    return sentence[:start] + sentence[start : start + 1].upper() + sentence[start + 1 :]


def read_fillers(raw: list[str] | dict[str, list[str]]) -> list[Filler]:
    """Read the fillers of one slot."""
    if isinstance(raw, list):
        return [Filler(text) for text in raw]
    return [Filler(text, gender) for gender, texts in raw.items() for text in texts]


def load_grammars(path: Path) -> dict[str, Grammar]:
    """Read the templates of all languages."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return {
        language: Grammar(
            slots=data["slots"],
            kinds=data["kinds"],
            follows=data["follows"],
            unshared=data["unshared"],
            joiner=entry["joiner"],
            fillers={slot: read_fillers(raw) for slot, raw in entry["fillers"].items()},
            facts=entry["facts"],
        )
        for language, entry in data["languages"].items()
    }


def draw_fact(grammar: Grammar, key: str, used: set[str], rng: random.Random, shared: dict[str, Filler]) -> Fact:
    """Fill a fact with fillers not used yet, save those given in ``shared``; what is drawn is added to ``used``."""
    values = {slot: filler for slot, filler in shared.items() if slot in grammar.slots[key]}
    for slot in grammar.slots[key]:
        if slot not in values:
            leader = values.get(grammar.follows.get(slot, ""))
            gender = leader.gender if leader else None
            pool = [
                f for f in grammar.fillers[slot] if f.text not in used and (not gender or f.gender in {None, gender})
            ]
            values[slot] = rng.choice(pool)
            used.add(values[slot].text)
    return Fact(key, values)


def draw_facts(grammar: Grammar, target: Target, rng: random.Random) -> list[Fact]:
    """Draw the target's fact, one with an answer of the same kind, at times one about the same thing, and others."""
    used: set[str] = set()
    facts = [draw_fact(grammar, target.key, used, rng, {})]
    rivals = grammar.rivals(target)
    key = target.key if not rivals or rng.random() < SAME_FACT_RATE else rng.choice(rivals)
    facts.append(draw_fact(grammar, key, used, rng, {}))
    sharers = [k for k in grammar.sharers(target) if k != key]
    if sharers and rng.random() < SHARED_RATE:
        given = target.given(grammar.slots)
        facts.append(draw_fact(grammar, rng.choice(sharers), used, rng, {given: facts[0].values[given]}))
    for _ in range(rng.randint(3, 5) - len(facts)):
        rest = [k for k in grammar.slots if k not in {fact.key for fact in facts}]
        facts.append(draw_fact(grammar, rng.choice(rest), used, rng, {}))
    return facts


def find_answer(context: str, question: str, text: str) -> str | None:
    """Return the filler as it stands in the context, or None unless it stands there once and not in the question."""
    forms = {text, capital(text)}
    found = [form for form in forms if form in context]
    if len(found) != 1 or context.count(found[0]) != 1 or any(form in question for form in forms):
        return None
    return found[0]


def draw_example(grammar: Grammar, target: Target, rng: random.Random) -> tuple[str, str, str]:
    """Draw contexts until one holds the answer exactly once; return the context, the question and the answer."""
    while True:
        facts = draw_facts(grammar, target, rng)
        question = grammar.fill(grammar.facts[target.key]["questions"][target.slot][target.variant], facts[0])
        sentences = [grammar.fill(grammar.facts[fact.key]["statement"], fact) for fact in facts]
        rng.shuffle(sentences)
        context = grammar.joiner.join(sentences)
        answer = find_answer(context, question, facts[0].values[target.slot].text)
        if answer is not None:
            return context, question, answer


def draw_language(grammar: Grammar, rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """Draw the examples of one language, going through all questions in turn in shuffled order."""
    pending: list[Target] = []
    seen: set[tuple[str, str, str]] = set()
    while len(seen) < PER_LANGUAGE:
        if not pending:
            pending = grammar.targets()
            rng.shuffle(pending)
        example = draw_example(grammar, pending.pop(), rng)
        if example not in seen:
            seen.add(example)
            yield example


def make_rows() -> Iterator[dict[str, Any]]:
    """Make the rows of all languages."""
    rng = random.Random(0)
    number = 0
    for language, grammar in load_grammars(HERE / "templates.json").items():
        for context, question, answer in draw_language(grammar, rng):
            number += 1
            yield {
                "id": f"train-{number:04d}",
                "language": language,
                "context": context,
                "question": question,
                "answers": [answer],
            }


def main() -> None:
    """Write the file."""
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in make_rows()]
    (HERE / "train.jsonl").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
