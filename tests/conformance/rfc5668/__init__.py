"""RFC 5668: 4-octet AS specific extended communities."""
