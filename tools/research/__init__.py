"""Measures the program on public question sets, fits what is fitted, and tries what is not in use."""
