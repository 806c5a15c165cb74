"""RFC 4360: BGP extended communities."""
