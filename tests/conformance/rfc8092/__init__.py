"""RFC 8092: BGP large communities."""
