"""Unit tests of bgpkit.command.capture."""
