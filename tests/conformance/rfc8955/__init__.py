"""RFC 8955: flow specification rules."""
