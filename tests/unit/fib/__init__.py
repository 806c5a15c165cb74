"""Tests of bgpkit.fib, a module each."""
