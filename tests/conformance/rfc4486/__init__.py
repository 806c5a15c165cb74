"""RFC 4486: subcodes of Cease."""
