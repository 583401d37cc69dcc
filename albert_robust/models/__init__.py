"""Adapters of the model under test."""

from albert_robust.models.load import KINDS, load_model, named_kinds
from albert_robust.models.model import Inputs, Model, Number, Tokens

__all__ = ["KINDS", "Inputs", "Model", "Number", "Tokens", "load_model", "named_kinds"]
