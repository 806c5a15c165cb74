"""What is wrong with the cluster as its resources describe it: pools, overlaps, reflectors. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_network
from types import MappingProxyType
from typing import Final

from bgpkit_node.advice import MESH_MOST, mesh_sessions
from bgpkit_node.doctor.finding import Finding, failure, unknown, warning, well
from bgpkit_node.doctor.machine import Machine
from bgpkit_node.ipam import IPNetwork
from bgpkit_node.ipam.address import contains
from bgpkit_node.peering import Cluster, Forecast, Obstacle, Originated, findings, keepers
from bgpkit_node.resources import Resource
from bgpkit_node.startup.overlaps import overlaps
from bgpkit_node.startup.ranges import cluster_ranges, local_ranges

_NOTHING: Final[Originated] = MappingProxyType({})
_REFLECTORS_LEAST: Final = 2
_ADVICE: Final = "label two or three nodes as reflectors, give them a routeReflectorClusterID and a BGPPeer"


def pool_findings(
    cluster: Cluster, cluster_cidrs: Sequence[IPNetwork], source: str, why: str = ""
) -> Iterator[Finding]:
    """Yield whether the pools cover the range of the cluster's pods, which ``source`` has told, and the podCIDRs.

    ``why`` says why nobody has told it.
    """
    pools = [pool.network for pool in cluster.pools if not pool.spec.disabled]
    if not pools:
        yield failure("pool", "IPPool", "there is no enabled one: no pod gets an address", "apply an IPPool")
        return
    yield well("pool", "IPPool", f"{len(pools)} enabled: {', '.join(map(str, pools))}")
    if not cluster_cidrs:
        said = "the controller manager's --cluster-cidr is not known here" + (f": {why}" if why else "")
        yield unknown("pool", "cluster CIDR", said, "give it with --cluster-cidr")
    ranges: list[tuple[str, IPNetwork]] = [(source, cidr) for cidr in cluster_cidrs]
    for node in cluster.nodes:
        cidrs = () if node.status is None else node.status.pod_cidrs
        ranges += [(f"podCIDR of {node}", network) for network in map(_network, cidrs) if network is not None]
    outside = [(name, network) for name, network in ranges if not any(contains(pool, network) for pool in pools)]
    for name, network in outside:
        said = f"{network} is in no enabled pool: what takes it for the pods' range treats pods as strangers"
        yield failure("pool", name, said, f"give the pools, or {name}, the same range")
    if ranges and not outside:
        yield well("pool", "cluster CIDR", f"the pools cover {', '.join(sorted({str(net) for _, net in ranges}))}")


def _network(text: str) -> IPNetwork | None:
    try:
        return ip_network(text)
    except ValueError:
        return None


def overlap_findings(resources: Iterable[Resource], machine: Machine | None) -> Iterator[Finding]:
    """Yield every overlap among pools, services, node networks, peers and this machine's interfaces."""
    known = tuple(resources)
    interfaces = () if machine is None else machine.interfaces
    found = overlaps((*cluster_ranges(known, interfaces), *local_ranges(interfaces, known)))
    for overlap in found:
        cure = "give one of the two another range: what is sent to one may end in the other"
        yield failure("overlap", overlap.name, str(overlap), cure)
    if not found:
        yield well("overlap", "address ranges", "pools, services, nodes, peers and interfaces are apart")


def topology_findings(cluster: Cluster, originated: Originated = _NOTHING) -> Iterator[Finding]:
    """Yield whether every node reaches every other one, which announce what is ``originated``.

    And whether they would if one reflector were away.
    """
    cut = Forecast(cluster).unreached(originated)
    for why, reason in (Obstacle.SESSIONS, ""), (Obstacle.POLICIES, f": routes are kept back by {keepers(cluster)}"):
        found = [f"{one} - {other}" for (one, other), each in cut.items() if each is why]
        pairs = ", ".join(found[:5]) + (", ..." if len(found) > 5 else "")
        if found:
            yield failure("sessions", "topology", f"no path between {pairs}{reason}", "bgpkit-node topology --sessions")
    if not cut:
        yield well("sessions", "topology", f"{len(cluster.nodes)} nodes, each with a path to every other one")
    reflectors = [node for node in cluster.nodes if node.cluster_id is not None]
    if cluster.mesh and len(cluster.nodes) > MESH_MOST:
        count = len(cluster.nodes)
        said = f"{count} nodes in a full mesh have {mesh_sessions(count)} sessions"
        yield warning("sessions", "node-to-node mesh", said, f"{_ADVICE}, then switch the mesh off")
    elif not cluster.mesh and len(cluster.nodes) > 2 and len(reflectors) < _REFLECTORS_LEAST:
        only = f"{reflectors[0].name} is the only reflector" if reflectors else "there is no reflector"
        said = f"the mesh is off and {only}: none can be away for maintenance"
        yield warning("sessions", "reflectors", said, _ADVICE)
    for sentence in findings(cluster):
        if not any(sentence.startswith(f"{reflector} is the only reflector") for reflector in reflectors):
            yield warning("sessions", "resources", sentence, "bgpkit-node topology --sessions")
