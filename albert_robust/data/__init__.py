"""Datasets: files, or templates, become streams of examples."""

from albert_robust.data.dataset import Examples, read_examples
from albert_robust.data.example import Example
from albert_robust.data.source import Annotation, ReferenceType, Source

__all__ = ["Annotation", "Example", "Examples", "ReferenceType", "Source", "read_examples"]
