"""Datasets: files, or templates, become streams of examples."""

from albert_robust.data.dataset import read_examples
from albert_robust.data.example import Example
from albert_robust.data.source import Annotation, ReferenceType, Source

__all__ = ["Annotation", "Example", "ReferenceType", "Source", "read_examples"]
