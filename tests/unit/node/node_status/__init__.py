"""Tests of what agents report through the datastore, and of asking them."""
