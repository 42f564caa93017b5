"""healproof beside other tools: the same pods killed on one cluster, each verdict held against one raw watch."""
