"""RFC 4760: multiprotocol extensions."""
