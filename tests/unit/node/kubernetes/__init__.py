"""Tests of bgpkit_node.kubernetes."""
