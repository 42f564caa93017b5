"""Reads a namespace of a live cluster and what is around it into a Scene. Changes nothing, and judges nothing."""
