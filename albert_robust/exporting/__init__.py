"""Write an encoder in the format of another runtime, and say how near it stays to the encoder it was made from."""
