"""RFC 4724: graceful restart mechanism for BGP."""
