"""RFC 5492: capabilities advertisement."""
