"""Settings of probes from what was recorded: a model of the kubelet's prober, and what follows. Asks no cluster."""
