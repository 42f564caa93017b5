"""Blind diagnosis: faults are drawn and injected, and `healproof diagnose` is asked without being told anything."""
