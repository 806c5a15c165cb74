"""RFC 2918: route refresh."""
