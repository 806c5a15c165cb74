"""RFC 8050: MRT with path identifiers."""
