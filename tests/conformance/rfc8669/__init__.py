"""RFC 8669: prefix segment identifiers in BGP."""
