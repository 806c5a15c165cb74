"""RFC 5883: BFD over several hops."""
