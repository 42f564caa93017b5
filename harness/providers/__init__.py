"""Ways to have a cluster: kind, kwok, or one that exists already."""
