"""RFC 4577: OSPF between provider and customer edge."""
