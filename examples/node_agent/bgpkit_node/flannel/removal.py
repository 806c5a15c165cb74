"""Removing what is flannel's, in an order in which what is left works as long as it can; blocks."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from bgpkit_node.errors import NodeError
from bgpkit_node.flannel.machine import Machine
from bgpkit_node.flannel.remains import Device, Remains, route_text
from bgpkit_node.flannel.rule_programs import remove_rules
from bgpkit_node.kernel import Foreign, Netlink

Tell: TypeAlias = Callable[[str], None]
"""Takes one line for each thing done."""


def remove(remains: Remains, machine: Machine, tell: Tell) -> None:
    """Remove configurations, routes, tunnels, the bridge and rules; what has gone meanwhile is passed over.

    NodeError when a file cannot be removed, or the kernel refuses; a second call goes on from there.
    """
    for conflist in remains.conflists:
        try:
            conflist.path.unlink(missing_ok=True)
        except OSError as error:
            raise NodeError(f"{conflist.path}: cannot be removed: {error.strerror}") from error
        tell(f"removed {conflist.path}")
    with Foreign() as foreign:
        for route in remains.routes:
            foreign.remove_route(route)
            tell(f"removed route {route_text(route, machine)}")
    for tunnel in remains.tunnels:
        _remove_device(tunnel, tell)
    if remains.bridge is not None:
        _remove_device(remains.bridge, tell)
    for rules in remains.rules:
        remove_rules(rules)
        tell(f"removed {rules}")


def _remove_device(device: Device, tell: Tell) -> None:
    with Netlink() as netlink:
        netlink.remove_link(device.link.index)
    tell(f"removed interface {device.link.name}")


def flanneld(proc: Path) -> int:
    """Return the process of flannel's daemon, as ``proc`` (``/proc``) shows it to anybody, or 0."""
    for name in sorted(proc.glob("[0-9]*/comm")):
        try:
            if name.read_text(encoding="utf-8").strip() == "flanneld":
                return int(name.parent.name)
        except (OSError, UnicodeDecodeError):
            continue
    return 0
