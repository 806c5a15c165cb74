"""RFC 8214: virtual private wire service in Ethernet VPN."""
