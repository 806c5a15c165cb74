"""RFC 6396: the MRT format."""
