"""RFC 6608: subcodes for BGP finite state machine error."""
