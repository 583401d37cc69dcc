"""Documents: YAML files that are read against a grammar, with every mistake at its line and column."""
