"""Bidirectional Forwarding Detection: does the path to a peer forward packets? RFC 5880 to RFC 5883.

::

    state, packet, authentication       numbers with names; control packets; what signs them
    effect, timing, machine             one session, pure: no clock, no socket
    sockets, session, registry          UDP; the clock and the socket of one session; whose a datagram is
    status, service                     all sessions of a process: what a speaker or ``bgpkit bfd`` holds
    words, server, client               a Unix socket between a speaker and ``bgpkit bfd``, which outlives it
"""

from bgpkit.bfd.client import BfdClient
from bgpkit.bfd.errors import BfdError
from bgpkit.bfd.packet import ControlPacket, decode_packet
from bgpkit.bfd.server import BfdServer
from bgpkit.bfd.service import BfdService
from bgpkit.bfd.state import BfdState, Diagnostic
from bgpkit.bfd.status import BfdSessionStatus
from bgpkit.bfd.status_request import fetch_status

__all__ = [
    "BfdClient",
    "BfdError",
    "BfdServer",
    "BfdService",
    "BfdSessionStatus",
    "BfdState",
    "ControlPacket",
    "Diagnostic",
    "decode_packet",
    "fetch_status",
]
