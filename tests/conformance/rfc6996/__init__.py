"""RFC 6996, AS numbers for private use, sentence by sentence."""
