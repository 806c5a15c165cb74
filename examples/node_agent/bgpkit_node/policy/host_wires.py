"""By which of its interfaces a node is on the network that it shares with others."""

from collections.abc import Mapping

from bgpkit_node.policy.model import Address, Endpoint
from bgpkit_node.policy.state import PolicyState
from bgpkit_node.resources.host_endpoint import ALL_INTERFACES


class HostWires:
    """Of a node's endpoints, that which has an address of the node, else that for all interfaces, else the first.

    Where routes would lead elsewhere, this is a guess: a state says nothing of routes.
    """

    def __init__(self, state: PolicyState) -> None:
        """Look through the endpoints and the nodes."""
        self._wires: dict[str, Endpoint] = {}
        self._nodes: dict[Address, str] = {}
        for name, addresses in state.nodes.items():
            self._nodes.update(dict.fromkeys(addresses, name))
        for endpoint in state.endpoints.values():
            self._nodes.update(dict.fromkeys(endpoint.addresses, endpoint.node))
        hosts = [endpoint for endpoint in state.endpoints.values() if endpoint.host]
        for host in sorted(hosts, key=lambda each: _order(each, state.nodes), reverse=True):
            self._wires[host.node] = host

    def node(self, address: Address) -> str:
        """Return the node that has an address, itself or a pod on it; empty when it is none's."""
        return self._nodes.get(address, "")

    def wire(self, node: str) -> Endpoint | None:
        """Return the endpoint of a node that is its interface to others, if it has one."""
        return self._wires.get(node)


def _order(host: Endpoint, nodes: Mapping[str, frozenset[Address]]) -> tuple[bool, bool, str]:
    known = not nodes.get(host.node, frozenset()).isdisjoint(host.addresses)
    return not known, host.interface != ALL_INTERFACES, host.key
