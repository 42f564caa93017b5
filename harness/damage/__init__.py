"""How damage is planned, guarded, done, marked and put back; the faults are built from it. Knows no single fault."""
