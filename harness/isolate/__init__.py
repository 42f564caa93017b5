"""Isolation: short checks on a live cluster that tell causes apart which look the same from outside. Judges nothing."""
