"""Diagnosis: from a scene to symptoms to ranked causes. Pure functions; asks no cluster."""
