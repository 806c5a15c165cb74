"""RFC 6368: internal BGP between provider and customer."""
