"""RFC 7311: the accumulated IGP metric."""
