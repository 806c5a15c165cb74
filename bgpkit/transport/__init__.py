"""TCP as BGP uses it, and what may stand in its place."""

from bgpkit.transport.doorkeeper import Doorkeeper
from bgpkit.transport.field_kinds import check_kinds
from bgpkit.transport.listener import TcpListener
from bgpkit.transport.namespace import socket_in
from bgpkit.transport.neighbor_discovery import NeighborDiscovery
from bgpkit.transport.network import Listener, MakeProtocol, Network
from bgpkit.transport.options import DEFAULT_OPTIONS, AoKey, Dialer, TransportOptions
from bgpkit.transport.secret import Secret
from bgpkit.transport.tcp import BGP_PORT, TcpNetwork, adopt, host_at, listening_socket, serve

__all__ = [
    "BGP_PORT",
    "DEFAULT_OPTIONS",
    "AoKey",
    "Dialer",
    "Doorkeeper",
    "Listener",
    "MakeProtocol",
    "NeighborDiscovery",
    "Network",
    "Secret",
    "TcpListener",
    "TcpNetwork",
    "TransportOptions",
    "adopt",
    "check_kinds",
    "host_at",
    "listening_socket",
    "serve",
    "socket_in",
]
