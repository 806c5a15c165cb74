"""Unit tests of bgpkit.policy."""
