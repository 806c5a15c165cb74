"""Unit tests of bgpkit.speaker."""
