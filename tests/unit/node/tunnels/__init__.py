"""Tests of IPIP and VXLAN between nodes."""
