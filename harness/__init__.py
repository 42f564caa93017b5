"""healproof: proves, by breaking things on purpose, that a Kubernetes system heals itself, and says how fast."""

__version__ = "0.1.0"
