"""What a run leaves: outcomes, records of cells, what they come to, and the folder that keeps them."""
