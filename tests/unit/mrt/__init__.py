"""`bgpkit.mrt`, one module at a time."""
