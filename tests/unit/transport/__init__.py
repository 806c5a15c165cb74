"""Unit tests of bgpkit.transport."""
