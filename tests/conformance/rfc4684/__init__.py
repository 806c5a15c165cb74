"""RFC 4684: constrained distribution of VPN routes."""
