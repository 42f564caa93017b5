"""The checks of hardening, one a file."""
