"""RFC 9072: extended optional parameters length."""
