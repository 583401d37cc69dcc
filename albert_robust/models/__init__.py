"""Adapters of the model under test."""

from albert_robust.models.kinds import KINDS
from albert_robust.models.load import load_model
from albert_robust.models.model import Answering, Inputs, Model, Stream, Usage
from albert_robust.models.spec import ModelSpec, TokenPrice

__all__ = ["KINDS", "Answering", "Inputs", "Model", "ModelSpec", "Stream", "TokenPrice", "Usage", "load_model"]
