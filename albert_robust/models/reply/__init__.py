"""How what a language model says is read: without its thoughts, as a label, a number or a text. `read.py` has the rules."""

from albert_robust.models.reply.labels import label_of
from albert_robust.models.reply.numbers import number_of
from albert_robust.models.reply.read import READING, read_reply
from albert_robust.models.reply.thoughts import after_thoughts

__all__ = ["READING", "after_thoughts", "label_of", "number_of", "read_reply"]
