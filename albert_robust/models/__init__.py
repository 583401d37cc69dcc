"""Adapters of the model under test."""

from albert_robust.models.load import load_model
from albert_robust.models.model import Inputs, Model, Tokens

__all__ = ["Inputs", "Model", "Tokens", "load_model"]
