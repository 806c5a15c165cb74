"""RFC 4456, BGP Route Reflection, sentence by sentence."""
