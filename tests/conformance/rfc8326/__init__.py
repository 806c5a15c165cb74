"""RFC 8326, Graceful BGP Session Shutdown, sentence by sentence."""
