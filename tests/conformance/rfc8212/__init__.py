"""RFC 8212: external peers get and give nothing until a policy says so."""
