"""Advice: a diagnosed cause becomes words and patches. Pure functions; asks no cluster, changes nothing."""
