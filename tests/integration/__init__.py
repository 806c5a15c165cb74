"""Tests with real network namespaces."""
