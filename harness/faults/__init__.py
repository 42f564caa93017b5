"""Faults, one a file: what is broken, what shows that it bit, and how it is put back."""
