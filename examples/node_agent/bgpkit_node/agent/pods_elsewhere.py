"""Counting the pods of this node that are on another network than ours."""

import re
from collections.abc import Iterable
from typing import Final

from bgpkit_node.kernel import KernelError, Link, Netlink

_NO_PODS: Final = re.compile(r"docker|br-|virbr|podman|lxcbr")
"""Names of bridges whose ports are no pods of Kubernetes, by how they begin."""


def pods_elsewhere() -> dict[str, int]:
    """Return how many pods each other network's bridge has, such as ``cni0``; nothing when they cannot be counted."""
    try:
        with Netlink() as netlink:
            return pods_by_bridge(netlink.links())
    except KernelError:
        return {}


def pods_by_bridge(links: Iterable[Link]) -> dict[str, int]:
    """Return how many of ``links`` lead to a pod over a bridge, by the name of the bridge, in order."""
    links = tuple(links)
    bridges = {link.index: link.name for link in links if link.kind == "bridge" and not _NO_PODS.match(link.name)}
    found: dict[str, int] = {}
    for link in links:
        if link.kind == "veth" and link.master in bridges:
            found[bridges[link.master]] = found.get(bridges[link.master], 0) + 1
    return dict(sorted(found.items()))
