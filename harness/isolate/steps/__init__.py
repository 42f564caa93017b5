"""The isolation steps, one a file; each is registered under the name that a cause's `decided_by` gives."""
