"""What a cluster looks like before and after, read anew and compared: the judge of every undo. Knows no fault."""
