"""Whether policies leave pods the way to a DNS server."""

from typing import Final

from bgpkit_node.policy.cluster import Cluster
from bgpkit_node.policy.evaluator import Evaluator
from bgpkit_node.policy.model import Action, Address, Direction, Endpoint, Policy, Rule
from bgpkit_node.policy.protocols import UDP
from bgpkit_node.policy.system_labels import NAMESPACE, labels_of_pod
from bgpkit_node.policy.verdict import Packet

_PORT: Final = 53
_SYSTEM: Final = "kube-system"
_APPS: Final = frozenset({"kube-dns", "coredns"})
_SUPPOSED: Final = dict(labels_of_pod({"k8s-app": "kube-dns"}, _SYSTEM, {}))
"""What selectors would see of a server where none is known."""


class DnsReach:
    """Looks for pods that policies for egress cut off from all DNS servers that there are.

    The servers are the pods of kube-system that are labelled as such; without any, all pods of kube-system. Where it
    has none, a rule has to be about such a pod, or to name the port.
    """

    def __init__(self, cluster: Cluster) -> None:
        """Look for the servers."""
        self._cluster = cluster
        self._evaluator = Evaluator(cluster.state)
        system = [each for each in cluster.state.endpoints.values() if dict(each.labels).get(NAMESPACE) == _SYSTEM]
        servers = [each for each in system if dict(each.labels).get("k8s-app") in _APPS] or system
        self._servers: tuple[Address, ...] = tuple(address for each in servers for address in each.addresses)

    def cut_off(self, policy: Policy) -> str:
        """Return the name of an endpoint that a policy cuts off, empty if there is none."""
        if policy.staged or Direction.EGRESS not in policy.directions:
            return ""
        for endpoint in self._cluster.state.endpoints.values():
            if policy.selector.matches(dict(endpoint.labels)) and not self._reaches(endpoint):
                return self._cluster.name_of(endpoint.addresses[0]) if endpoint.addresses else endpoint.key
        return ""

    def _reaches(self, endpoint: Endpoint) -> bool:
        ways = [
            Packet(source=source, destination=server, protocol=UDP, port=_PORT)
            for source in endpoint.addresses
            for server in self._servers
            if source.version == server.version
        ]
        if ways:
            sides = [self._evaluator.verdict(packet) for packet in ways]
            return any(verdict.egress is None or verdict.egress.allowed for verdict in sides)
        policies = self._evaluator.policies(endpoint)
        return any(_lets_out(rule) for policy in policies if not policy.staged for rule in policy.egress)


def _lets_out(rule: Rule) -> bool:
    """Tell whether a rule may allow a question to a DNS server that is not known."""
    if rule.action is not Action.ALLOW or rule.protocol not in {None, UDP}:
        return False
    to = rule.destination
    if to.ports:
        return any(isinstance(port, str) or port.first <= _PORT <= port.last for port in to.ports)
    found = to.selector is None or to.selector.matches(_SUPPOSED)
    return found and not (to.not_selector and to.not_selector.matches(_SUPPOSED))
