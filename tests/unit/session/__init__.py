"""Unit tests of bgpkit.session."""
