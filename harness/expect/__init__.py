"""Expectations, one a file: promises decided from the timeline alone. None of them may ask a cluster."""
