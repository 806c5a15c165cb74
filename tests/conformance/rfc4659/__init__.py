"""RFC 4659: VPNs of IPv6."""
