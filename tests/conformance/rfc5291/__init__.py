"""RFC 5291: outbound route filtering."""
