"""RFC 6514: multicast in VPNs."""
