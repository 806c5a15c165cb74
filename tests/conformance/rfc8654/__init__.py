"""RFC 8654: extended messages."""
