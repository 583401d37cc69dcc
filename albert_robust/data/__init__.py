"""Datasets: files, or templates, become streams of examples."""

from albert_robust.data.dataset import Annotation, ReferenceType, Source, read_examples
from albert_robust.data.example import Example

__all__ = ["Annotation", "Example", "ReferenceType", "Source", "read_examples"]
