"""Symptoms, one kind a file: what can be seen, in Kubernetes' own words. They say nothing of why."""
