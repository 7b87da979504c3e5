"""What a student asked and was answered: the turns of a conversation."""
