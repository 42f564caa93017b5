"""Causes, one a file: what supports each, what contradicts it, what would decide. They read symptoms and the scene."""
