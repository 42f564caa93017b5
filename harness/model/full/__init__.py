"""Kubernetes objects with the fields that a diagnosis reads, in its own words and nesting; never a Secret's value."""
