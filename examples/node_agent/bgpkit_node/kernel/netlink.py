"""The one place of the agent that speaks to pyroute2: links, addresses, routes and neighbours as typed calls."""

import errno
import socket
from collections.abc import Generator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from types import TracebackType
from typing import Final, Self

from pyroute2 import IPRoute, NetlinkError
from pyroute2.netlink import nlmsg

from bgpkit_node.kernel.error import KernelError
from bgpkit_node.kernel.values import Link, Neighbour, Route

_IFF_UP: Final = 0x1
_SCOPE_UNIVERSE: Final = 0
_SCOPE_LINK: Final = 253
_MAIN_TABLE: Final = 254
_NUD_PERMANENT: Final = 0x80
_RTM_F_FIB_MATCH: Final = 0x2000
_NO_ROUTE: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EINVAL})
_NO_LINK: Final = frozenset({errno.ENODEV, errno.ENXIO})


class Netlink:
    """One rtnetlink socket in the network namespace of the thread that makes it, for that thread only.

    A context manager; every call blocks until the kernel has answered, and raises KernelError when it refuses.
    """

    def __init__(self) -> None:
        """Open the socket on the first request."""
        self._socket = IPRoute()

    def __enter__(self) -> Self:
        """Return the open socket."""
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the socket."""
        self._socket.close()

    def link(self, name: str) -> Link | None:
        """Return the interface called ``name``, or None."""
        try:
            with _translated(f"cannot read the interface {name}"):
                return next((_link(message) for message in self._socket.link("get", ifname=name)), None)
        except KernelError as error:
            if error.errno in _NO_LINK:
                return None
            raise

    def links(self) -> tuple[Link, ...]:
        """Return every interface of the namespace."""
        with _translated("cannot list the interfaces"):
            return tuple(_link(message) for message in self._socket.link("dump"))

    def add_veth(self, name: str, *, mac: str, mtu: int, peer: str, peer_namespace: int) -> None:
        """Make a veth pair: ``name`` with ``mac`` here, ``peer`` in the namespace of that file descriptor."""
        other = {"ifname": peer, "net_ns_fd": peer_namespace, "mtu": mtu}
        with _translated(f"cannot make the veth pair {name} and {peer}"):
            self._socket.link("add", ifname=name, kind="veth", address=mac, mtu=mtu, peer=other)

    def bring_up(self, link: int, *, alias: str | None = None) -> None:
        """Set the interface with index ``link`` up, and its ``alias`` when one is given."""
        extra = {} if alias is None else {"ifalias": alias}
        with _translated(f"cannot set the interface with index {link} up"):
            self._socket.link("set", index=link, state="up", **extra)

    def remove_link(self, link: int) -> bool:
        """Remove the interface with index ``link``; False when it is gone already."""
        try:
            with _translated(f"cannot remove the interface with index {link}"):
                self._socket.link("del", index=link)
        except KernelError as error:
            if error.errno in _NO_LINK:
                return False
            raise
        return True

    def add_address(self, link: int, address: IPv4Interface) -> None:
        """Give the interface with index ``link`` an address."""
        with _translated(f"cannot set the address {address}"):
            self._socket.addr("add", index=link, address=str(address.ip), prefixlen=address.network.prefixlen)

    def addresses(self, link: int) -> tuple[IPv4Interface, ...]:
        """Return the IPv4 addresses of the interface with index ``link``."""
        with _translated(f"cannot list the addresses of the interface with index {link}"):
            return tuple(
                IPv4Interface(f"{message.get_attr('IFA_LOCAL')}/{message['prefixlen']}")
                for message in self._socket.addr("dump", index=link, family=socket.AF_INET)
                if message["index"] == link
            )

    def add_route(self, route: Route) -> None:
        """Add a unicast route to the main table; KernelError with EEXIST when its destination is taken."""
        with _translated(f"cannot add the route to {route.destination}"):
            self._socket.route(
                "add",
                dst=str(route.destination),
                oif=route.link,
                scope=_SCOPE_LINK if route.on_link else _SCOPE_UNIVERSE,
                proto=route.protocol,
                **({} if route.gateway is None else {"gateway": str(route.gateway)}),
            )

    def route_to(self, address: IPv4Address) -> Route | None:
        """Return the route that a packet to ``address`` matches; None when there is none or it drops the packet."""
        try:
            with _translated(f"cannot look up the route to {address}"):
                found = self._socket.route("get", dst=str(address), flags=_RTM_F_FIB_MATCH)
                return next((_route(message) for message in found), None)
        except KernelError as error:
            if error.errno in _NO_ROUTE:
                return None
            raise

    def routes(self) -> tuple[Route, ...]:
        """Return the IPv4 routes of the main table."""
        with _translated("cannot list the routes"):
            found = self._socket.route("dump", family=socket.AF_INET, table=_MAIN_TABLE)
            return tuple(_route(message) for message in found if message.get_attr("RTA_TABLE") == _MAIN_TABLE)

    def set_neighbour(self, link: int, address: IPv4Address, mac: str) -> None:
        """Make ``address`` a permanent neighbour with ``mac`` on the interface with index ``link``."""
        with _translated(f"cannot set the neighbour {address}"):
            self._socket.neigh("replace", dst=str(address), lladdr=mac, ifindex=link, state=_NUD_PERMANENT)

    def neighbours(self, link: int) -> tuple[Neighbour, ...]:
        """Return the IPv4 neighbours on the interface with index ``link``."""
        with _translated(f"cannot list the neighbours of the interface with index {link}"):
            return tuple(
                _neighbour(message)
                for message in self._socket.neigh("dump", family=socket.AF_INET, ifindex=link)
                if message["ifindex"] == link
            )


@contextmanager
def _translated(text: str) -> Generator[None, None, None]:
    try:
        yield
    except NetlinkError as error:
        raise KernelError(text, error.code) from error
    except OSError as error:
        raise KernelError(text, error.errno or 0) from error


def _integer(value: object) -> int:
    return value if isinstance(value, int) else 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _link(message: nlmsg) -> Link:
    return Link(
        index=_integer(message["index"]),
        name=_text(message.get_attr("IFLA_IFNAME")),
        kind=_text(message.get_nested("IFLA_LINKINFO", "IFLA_INFO_KIND")),
        mac=_text(message.get_attr("IFLA_ADDRESS")),
        mtu=_integer(message.get_attr("IFLA_MTU")),
        up=bool(_integer(message["flags"]) & _IFF_UP),
        alias=_text(message.get_attr("IFLA_IFALIAS")),
    )


def _route(message: nlmsg) -> Route:
    gateway = _text(message.get_attr("RTA_GATEWAY"))
    address = IPv4Address(_text(message.get_attr("RTA_DST")) or 0)
    return Route(
        destination=IPv4Network((address, _integer(message["dst_len"]))),
        link=_integer(message.get_attr("RTA_OIF")),
        gateway=IPv4Address(gateway) if gateway else None,
        on_link=message["scope"] == _SCOPE_LINK,
        protocol=_integer(message["proto"]),
    )


def _neighbour(message: nlmsg) -> Neighbour:
    return Neighbour(
        address=IPv4Address(_text(message.get_attr("NDA_DST"))),
        mac=_text(message.get_attr("NDA_LLADDR")),
        permanent=bool(_integer(message["state"]) & _NUD_PERMANENT),
    )
