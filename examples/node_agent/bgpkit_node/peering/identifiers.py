"""Nodes of one autonomous system that have one BGP Identifier. RFC 6286, section 2.1. Pure."""

from dataclasses import dataclass
from ipaddress import IPv4Address

from bgpkit_node.peering.cluster import Cluster


@dataclass(frozen=True, slots=True)
class SharedIdentifier:
    """Nodes that cannot have sessions with each other, nor learn each other's routes from reflectors."""

    identifier: IPv4Address
    asn: int
    nodes: tuple[str, ...]
    """Their names, in order."""

    def __str__(self) -> str:
        """Return the sentence that says so, and what to do."""
        named = " and ".join(f"Node({name})" for name in self.nodes)
        return (
            f"{named} of AS {self.asn} have one BGP Identifier, {self.identifier}, and refuse each other's sessions "
            "and routes: start the agent of one with another --router-id"
        )


def shared_identifiers(cluster: Cluster) -> tuple[SharedIdentifier, ...]:
    """Return what nodes share, ordered by AS number and identifier.

    The store refuses what is certain from Nodes alone; here the AS number of the BGPConfiguration counts, too.
    """
    found: dict[tuple[int, IPv4Address], list[str]] = {}
    for node in cluster.nodes:
        if node.interfaces:
            found.setdefault((cluster.asn(node), node.bgp_identifier), []).append(node.name)
    return tuple(
        SharedIdentifier(identifier, asn, tuple(names))
        for (asn, identifier), names in sorted(found.items())
        if len(names) > 1
    )
