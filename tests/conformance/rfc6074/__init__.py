"""RFC 6074: layer 2 VPNs that find each other by BGP."""
