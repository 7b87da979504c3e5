"""Questions that the model writes. What is asked, what is right and what is kept is decided by computation."""
