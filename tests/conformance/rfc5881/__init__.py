"""RFC 5881: BFD over a single hop."""
