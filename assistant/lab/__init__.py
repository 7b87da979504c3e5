"""Teaching code: one idea a file, computed with the functions that answer the student's questions.

The reading order and an exercise for each file are in ``docs/guide/lab.md``.
"""
