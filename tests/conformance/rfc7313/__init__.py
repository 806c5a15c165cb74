"""RFC 7313: enhanced route refresh."""
