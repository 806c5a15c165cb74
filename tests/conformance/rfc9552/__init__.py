"""RFC 9552: link states in BGP."""
