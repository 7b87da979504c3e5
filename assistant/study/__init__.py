"""Quizzes, cards and reviews: what the student knows, kept in ``study.db``."""
