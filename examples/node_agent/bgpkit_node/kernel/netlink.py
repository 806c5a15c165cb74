"""Links removed, and everything read that the agent asks of rtnetlink, as typed calls."""

import errno
import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface, ip_network
from typing import Final

from pyroute2.netlink import nlmsg

from bgpkit_node.kernel.error import KernelError
from bgpkit_node.kernel.rtnetlink import Rtnetlink, integer, text, translated
from bgpkit_node.kernel.values import Address, Forwarding, Interface, Link, Neighbour, Network, Route, Vxlan

_IFF_UP: Final = 0x1
_SCOPE_LINK: Final = 253
_MAIN_TABLE: Final = 254
_NUD_PERMANENT: Final = 0x80
_V4: Final = 4
_RTM_F_FIB_MATCH: Final = 0x2000
_NO_ROUTE: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.EINVAL})
_NO_LINK: Final = frozenset({errno.ENODEV, errno.ENXIO})


class Netlink(Rtnetlink):
    """Links, addresses, routes and neighbours of a network namespace."""

    def link(self, name: str) -> Link | None:
        """Return the interface called ``name``, or None."""
        try:
            with translated(f"cannot read the interface {name}"):
                return next((_link(message) for message in self._socket.link("get", ifname=name)), None)
        except KernelError as error:
            if error.errno in _NO_LINK:
                return None
            raise

    def links(self) -> tuple[Link, ...]:
        """Return every interface of the namespace."""
        with translated("cannot list the interfaces"):
            return tuple(_link(message) for message in self._socket.link("dump"))

    def remove_link(self, link: int) -> bool:
        """Remove the interface with index ``link``; False when it is gone already."""
        try:
            with translated(f"cannot remove the interface with index {link}"):
                self._socket.link("del", index=link)
        except KernelError as error:
            if error.errno in _NO_LINK:
                return False
            raise
        return True

    def addresses(self, link: int) -> tuple[Interface, ...]:
        """Return the addresses of the interface with index ``link``, but for IPv6's link-local ones."""
        with translated(f"cannot list the addresses of the interface with index {link}"):
            found = tuple(
                ip_interface(f"{text(message.get_attr('IFA_LOCAL') or message.get_attr('IFA_ADDRESS'))}/{length}")
                for message in self._socket.addr("dump", index=link)
                if message["index"] == link and (length := integer(message["prefixlen"]))
            )
        return tuple(address for address in found if address.version == _V4 or not address.is_link_local)

    def remove_address(self, link: int, address: Interface) -> None:
        """Take ``address`` from the interface with index ``link``."""
        with translated(f"cannot remove the address {address}"):
            length = address.network.prefixlen
            self._socket.addr("del", index=link, address=str(address.ip), prefixlen=length)

    def link_with(self, address: Address) -> Link | None:
        """Return the interface that has ``address``, or None."""
        with translated("cannot list the addresses"):
            indexes = {
                integer(message["index"])
                for message in self._socket.addr("dump", family=_family(address))
                if str(address) in {message.get_attr("IFA_LOCAL"), message.get_attr("IFA_ADDRESS")}
            }
        return next((link for link in self.links() if link.index in indexes), None)

    def route_to(self, address: Address) -> Route | None:
        """Return the route that a packet to ``address`` matches; None when there is none or it drops the packet."""
        try:
            with translated(f"cannot look up the route to {address}"):
                family = _family(address)
                found = self._socket.route("get", family=family, dst=str(address), flags=_RTM_F_FIB_MATCH)
                return next((_route(message) for message in found), None)
        except KernelError as error:
            if error.errno in _NO_ROUTE:
                return None
            raise

    def routes(self) -> tuple[Route, ...]:
        """Return the routes of the main table, of both families."""
        with translated("cannot list the routes"):
            found = [
                message
                for family in (socket.AF_INET, socket.AF_INET6)
                for message in self._socket.route("dump", family=family, table=_MAIN_TABLE)
            ]
            return tuple(_route(message) for message in found if message.get_attr("RTA_TABLE") == _MAIN_TABLE)

    def neighbours(self, link: int) -> tuple[Neighbour, ...]:
        """Return the neighbours, of both families, on the interface with index ``link``."""
        with translated(f"cannot list the neighbours of the interface with index {link}"):
            return tuple(
                _neighbour(message)
                for family in (socket.AF_INET, socket.AF_INET6)
                for message in self._socket.neigh("dump", family=family, ifindex=link)
                if message["ifindex"] == link
            )

    def forwarding(self, link: int) -> tuple[Forwarding, ...]:
        """Return to which machines the VXLAN device with index ``link`` sends, by MAC address."""
        with translated(f"cannot list the forwarding database of the interface with index {link}"):
            return tuple(
                Forwarding(text(message.get_attr("NDA_LLADDR")), ip_address(remote))
                for message in self._socket.fdb("dump", ifindex=link)
                if message["ifindex"] == link and (remote := text(message.get_attr("NDA_DST")))
            )


def _link(message: nlmsg) -> Link:
    return Link(
        index=integer(message["index"]),
        name=text(message.get_attr("IFLA_IFNAME")),
        kind=text(message.get_nested("IFLA_LINKINFO", "IFLA_INFO_KIND")),
        mac=text(message.get_attr("IFLA_ADDRESS")),
        mtu=integer(message.get_attr("IFLA_MTU")),
        up=bool(integer(message["flags"]) & _IFF_UP),
        alias=text(message.get_attr("IFLA_IFALIAS")),
        master=integer(message.get_attr("IFLA_MASTER")),
        vxlan=_vxlan(message),
    )


def _vxlan(message: nlmsg) -> Vxlan | None:
    options = ("IFLA_LINKINFO", "IFLA_INFO_DATA")
    if message.get_nested("IFLA_LINKINFO", "IFLA_INFO_KIND") != "vxlan":
        return None
    local = text(message.get_nested(*options, "IFLA_VXLAN_LOCAL") or message.get_nested(*options, "IFLA_VXLAN_LOCAL6"))
    return Vxlan(
        identifier=integer(message.get_nested(*options, "IFLA_VXLAN_ID")),
        port=integer(message.get_nested(*options, "IFLA_VXLAN_PORT")),
        local=ip_address(local) if local else None,
        learning=bool(integer(message.get_nested(*options, "IFLA_VXLAN_LEARNING"))),
    )


def _family(value: Address | Interface | Network) -> int:
    return socket.AF_INET if value.version == _V4 else socket.AF_INET6


def _route(message: nlmsg) -> Route:
    gateway = text(message.get_attr("RTA_GATEWAY"))
    anywhere = IPv4Address(0) if message["family"] == socket.AF_INET else IPv6Address(0)
    destination = text(message.get_attr("RTA_DST")) or anywhere
    return Route(
        destination=ip_network(f"{destination}/{integer(message['dst_len'])}"),
        link=integer(message.get_attr("RTA_OIF")),
        gateway=ip_address(gateway) if gateway else None,
        on_link=message["scope"] == _SCOPE_LINK,
        protocol=integer(message["proto"]),
    )


def _neighbour(message: nlmsg) -> Neighbour:
    return Neighbour(
        address=ip_address(text(message.get_attr("NDA_DST"))),
        mac=text(message.get_attr("NDA_LLADDR")),
        permanent=bool(integer(message["state"]) & _NUD_PERMANENT),
    )
