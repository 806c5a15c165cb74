"""Routes and bridges that another program has made: read closely enough to be told apart, removed, and put back."""

import errno
import socket
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final

from pyroute2.netlink import nlmsg

from bgpkit_node.kernel.error import KernelError
from bgpkit_node.kernel.rtnetlink import Rtnetlink, integer, translated
from bgpkit_node.kernel.values import Address, Network

_MAIN_TABLE: Final = 254
_UNICAST: Final = 1
_ONLINK: Final = 0x4
_NUD_PERMANENT: Final = 0x80
_V4: Final = 4
_GONE: Final = frozenset({errno.ESRCH, errno.ENOENT, errno.ENODEV, errno.ENXIO})


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignRoute:
    """One unicast route of the main table, with all that another program may have said of it."""

    destination: Network
    gateway: Address | None = None
    link: int
    """Index of its interface; 0 for one over several."""
    protocol: int
    """3 is ``boot``: whoever made it did not say who he is."""
    metric: int = 0
    onlink: bool = False
    """Whether the gateway is taken to be on the interface, though no address there says so."""


class Foreign(Rtnetlink):
    """Another program's routes, bridges and ports in a network namespace."""

    def routes(self) -> tuple[ForeignRoute, ...]:
        """Return the unicast routes of the main table, of both families."""
        with translated("cannot list the routes"):
            found = [
                message
                for family in (socket.AF_INET, socket.AF_INET6)
                for message in self._socket.route("dump", family=family, table=_MAIN_TABLE)
            ]
        return tuple(
            _route(message)
            for message in found
            if message.get_attr("RTA_TABLE") == _MAIN_TABLE and message["type"] == _UNICAST and message["dst_len"]
        )

    def remove_route(self, route: ForeignRoute) -> bool:
        """Remove exactly this route; False when it is gone already."""
        try:
            with translated(f"cannot remove the route to {route.destination}"):
                self._socket.route("del", **_words(route))
        except KernelError as error:
            if error.errno in _GONE:
                return False
            raise
        return True

    def add_route(self, route: ForeignRoute) -> None:
        """Add a route; KernelError when its destination is taken."""
        with translated(f"cannot add the route to {route.destination}"):
            self._socket.route("add", **_words(route))

    def learned(self, bridge: int) -> dict[str, int]:
        """Return the MAC addresses that the bridge with index ``bridge`` has learned, each with its port's index."""
        with translated(f"cannot list the addresses that the bridge with index {bridge} has learned"):
            return {
                mac: index
                for message in self._socket.fdb("dump")
                if message.get_attr("NDA_MASTER") == bridge
                and not integer(message["state"]) & _NUD_PERMANENT
                and isinstance(mac := message.get_attr("NDA_LLADDR"), str)
                and (index := integer(message["ifindex"]))
            }

    def add_bridge(self, name: str, mac: str, mtu: int) -> None:
        """Make a bridge and set it up."""
        with translated(f"cannot make the bridge {name}"):
            self._socket.link("add", ifname=name, kind="bridge", address=mac, mtu=mtu, state="up")

    def join(self, link: int, bridge: int) -> None:
        """Make the interface with index ``link`` a port of a bridge."""
        with translated(f"cannot make the interface with index {link} a port of a bridge"):
            self._socket.link("set", index=link, master=bridge)


def _words(route: ForeignRoute) -> dict[str, object]:
    """Return a route in pyroute2's words."""
    words: dict[str, object] = {
        "family": socket.AF_INET if route.destination.version == _V4 else socket.AF_INET6,
        "dst": str(route.destination),
        "oif": route.link,
        "table": _MAIN_TABLE,
        "proto": route.protocol,
        "type": _UNICAST,
        "scope": 0,
    }
    if route.gateway is not None:
        words["gateway"] = str(route.gateway)
    if route.metric:
        words["priority"] = route.metric
    if route.onlink:
        words["flags"] = _ONLINK
    return words


def _route(message: nlmsg) -> ForeignRoute:
    gateway = message.get_attr("RTA_GATEWAY")
    return ForeignRoute(
        destination=ip_network(f"{message.get_attr('RTA_DST')}/{message['dst_len']}"),
        gateway=ip_address(gateway) if isinstance(gateway, str) else None,
        link=integer(message.get_attr("RTA_OIF")),
        protocol=integer(message["proto"]),
        metric=integer(message.get_attr("RTA_PRIORITY")),
        onlink=bool(integer(message["flags"]) & _ONLINK),
    )
