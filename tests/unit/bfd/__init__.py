"""bgpkit.bfd, one module at a time."""
