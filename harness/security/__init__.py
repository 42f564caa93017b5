"""What healproof and the workloads it breaks may do: the least roles, and findings of hardening."""
