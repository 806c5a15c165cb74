"""Unit tests of bgpkit.policy.conditions."""
