"""A local study assistant: it answers questions from a folder of notes, with citations, on a laptop."""

__version__ = "0.1.0"
