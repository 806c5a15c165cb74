"""Unit tests of bgpkit.command."""
