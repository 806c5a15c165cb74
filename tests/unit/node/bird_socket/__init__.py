"""Tests of the control socket that looks like BIRD's."""
