"""Tests of bgpkit.fib.netlink, a module each."""
