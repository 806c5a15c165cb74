"""RFC 6811: validation of route origins."""
