"""Whether what routers outside tell a reflector gets to the reflector's clients. Pure."""

from collections.abc import Iterator, Mapping

from bgpkit_node.doctor.finding import Finding, warning, well
from bgpkit_node.peering import Cluster, Peering, plan_peerings
from bgpkit_node.resources import BGPFilter, Node
from bgpkit_node.resources.bgp_filter import FilterAction


def reflection_findings(cluster: Cluster) -> Iterator[Finding]:
    """Yield the reflectors with external peers whose routes stop there, for each IP version.

    To its clients a reflector passes on what lies in pools or is of services; anything else only where a BGPFilter of
    the session accepts it on export.
    """
    filters = {one.name: one for one in cluster.filters}
    stopped = False
    outside = False
    for node in cluster.nodes:
        if node.cluster_id is None:
            continue
        peerings = plan_peerings(cluster, node)
        for version in (4, 6):
            external = [each for each in peerings if _is_external(cluster, node, each) and each.version == version]
            closed = [
                each for each in peerings if each.client and each.version == version and not _opens(each, filters)
            ]
            outside = outside or bool(external)
            if external and closed:
                stopped = True
                yield _stopped(node, version, external, closed)
    if outside and not stopped:
        yield well("sessions", "external routes", "reflectors pass them on to their clients, as BGPFilters say")


def _stopped(node: Node, version: int, external: list[Peering], closed: list[Peering]) -> Finding:
    routers = ", ".join(f"{each.address} (AS {each.asn})" for each in external)
    clients = ", ".join(sorted({each.node for each in closed}))
    resources = ", ".join(dict.fromkeys(f"BGPPeer({each.resource})" for each in closed if each.resource))
    said = f"what {routers} announces outside of the pools stays here: {clients} will not get it"
    cure = (
        f"if they are to have it: a BGPFilter with exportV{version} [action: Accept, matchOperator: In, cidr: ...], "
        f"named in filters of {resources or 'a BGPPeer'}"
    )
    return warning("sessions", f"reflector {node.name}", said, cure)


def _is_external(cluster: Cluster, node: Node, peering: Peering) -> bool:
    """Tell whether a session is with a router of another AS outside of the cluster."""
    return not peering.node and peering.asn != cluster.asn(node)


def _opens(peering: Peering, filters: Mapping[str, BGPFilter]) -> bool:
    """Tell whether a filter of the session accepts anything on export; one that is missing lets nothing out."""
    named = [filters[name] for name in peering.spec.filters if name in filters]
    rules = [rule for each in named for rule in (each.spec.export_v4 if peering.version == 4 else each.spec.export_v6)]
    return any(rule.action is FilterAction.ACCEPT for rule in rules)
