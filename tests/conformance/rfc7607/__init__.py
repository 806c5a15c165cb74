"""RFC 7607: AS 0 processing."""
