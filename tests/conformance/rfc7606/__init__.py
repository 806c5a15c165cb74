"""RFC 7606: revised error handling for UPDATE messages."""
