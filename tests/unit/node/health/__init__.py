"""Tests of what probes and scrapers are told."""
