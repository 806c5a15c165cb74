"""RFC 9234: BGP roles."""
