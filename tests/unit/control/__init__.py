"""Unit tests of bgpkit.control."""
