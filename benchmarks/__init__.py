"""What we claim about speed, measured; ratios come from one run, because machines are noisy."""
