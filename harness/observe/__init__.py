"""Observers: what happens in a cluster, written into a timeline. They decide nothing."""
