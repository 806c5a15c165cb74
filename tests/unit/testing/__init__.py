"""bgpkit.testing, module by module."""
