"""Everything written after a verdict, from results and timelines alone. None of it may ask a cluster."""
