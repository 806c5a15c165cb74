"""RFC 8956: flow specification rules for IPv6."""
