"""The tests of bgpkit; README.md tells how they are divided."""
