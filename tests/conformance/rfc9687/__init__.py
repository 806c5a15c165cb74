"""RFC 9687: send hold timer."""
