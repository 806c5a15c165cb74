"""RFC 8950: IPv4 routes with an IPv6 next hop."""
