"""What many runs of the same thing tell: quantiles, intervals, censored values. Pure; knows no file and no cluster."""
