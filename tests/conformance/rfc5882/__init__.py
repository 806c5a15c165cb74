"""RFC 5882: what BFD means to a protocol that uses it."""
