"""RFC 5065: confederations."""
