"""RFC 9012: the BGP tunnel encapsulation attribute."""
