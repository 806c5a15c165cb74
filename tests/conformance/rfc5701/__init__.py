"""RFC 5701: IPv6 address specific extended communities."""
