"""RFC 7432: BGP MPLS-based Ethernet VPN."""
