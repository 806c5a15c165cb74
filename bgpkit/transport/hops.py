"""How far segments may go, and how far they may have come. RFC 5082, section 3."""

import socket
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.transport.kernel_option import (
    IP_MINTTL,
    IPV6_MINHOPCOUNT,
    TCP_SAVE_SYN,
    TCP_SAVED_SYN,
    refusal,
    set_option,
)
from bgpkit.transport.options import TransportOptions

TTL_MAX: Final = 255
_KERNELS: Final = -1
"""Gives a socket the kernel's default again."""
_SYN_LENGTH_MAX: Final = 256
_TTL_AT: Final = {4: 8, 6: 7}
"""Where a header of each IP version has TTL or Hop Limit. RFC 791, section 3.1; RFC 8200, section 3."""


def set_hops(connection: socket.socket, version: int, options: TransportOptions) -> None:
    """Give a socket the TTL to send with and the one that segments must have at least."""
    if options.ttl_security is not None:
        sent, least = TTL_MAX, least_ttl(options.ttl_security)
    else:
        sent, least = options.multihop or _KERNELS, 0
    places = (
        ((socket.IPPROTO_IP, socket.IP_TTL), (socket.IPPROTO_IP, IP_MINTTL))
        if version == 4
        else ((socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS), (socket.IPPROTO_IPV6, IPV6_MINHOPCOUNT))
    )
    for place, value in zip(places, (sent, least), strict=True):
        what = "multihop" if options.ttl_security is None else "ttl_security"
        set_option(connection, place, value, what=f"transport: {what}")


def set_listener_hops(listener: socket.socket) -> None:
    """Let a listener answer with the full TTL, and remember how connections began, for `check_way`.

    The answer goes out before it is known whose the connection is, and a peer that asks for TTL 255 drops any other.
    """
    try:
        listener.setsockopt(socket.IPPROTO_TCP, TCP_SAVE_SYN, 1)
        if listener.family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, TTL_MAX)
        else:
            listener.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, TTL_MAX)
    except OSError as error:
        raise refusal("listen: TTL", error) from error


def check_way(connection: socket.socket, hops: int) -> None:
    """ConfigError when the SYN of an accepted connection came over more than ``hops`` hops.

    A limit can be set only on the accepted socket, when the first segments may be there already: so the first of
    them is looked at. The kernel keeps none where it sent SYN cookies; then what comes from now on decides.
    """
    syn = connection.getsockopt(socket.IPPROTO_TCP, TCP_SAVED_SYN, _SYN_LENGTH_MAX)
    if not syn:
        return
    ttl = syn[_TTL_AT[syn[0] >> 4]]
    if ttl < least_ttl(hops):
        raise ConfigError(
            f"transport: the connection came with TTL {ttl}, and ttl_security {hops} asks for {least_ttl(hops)} at "
            "least: the peer is farther away, or does not send with TTL 255 (RFC 5082)"
        )


def least_ttl(hops: int) -> int:
    """Return the least TTL of what has come over ``hops`` hops from whoever sent it with the highest."""
    return TTL_MAX + 1 - hops
