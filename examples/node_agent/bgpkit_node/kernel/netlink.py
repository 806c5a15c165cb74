"""The one place of the agent that speaks to pyroute2: links removed, and everything read, as typed calls."""

import errno
import socket
from collections.abc import Generator
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface, ip_network
from types import TracebackType
from typing import Final, Self

from pyroute2 import IPRoute, NetlinkError
from pyroute2.netlink import nlmsg

from bgpkit_node.kernel.error import KernelError
from bgpkit_node.kernel.values import Address, Forwarding, Interface, Link, Neighbour, Network, Route, Vxlan

_IFF_UP: Final = 0x1
_SCOPE_LINK: Final = 253
_MAIN_TABLE: Final = 254
_NUD_PERMANENT: Final = 0x80
_V4: Final = 4
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

    def addresses(self, link: int) -> tuple[Interface, ...]:
        """Return the addresses of the interface with index ``link``, but for IPv6's link-local ones."""
        with _translated(f"cannot list the addresses of the interface with index {link}"):
            found = tuple(
                ip_interface(f"{_text(message.get_attr('IFA_LOCAL') or message.get_attr('IFA_ADDRESS'))}/{length}")
                for message in self._socket.addr("dump", index=link)
                if message["index"] == link and (length := _integer(message["prefixlen"]))
            )
        return tuple(address for address in found if address.version == _V4 or not address.is_link_local)

    def remove_address(self, link: int, address: Interface) -> None:
        """Take ``address`` from the interface with index ``link``."""
        with _translated(f"cannot remove the address {address}"):
            length = address.network.prefixlen
            self._socket.addr("del", index=link, address=str(address.ip), prefixlen=length)

    def link_with(self, address: Address) -> Link | None:
        """Return the interface that has ``address``, or None."""
        with _translated("cannot list the addresses"):
            indexes = {
                _integer(message["index"])
                for message in self._socket.addr("dump", family=_family(address))
                if str(address) in {message.get_attr("IFA_LOCAL"), message.get_attr("IFA_ADDRESS")}
            }
        return next((link for link in self.links() if link.index in indexes), None)

    def route_to(self, address: Address) -> Route | None:
        """Return the route that a packet to ``address`` matches; None when there is none or it drops the packet."""
        try:
            with _translated(f"cannot look up the route to {address}"):
                family = _family(address)
                found = self._socket.route("get", family=family, dst=str(address), flags=_RTM_F_FIB_MATCH)
                return next((_route(message) for message in found), None)
        except KernelError as error:
            if error.errno in _NO_ROUTE:
                return None
            raise

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of the main table, of both families."""
        with _translated("cannot list the routes"):
            found = [
                message
                for family in (socket.AF_INET, socket.AF_INET6)
                for message in self._socket.route("dump", family=family, table=_MAIN_TABLE)
            ]
            return tuple(_route(message) for message in found if message.get_attr("RTA_TABLE") == _MAIN_TABLE)

    def neighbours(self, link: int) -> tuple[Neighbour, ...]:
        """Return the neighbours, of both families, on the interface with index ``link``."""
        with _translated(f"cannot list the neighbours of the interface with index {link}"):
            return tuple(
                _neighbour(message)
                for family in (socket.AF_INET, socket.AF_INET6)
                for message in self._socket.neigh("dump", family=family, ifindex=link)
                if message["ifindex"] == link
            )

    def forwarding(self, link: int) -> tuple[Forwarding, ...]:
        """Return to which machines the VXLAN device with index ``link`` sends, by MAC address."""
        with _translated(f"cannot list the forwarding database of the interface with index {link}"):
            return tuple(
                Forwarding(_text(message.get_attr("NDA_LLADDR")), ip_address(remote))
                for message in self._socket.fdb("dump", ifindex=link)
                if message["ifindex"] == link and (remote := _text(message.get_attr("NDA_DST")))
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
        master=_integer(message.get_attr("IFLA_MASTER")),
        vxlan=_vxlan(message),
    )


def _vxlan(message: nlmsg) -> Vxlan | None:
    options = ("IFLA_LINKINFO", "IFLA_INFO_DATA")
    if message.get_nested("IFLA_LINKINFO", "IFLA_INFO_KIND") != "vxlan":
        return None
    local = _text(message.get_nested(*options, "IFLA_VXLAN_LOCAL") or message.get_nested(*options, "IFLA_VXLAN_LOCAL6"))
    return Vxlan(
        identifier=_integer(message.get_nested(*options, "IFLA_VXLAN_ID")),
        port=_integer(message.get_nested(*options, "IFLA_VXLAN_PORT")),
        local=ip_address(local) if local else None,
        learning=bool(_integer(message.get_nested(*options, "IFLA_VXLAN_LEARNING"))),
    )


def _family(value: Address | Interface | Network) -> int:
    return socket.AF_INET if value.version == _V4 else socket.AF_INET6


def _route(message: nlmsg) -> Route:
    gateway = _text(message.get_attr("RTA_GATEWAY"))
    anywhere = IPv4Address(0) if message["family"] == socket.AF_INET else IPv6Address(0)
    destination = _text(message.get_attr("RTA_DST")) or anywhere
    return Route(
        destination=ip_network(f"{destination}/{_integer(message['dst_len'])}"),
        link=_integer(message.get_attr("RTA_OIF")),
        gateway=ip_address(gateway) if gateway else None,
        on_link=message["scope"] == _SCOPE_LINK,
        protocol=_integer(message["proto"]),
    )


def _neighbour(message: nlmsg) -> Neighbour:
    return Neighbour(
        address=ip_address(_text(message.get_attr("NDA_DST"))),
        mac=_text(message.get_attr("NDA_LLADDR")),
        permanent=bool(_integer(message["state"]) & _NUD_PERMANENT),
    )
