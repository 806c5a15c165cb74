"""RFC 9136: IP prefixes in Ethernet VPNs."""
