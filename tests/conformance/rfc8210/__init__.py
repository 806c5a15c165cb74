"""RFC 8210: the RPKI to router protocol, version 1."""
