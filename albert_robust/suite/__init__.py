"""Suites: the grammar of `*.robust.yaml` and its loader."""
