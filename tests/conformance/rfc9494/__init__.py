"""RFC 9494: long-lived graceful restart."""
