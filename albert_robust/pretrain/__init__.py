"""Train the encoder behind the score: text on disk in, a transformers checkpoint out."""
