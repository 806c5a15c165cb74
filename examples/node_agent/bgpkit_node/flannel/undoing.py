"""Putting back what was removed, from its record; blocks."""

from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

from bgpkit_node.errors import NodeError
from bgpkit_node.flannel.record import Record, SavedDevice, SavedRoute
from bgpkit_node.flannel.removal import Tell
from bgpkit_node.flannel.rule_programs import put_rules_back
from bgpkit_node.flannel.rules import Rules
from bgpkit_node.kernel import Batch, Foreign, Forwarding, Link, Netlink
from bgpkit_node.whole_file import write_whole


def put_back(record: Record, ours: Path, tell: Tell) -> tuple[str, ...]:
    """Put everything back that is not there, and return a sentence for each thing that could not be.

    Interfaces come first, for routes need them, and the configurations last; ``ours`` is our own, which goes when the
    migration had written it. NodeError when a file cannot be written, or the kernel refuses an interface.
    """
    missing: list[str] = []
    for device in record.devices:
        missing += _put_back_device(device, tell)
    for route in record.routes:
        missing += _put_back_route(route, tell)
    for rules in record.rules:
        missing += _put_back_rules(rules, tell)
    for conflist in record.conflists:
        path = Path(conflist.path)
        if not path.exists():
            write_whole(path, conflist.text, folders=True)
            tell(f"wrote {path}")
    _remove_ours(record, ours, tell)
    return tuple(missing)


def _put_back_device(device: SavedDevice, tell: Tell) -> Iterator[str]:
    with Netlink() as netlink, Foreign() as foreign:
        link = netlink.link(device.name)
        if link is None:
            link = _made(device, netlink, foreign)
            tell(f"made interface {device.name} ({', '.join((link.kind, *device.addresses))})")
        for name in device.ports:
            port = netlink.link(name)
            if port is None:
                yield f"{name}: the interface has gone with its pod"
            elif port.master not in {0, link.index}:
                yield f"{name}: is a port of another bridge now"
            elif not port.master:
                foreign.join(port.index, link.index)
                tell(f"made {name} a port of {device.name}")


def _made(device: SavedDevice, netlink: Netlink, foreign: Foreign) -> Link:
    """Make a device with its addresses, and what a tunnel knew of other nodes; return it."""
    batch = Batch()
    if device.vxlan is None:
        foreign.add_bridge(device.name, device.mac, device.mtu)
    else:
        batch.add_vxlan(device.name, device.mac, device.mtu, device.vxlan.vxlan())
        batch.commit()
    link = netlink.link(device.name)
    if link is None:
        raise NodeError(f"{device.name}: was made, and somebody has removed it at once: is flannel's daemon running?")
    for address in device.interfaces():
        batch.add_address(link.index, address)
    batch.bring_up(link.index)
    if device.vxlan is not None:
        for text, mac in device.vxlan.neighbours:
            batch.set_neighbour(link.index, ip_address(text), mac)
        for mac, remote in device.vxlan.forwarding:
            batch.set_forwarding(link.index, Forwarding(mac, ip_address(remote)))
    batch.commit()
    return link


def _put_back_route(saved: SavedRoute, tell: Tell) -> Iterator[str]:
    words = f"route {saved.destination}{f' via {saved.gateway}' if saved.gateway else ''} dev {saved.device}"
    with Netlink() as netlink, Foreign() as foreign:
        link = netlink.link(saved.device)
        if link is None:
            yield f"{words}: there is no interface {saved.device}"
            return
        route = saved.route(link.index)
        there = [found for found in foreign.routes() if found.destination == route.destination]
        if route in there:
            return
        if any(found.metric == route.metric for found in there):
            yield f"{words}: another route to {saved.destination} stands there now"
            return
        foreign.add_route(route)
        tell(f"added {words}")


def _put_back_rules(rules: Rules, tell: Tell) -> Iterator[str]:
    try:
        if put_rules_back(rules):
            tell(f"put back {rules}")
    except NodeError as error:
        yield f"{rules}: {error}"


def _remove_ours(record: Record, ours: Path, tell: Tell) -> None:
    """Remove our configuration when the migration wrote it and nobody has changed it since."""
    if not record.written:
        return
    try:
        if ours.read_text(encoding="utf-8", errors="replace") == record.written:
            ours.unlink()
            tell(f"removed {ours}")
    except FileNotFoundError:
        return
    except OSError as error:
        raise NodeError(f"{ours}: cannot be removed: {error.strerror}") from error
