"""Tests of what is decided before an agent serves."""
