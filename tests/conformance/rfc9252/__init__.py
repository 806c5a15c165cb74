"""RFC 9252: services based on segment routing over IPv6."""
