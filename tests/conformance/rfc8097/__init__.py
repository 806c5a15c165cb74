"""RFC 8097: the origin validation state extended community."""
