"""The version of the package: scores and reports name it."""

__version__ = "0.1.0"
