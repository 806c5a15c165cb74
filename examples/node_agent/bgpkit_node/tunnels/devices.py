"""Keeping one device of the kernel as it should be. Everything here blocks."""

import errno
from collections.abc import Collection, Iterable
from contextlib import suppress
from ipaddress import IPv4Interface, IPv6Interface
from typing import Final

import structlog

from bgpkit_node.kernel import (
    Address,
    Batch,
    Forwarding,
    Interface,
    KernelError,
    Link,
    Netlink,
    Network,
    read_sysctl,
    write_sysctl,
)
from bgpkit_node.tunnels.ends import TunnelEnd
from bgpkit_node.tunnels.tunnel import IPIP, Tunnel
from bgpkit_node.tunnels.wishes import DeviceWish

_KERNEL: Final = 2
"""Protocol number of routes that come with an address."""
_STRICT, _LOOSE = "1", "2"
"""Reverse path filters. RFC 3704, sections 2.2 and 2.4."""
_log = structlog.stdlib.get_logger("bgpkit_node.tunnels")


def keep_device(netlink: Netlink, wish: DeviceWish, link_mtu: int, used: Collection[Address]) -> int:
    """Make a device what ``wish`` says, and return its index; KernelError when it cannot be.

    ``link_mtu`` is the MTU of the interface below it. Neighbours that are wanted no more stay as long as they are among
    ``used``, gateways of routes.
    """
    mtu = wish.mtu_over(link_mtu)
    found = _fitting(netlink, wish)
    link = found or _made(netlink, wish, mtu)
    mac = wish.mac if wish.mac != link.mac else ""
    if not link.up or link.mtu != mtu or mac:
        if found:
            _log.warning("tunnel.device_altered", device=link.name, up=link.up, mtu=link.mtu, mac=link.mac)
        batch = Batch()
        batch.change_link(link.index, up=True, mtu=mtu, mac=mac)
        batch.commit()
    _loosen(link.name)
    _keep_address(netlink, link, wish.address)
    if wish.vxlan is not None:
        _keep_ends(netlink, link, wish.ends, used)
    return link.index


def abandon_device(netlink: Netlink, tunnel: Tunnel, pools: Iterable[Network], *, made_here: bool) -> bool:
    """Remove the device of ``tunnel``, or put tunl0, which stays, out of use; False: routes go by it.

    Another program's is left alone: unless it was ``made_here`` it must have an address out of one of ``pools``.
    """
    link = netlink.link(tunnel.device)
    if link is None:
        return True
    addresses = netlink.addresses(link.index)
    if not made_here and not _lie_in(addresses, pools):
        return True
    if any(route.link == link.index and route.protocol != _KERNEL for route in netlink.routes()):
        return False
    if tunnel is not IPIP:
        netlink.remove_link(link.index)
    elif link.up or addresses:
        _keep_address(netlink, link, None)
        batch = Batch()
        batch.change_link(link.index, up=False)
        batch.commit()
    _log.info("tunnel.device_abandoned", device=tunnel.device)
    return True


def is_ours(netlink: Netlink, tunnel: Tunnel, pools: Iterable[Network]) -> bool:
    """Tell whether the device of ``tunnel`` takes packets and is none of another program: its address is in a pool."""
    link = netlink.link(tunnel.device)
    return link is not None and link.up and _lie_in(netlink.addresses(link.index), pools)


def strip_device(netlink: Netlink, tunnel: Tunnel) -> None:
    """Take the address from the device of ``tunnel``, which may be another's by now."""
    link = netlink.link(tunnel.device)
    if link is not None:
        _keep_address(netlink, link, None)


def _fitting(netlink: Netlink, wish: DeviceWish) -> Link | None:
    """Return the device if it is there; one of that name that cannot be made to fit goes."""
    link = netlink.link(wish.tunnel.device)
    if link is None or (link.kind == ("vxlan" if wish.vxlan else "ipip") and link.vxlan == wish.vxlan):
        return link
    _log.warning("tunnel.device_of_another_sort", device=link.name, kind=link.kind, found=str(link.vxlan or ""))
    netlink.remove_link(link.index)
    return netlink.link(wish.tunnel.device)


def _made(netlink: Netlink, wish: DeviceWish, mtu: int) -> Link:
    name = wish.tunnel.device
    batch = Batch()
    if wish.vxlan is None:
        batch.add_ipip(name)
    else:
        batch.add_vxlan(name, wish.mac, mtu, wish.vxlan)
    try:
        batch.commit()
    except KernelError as error:
        if error.errno != errno.EEXIST:  # the module brings tunl0 along
            raise
    link = netlink.link(name)
    if link is None:
        msg = f"the device {name} went as soon as it had been made"
        raise KernelError(msg)
    _log.info("tunnel.device_made", device=name, mtu=mtu, local=str(wish.local))
    return link


def _keep_address(netlink: Netlink, link: Link, wanted: Address | None) -> None:
    """Have one address on the device, or none; the new one comes first, for with the last one routes would go."""
    present = netlink.addresses(link.index)
    kept = [address for address in present if address.ip == wanted and address.network.num_addresses == 1]
    if wanted is not None and not kept:
        batch = Batch()
        batch.add_address(link.index, _alone(wanted))
        batch.commit()
    for address in present:
        if address not in kept:
            with suppress(KernelError):  # it may go with the one before
                netlink.remove_address(link.index, address)
            _log.info("tunnel.address_removed", device=link.name, address=str(address))


def _keep_ends(netlink: Netlink, link: Link, ends: Collection[TunnelEnd], used: Collection[Address]) -> None:
    """Know where each other node's device is; nothing is learned from packets."""
    batch = Batch()
    wanted = {end.gateway: end.mac for end in ends}
    present = {one.address: one.mac for one in netlink.neighbours(link.index) if one.permanent}
    for address, mac in wanted.items():
        if present.get(address) != mac:
            batch.set_neighbour(link.index, address, mac)
    stale = {address for address in present if address not in wanted and _is_machine(address)}
    for address in stale.difference(used):
        batch.remove_neighbour(link.index, address)
    in_use = {present[address] for address in stale.intersection(used)}
    ways = {end.mac: end.node for end in ends}
    entries = netlink.forwarding(link.index)
    found = {(entry.mac, entry.remote) for entry in entries}
    for mac, node in ways.items():
        if (mac, node) not in found:
            batch.set_forwarding(link.index, Forwarding(mac, node))
    for entry in entries:
        if entry.mac not in ways and entry.mac not in in_use:
            batch.remove_forwarding(link.index, entry)
    batch.commit()


def _is_machine(address: Address) -> bool:
    return not (address.is_multicast or address.is_loopback or address.is_unspecified)


def _loosen(device: str) -> None:
    """Take packets whose sender is reached otherwise at the moment, as while modes are switched."""
    names = [f"ipv4/conf/{scope}/rp_filter" for scope in ("all", device)]
    with suppress(KernelError):
        if _STRICT in map(read_sysctl, names) and _LOOSE not in map(read_sysctl, names):
            write_sysctl(names[1], _LOOSE)


def _alone(address: Address) -> Interface:
    return IPv4Interface(address) if address.version == 4 else IPv6Interface(address)


def _lie_in(addresses: Iterable[Interface], pools: Iterable[Network]) -> bool:
    """Tell whether one of the addresses is in one of the pools."""
    known = list(pools)
    return any(one.version == pool.version and one.ip in pool for one in addresses for pool in known)
