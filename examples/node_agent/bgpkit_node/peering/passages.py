"""What the policies of sessions between nodes let pass: BGPFilters, and else the pools that are exported. Pure."""

from typing import Final

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Path, Prefix, Source, SourceKind
from bgpkit.policy import ACCEPT_ALL, Policy, verdicts
from bgpkit_node.ipam.address import IPNetwork
from bgpkit_node.peering.changes import session_ends
from bgpkit_node.peering.cluster import Cluster
from bgpkit_node.peering.topology import Reach
from bgpkit_node.resources import Node

_FAMILIES: Final = {4: IPV4_UNICAST, 6: IPV6_UNICAST}
# Only where a route is from is known of it here: it has no communities, and no AS numbers inside of its AS.
_OWN: Final = Path(Source("a node's own", SourceKind.LOCAL), b"")
_LEARNED: Final = Path(Source("another node's", SourceKind.NON_CLIENT), b"")


class Passages:
    """The sessions of one IP version between the nodes of a cluster, with the policies at both ends.

    Policies that are alike are asked once for a prefix, and where a prefix meets the same answers as another one of its
    node, it goes the same way.
    """

    def __init__(self, cluster: Cluster, version: int) -> None:
        """Look at ``cluster``."""
        self._family = _FAMILIES[version]
        self._reach = Reach(cluster, version)
        self._numbers: dict[Policy, int] = {}
        self._ends = {node.name: self._ends_of(cluster, node, version) for node in cluster.nodes}
        self._known: dict[tuple[str, frozenset[tuple[int, bool]]], frozenset[str]] = {}

    def learners(self, origin: str, network: IPNetwork) -> frozenset[str]:
        """Return the names of the nodes that learn ``network`` of node ``origin``, and its own.

        Rules that ask about communities or priorities look at a route without any: what is put on on the way is not
        looked at.
        """
        prefix = Prefix.from_network(network)
        accepted = frozenset(
            (number, own)
            for policy, number in self._numbers.items()
            for own in (True, False)
            if self._accepts(policy, _OWN if own else _LEARNED, prefix)
        )
        if (origin, accepted) not in self._known:

            def passes(sender: str, taker: str, own: bool) -> bool:
                """Tell whether one end tells the route, and the other takes it."""
                told, taken = self._ends[sender][taker][0], self._ends[taker][sender][1]
                return (told, own) in accepted and (taken, False) in accepted

            self._known[origin, accepted] = self._reach.learners(origin, passes)
        return self._known[origin, accepted]

    def _ends_of(self, cluster: Cluster, node: Node, version: int) -> dict[str, tuple[int, int]]:
        """Return, by the other node's name, the numbers of what a session's end tells by and of what it takes by."""
        return {
            end.peering.node: (self._number(end.config.export_policy), self._number(end.config.import_policy))
            for end in session_ends(cluster, node).values()
            if end.peering.node and end.peering.version == version
        }

    def _number(self, policy: Policy | None) -> int:
        return self._numbers.setdefault(ACCEPT_ALL if policy is None else policy, len(self._numbers))

    def _accepts(self, policy: Policy, path: Path, prefix: Prefix) -> bool:
        ((verdict, _),) = verdicts(policy, self._family, path, [prefix.key])
        return verdict.accepted
