"""A first suite for a user's model and data."""
