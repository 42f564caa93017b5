"""Talking to an API server: the only package that imports the kubernetes client."""
