"""Measures: benchmarks, and the fits and tests behind the thresholds."""
