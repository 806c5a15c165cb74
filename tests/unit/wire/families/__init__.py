"""NLRI of the families, one file of tests for each file of the sources."""
