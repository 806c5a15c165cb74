"""Tests of bgpkit_node.controllers."""
