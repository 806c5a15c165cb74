"""RFC 9830: segment routing policies in BGP."""
