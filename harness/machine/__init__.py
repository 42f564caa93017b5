"""The machine under the harness: folders, processes, locks. Knows nothing of Kubernetes."""
