"""Tests of the datastore."""
