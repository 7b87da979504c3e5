"""Quizzes: items made from the notes, the checks they pass, and how answers are marked."""
