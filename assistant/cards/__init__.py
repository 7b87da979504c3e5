"""Cards: a front, a back, the words of the notes they come from, and when they are reviewed."""
