"""bgpkit.rpki, one module at a time."""
