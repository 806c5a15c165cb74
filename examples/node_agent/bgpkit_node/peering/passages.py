"""What the policies of sessions between nodes let pass: BGPFilters, and else the pools that are exported. Pure."""

from collections.abc import Callable, Mapping
from typing import Final

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Path, PeerConfig, Prefix, Source, SourceKind
from bgpkit.policy import Policy, verdicts
from bgpkit_node.peering.changes import session_ends
from bgpkit_node.peering.cluster import Cluster
from bgpkit_node.peering.topology import Reach

_FAMILIES: Final = {4: IPV4_UNICAST, 6: IPV6_UNICAST}
# Only where a route is from is known of it here: it has no communities, and no AS numbers inside of its AS.
_OWN: Final = Path(Source("a node's own", SourceKind.LOCAL), b"")
_LEARNED: Final = Path(Source("another node's", SourceKind.NON_CLIENT), b"")


class Passages:
    """The sessions of one IP version between the nodes of a cluster, with the policies at both ends."""

    def __init__(self, cluster: Cluster, version: int) -> None:
        """Look at ``cluster``."""
        self._version = version
        self._reach = Reach(cluster, version)
        self._ends: Mapping[str, Mapping[str, PeerConfig]] = {
            node.name: {
                end.peering.node: end.config
                for end in session_ends(cluster, node).values()
                if end.peering.node and end.peering.version == version
            }
            for node in cluster.nodes
        }

    def learners(self, origin: str, prefix: Prefix) -> frozenset[str]:
        """Return the names of the nodes that learn ``prefix`` of node ``origin``, and its own.

        Rules that ask about communities or priorities look at a route without any: what is put on on the way is not
        looked at.
        """
        return self._reach.learners(origin, self._passes(prefix))

    def _passes(self, prefix: Prefix) -> Callable[[str, str, bool], bool]:
        def passes(sender: str, taker: str, own: bool) -> bool:
            """Tell whether one end tells the route, and the other takes it."""
            told, taken = self._ends[sender][taker].export_policy, self._ends[taker][sender].import_policy
            return self._accepts(told, _OWN if own else _LEARNED, prefix) and self._accepts(taken, _LEARNED, prefix)

        return passes

    def _accepts(self, policy: Policy | None, path: Path, prefix: Prefix) -> bool:
        if policy is None:
            return True
        ((verdict, _),) = verdicts(policy, _FAMILIES[self._version], path, [prefix.key])
        return verdict.accepted
