"""Tests of advice about modes and sessions."""
