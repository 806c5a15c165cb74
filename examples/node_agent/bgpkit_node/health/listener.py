"""The socket on which probes and scrapers find the agent, opened first so that a fault is told at once."""

import ipaddress
import socket

from bgpkit_node.errors import NodeError

_BACKLOG = 64


def parse_health_address(text: str) -> tuple[str, int]:
    """Read ``127.0.0.1:9099`` or ``[::1]:9099``; ValueError says what is wrong."""
    host, _, port = text.rpartition(":")
    address = ipaddress.ip_address(host[1:-1] if host.startswith("[") and host.endswith("]") else host)
    if not port.isdecimal() or not 1 <= int(port) <= 0xFFFF:
        raise ValueError(f"{port!r} is not a port")
    return str(address), int(port)


def open_health_listener(address: tuple[str, int]) -> socket.socket:
    """Return a listening socket; NodeError, one sentence, when the address cannot be used."""
    host, port = address
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise NodeError(
            f"{host} port {port} cannot be used for health and metrics: {error.strerror}; "
            "choose another with --health-address ADDRESS:PORT, or none"
        ) from error
    return listener
