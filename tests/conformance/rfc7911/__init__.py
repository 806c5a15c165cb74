"""RFC 7911: several paths for a prefix."""
