"""Quizzes: what is asked, how answers are marked, and what comes out of it."""
