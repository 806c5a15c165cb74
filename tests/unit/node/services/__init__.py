"""Tests of services and what is told of them."""
