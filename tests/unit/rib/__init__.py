"""Tests of bgpkit_rib, a module each."""
