"""RFC 9384: the Cease subcode for BFD."""
