"""RFC 5880: Bidirectional Forwarding Detection."""
