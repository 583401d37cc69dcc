"""ALBERT, a language-agnostic BERT score, and the statistics around it."""
