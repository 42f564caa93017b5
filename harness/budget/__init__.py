"""Budgets, one file a family of damage: how long healing takes by Kubernetes' own timers. Asks no cluster."""
