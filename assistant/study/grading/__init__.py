"""Grades short answers by their key points, each with the words of the notes that prove it."""
