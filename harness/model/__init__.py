"""Frozen data that every part speaks: no input, no output, no imports from the rest of the harness."""
