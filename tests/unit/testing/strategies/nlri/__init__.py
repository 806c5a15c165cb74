"""bgpkit.testing.strategies.nlri, module by module."""
