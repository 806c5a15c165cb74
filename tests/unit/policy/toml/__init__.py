"""Unit tests of bgpkit.policy.toml."""
