"""How a model is asked: in batches or a stream, through the cache, within a budget."""
