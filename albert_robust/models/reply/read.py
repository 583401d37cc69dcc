"""How what a language model says is read: its thoughts are cut, and a label or a number is found in what is left.

Models say one answer in many manners, and another manner is no other answer. What is read is what a reader takes for the
answer without weighing it; a reply that names two labels, or denies the one that it names, says none, since a wrong reading
is worse than none. Each step is for replies of which those before it made nothing:

1. All of the reply is the label, but for case, width and the punctuation around it: `**Positive.**`
2. It has a JSON object: one label is among the object's values, and nothing else in the reply counts.
3. One of its lines or sentences is the label, or what stands there after a colon is: `Sentiment: positive. The reviewer ...`
4. One label stands in it as a whole word, and no other: `The sentiment is positive.` A label within a longer one does not
   count, such as `entailment` in `not entailment`. A single letter and `no` are words of many a text: where a suite has such
   a label, all of its labels count only where they open a sentence before a comma, or close it; where none does, a letter that
   is marked as choices are: `B. Paris`, `It is B) Paris.`, `It is B: Paris.` A number is one behind a word, `Answer 2 is
   better.`, and at such places alone; of two answers `the first one` may be 1 or A. Where a label has no letter and is no
   number, this step is left out.
5. Where all labels are letters, a reply may weigh them one by one: what its last sentence says by these steps counts.

From the third step on, what is asked or denied is not said. What denies is in `denials.tsv`, a row a language, before what it
denies and after it; all rows count, since nobody knows the language of a reply. Numbers are read likewise. In a sentence whole
numbers mostly count something: by the fourth step one is read only at the end of a clause and behind a word for rating, `I would
rate it a 4.` The scale that a reply names (`on a scale from 1 to 5`) is no answer. Several labels are read where they stand in a
row, and nothing else does but what a colon follows.

Source: the fourth step is `snap_to_rail` of Arize Phoenix, but for whole words, denials and questions; the third is near
`get_choice` of OpenAI's evals, the first is HELM's quasi-exact match. As there, and as `[invalid]` in lm-evaluation-harness,
a reply that says none is wrong.
"""

from collections.abc import Sequence
from typing import Any

import regex

from albert_robust.models.reply.labels import label_of, row_of, whole_label
from albert_robust.models.reply.numbers import number_of
from albert_robust.models.reply.plain import bare
from albert_robust.tasks import Task
from albert_robust.tasks.multi_label_classification import labels_of, several
from albert_robust.tasks.task import OUTSIDE

READING = "v17"  # raise it when the same reply is read otherwise
_DIGITS = regex.compile(r"[-+.\d]*")


def read_reply(said: str, task: Task, labels: Sequence[str]) -> Any:
    """Return the answer that a reply says, with what was said where more was said than the answer.

    Args:
        said: The reply, without thoughts.
        task: Says whether answers are labels, numbers or texts.
        labels: Those that there are.

    Raises:
        ValueError: It is empty, and what is kept for an answer without entities is, too; or it says a number that is no score.
    """
    if task.annotation and not said:
        raise ValueError("it said nothing")
    if task.multi_label:
        kept = several(said)
        named = None if kept is None else [whole_label(one, tuple(labels)) or one for one in labels_of(kept)]
        row = named if named is not None and {*named} <= {*labels} else row_of(said, tuple(labels))
        return next((found for found in (row, named) if found is not None), said)
    if not task.single_label and not task.numeric:
        return said
    if task.single_label:
        label = label_of(said, labels)
        return label if bare(label) == bare(said) else {task.output_key: label, "said": said}
    low, high = task.bounds
    number = number_of(said, high)
    if isinstance(number, float) and not low <= number <= high:
        raise ValueError(f"it said {number:g}{OUTSIDE.format(low, high)}")
    return number if number == said or _DIGITS.fullmatch(said) else {task.output_key: number, "said": said}
