"""Questions that the student asked: those that the notes do not answer, and those kept because the answer is right."""
