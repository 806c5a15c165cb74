"""Octets that a fuzzer thinks up, and the laws that hold for them; README.md says how to run it."""
