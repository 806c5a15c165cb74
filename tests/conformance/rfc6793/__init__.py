"""RFC 6793: four-octet AS numbers."""
