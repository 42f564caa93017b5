"""Recoveries taken apart, from the recorded timeline alone. Nothing here decides a verdict or asks a cluster."""
