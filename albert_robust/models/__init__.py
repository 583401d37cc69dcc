"""Adapters of the model under test."""

from albert_robust.models.load import KINDS, load_model, named_kinds
from albert_robust.models.model import Answering, Inputs, Model, Number, Streaming, Usage

__all__ = ["KINDS", "Answering", "Inputs", "Model", "Number", "Streaming", "Usage", "load_model", "named_kinds"]
