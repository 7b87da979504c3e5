"""The tables of ``study.db``. A released script is never changed: a new one is added behind it."""

_CARDS_1 = """
"""

_ITEMS_1 = """
"""

MIGRATIONS = (_CARDS_1 + _ITEMS_1,)
"""Number k brings a file of format k to format k + 1."""
