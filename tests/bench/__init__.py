"""Measures the figures of docs/benchmarks.md, one module a family. Nothing here asserts; it prints what it saw."""
