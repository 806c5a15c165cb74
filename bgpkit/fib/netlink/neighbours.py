"""What the kernel says of gateways: on which interface one is a neighbour, and whether packets get to it. Linux only.

rtnetlink(7).
"""

import socket
from collections.abc import Callable
from errno import EAGAIN, EINTR

from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.decode import decode_link, messages
from bgpkit.fib.netlink.encode import encode_address_dump, encode_link_question
from bgpkit.fib.netlink.object_octets import decode_link_prefix, decode_neighbour, encode_lookup
from bgpkit.fib.netlink.opening import open_socket
from bgpkit.fib.netlink.reader import DATAGRAM


class Neighbours:
    """A socket for small questions, whose answers the kernel has ready at once."""

    def __init__(self, index_of: Callable[[str], int], *, vrf: str | None = None, netns: str | None = None) -> None:
        """Open it in the network namespace ``netns``; ``index_of`` gives an interface's index by its name, 0 for none.

        A gateway of ``vrf`` is a neighbour on one of its interfaces. FibError when there is no netlink, ConfigError
        no way into ``netns``.
        """
        self._index_of = index_of
        self._vrf_device = vrf
        self._asking = open_socket(netns)

    def close(self) -> None:
        """Close the socket."""
        self._asking.close()

    def device_of(self, gateway: bytes) -> int:
        """Return the index of the interface on which ``gateway``, a packed address, is a neighbour; 0 for none.

        Where a route leads to it over another gateway, one of ours perhaps, the longest prefix of the interfaces'
        addresses decides, as it does in the kernel for plain routes.
        """
        vrf = 0 if self._vrf_device is None else self._index_of(self._vrf_device)
        return self._by_route(gateway, vrf) or (0 if vrf else self._by_address(gateway, 0))

    def reaches(self, gateway: bytes, index: int, onlink: bool) -> bool:
        """Tell whether the kernel takes a next hop now: ``gateway`` on the interface ``index``.

        No gateway is empty, no interface 0. The interface must be up; unless the next hop is ``onlink``, the gateway
        must be a neighbour there, by a route that the rules for packets find, or by an address of the interface. What
        only another table knows, the kernel tells nobody without reading it all.
        """
        if not gateway or onlink:
            return self._is_up(index)
        if not index:
            return self._is_up(self.device_of(gateway))
        there = self._by_route(gateway, index) == index or self._by_address(gateway, index) == index
        return there and self._is_up(index)

    def _by_route(self, gateway: bytes, through: int) -> int:
        """Return where a route has ``gateway`` as a neighbour, 0 for nowhere; ``through`` an interface if not 0."""
        for data in ask(self._asking, encode_lookup(1, gateway, through)):
            for message in messages(data):
                index = decode_neighbour(data, message, gateway) if message.kind == uapi.RTM_NEWROUTE else 0
                if index:
                    return index
        return 0

    def _by_address(self, gateway: bytes, wanted: int) -> int:
        """Return the interface that has ``gateway`` in the network of an address; only ``wanted`` counts if not 0."""
        best = (0, 0)
        for data in ask(self._asking, encode_address_dump(1)):
            for message in messages(data):
                found = decode_link_prefix(data, message, gateway) if message.kind == uapi.RTM_NEWADDR else (0, 0)
                if not wanted or found[1] == wanted:
                    best = max(best, found)
        return best[1]

    def _is_up(self, index: int) -> bool:
        if not index:
            return False
        for data in ask(self._asking, encode_link_question(1, index)):
            for message in messages(data):
                state = decode_link(data, message).state if message.kind == uapi.RTM_NEWLINK else None
                if state is not None:
                    return bool(state[1] & uapi.IFF_UP)
        return False


def ask(asking: socket.socket, request: bytes) -> list[bytes]:
    """Return the datagrams that answer a request; the kernel has them ready before the call returns."""
    answers: list[bytes] = []
    try:
        asking.send(request)
        while True:
            answers.append(asking.recv(DATAGRAM))
    except OSError as error:
        if error.errno not in {EAGAIN, EINTR}:
            return []
    return answers
