"""Remedies, one a cause, entered under the name of the cause that they cure."""
