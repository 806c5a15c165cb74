"""The port on which a node listens, looked at before anything is registered."""

import socket

from bgpkit_node.errors import NodeError


def check_port_free(port: int) -> None:
    """Raise NodeError when something listens on TCP ``port`` of this machine already."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            text = f"TCP port {port} cannot be used: {error.strerror}; is another BGP speaker running on this node?"
            raise NodeError(text) from error
