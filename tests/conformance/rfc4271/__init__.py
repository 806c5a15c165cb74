"""RFC 4271: A Border Gateway Protocol 4."""
