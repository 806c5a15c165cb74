"""RFC 8277: MPLS labels bound to address prefixes."""
