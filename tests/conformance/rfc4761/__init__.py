"""RFC 4761: VPLS with signalling in BGP."""
