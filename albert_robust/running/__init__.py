"""Plan, execute, cache, keep."""
