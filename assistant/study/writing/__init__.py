"""Items in the model's words. It writes one sentence; what is right, and what is wrong, comes from the notes."""
