"""bgpkit.testing.strategies, module by module: that what can be, is drawn, and nothing else."""
