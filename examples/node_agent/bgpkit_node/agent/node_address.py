"""The port on which a node listens, looked at before anything is registered."""

import socket

from bgpkit_node.errors import NodeError


def check_port_free(port: int, *, ipv6: bool = False) -> None:
    """Raise NodeError when something listens on TCP ``port`` of this machine already; with ``ipv6`` of IPv6 alone."""
    with socket.socket(socket.AF_INET6 if ipv6 else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if ipv6:
            probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            text = f"TCP port {port} cannot be used: {error.strerror}; is another BGP speaker running on this node?"
            raise NodeError(text) from error
