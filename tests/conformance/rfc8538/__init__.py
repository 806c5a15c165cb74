"""RFC 8538: NOTIFICATION and graceful restart."""
