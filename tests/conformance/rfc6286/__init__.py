"""RFC 6286: AS-wide unique BGP identifier."""
