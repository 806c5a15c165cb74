"""bgpkit.testing.strategies.attributes, module by module."""
