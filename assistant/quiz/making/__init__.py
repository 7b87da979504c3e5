"""Makes items from the structure of the notes: exact and at once, without a model."""
