"""Tests of the peering."""
