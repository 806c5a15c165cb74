"""Unit tests of bgpkit.configuration."""
