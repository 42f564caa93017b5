"""What the subcommands do, one file a subject; they print results to standard output and nothing else."""
