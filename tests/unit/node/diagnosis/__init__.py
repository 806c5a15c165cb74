"""Tests of finding out what is wrong between two nodes."""
