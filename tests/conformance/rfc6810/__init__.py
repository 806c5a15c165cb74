"""RFC 6810: the RPKI to router protocol, version 0."""
