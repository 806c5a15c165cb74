"""By which of its interfaces a node is on the network that it shares with others."""

from collections.abc import Mapping
from typing import Protocol

from bgpkit_node.policy.model import Address, Endpoint
from bgpkit_node.policy.state import PolicyState
from bgpkit_node.resources.host_endpoint import ALL_INTERFACES


class Wires(Protocol):
    """Tells of which node an address is, and past which endpoints for interfaces of nodes a packet goes."""

    def node(self, address: Address) -> str:
        """Return the node that has an address, itself or a pod on it; empty when it is none's."""
        ...

    def wire(self, near: Address, far: Address) -> Endpoint | None:
        """Return the endpoint for the interface between the node that ``near`` is of and ``far``, if it has one."""
        ...

    def transit(self, source: Address, destination: Address) -> tuple[Endpoint | None, Endpoint | None]:
        """Return those past which a node forwards what is not its own: where it comes in, and where it goes out."""
        ...


class HostWires:
    """Of a node's endpoints, that which has the address, else one with an address of the node.

    Else it is that for all interfaces, else the first. Where routes would lead elsewhere, this is a guess: a state says
    nothing of routes, nor of who forwards what.
    """

    def __init__(self, state: PolicyState) -> None:
        """Look through the endpoints and the nodes."""
        self._wires: dict[str, Endpoint] = {}
        self._having: dict[Address, Endpoint] = {}
        self._nodes: dict[Address, str] = {}
        for name, addresses in state.nodes.items():
            self._nodes.update(dict.fromkeys(addresses, name))
        for endpoint in state.endpoints.values():
            self._nodes.update(dict.fromkeys(endpoint.addresses, endpoint.node))
        hosts = [endpoint for endpoint in state.endpoints.values() if endpoint.host]
        for host in hosts:
            for address in host.addresses:
                self._having.setdefault(address, host)
        for host in sorted(hosts, key=lambda each: _order(each, state.nodes), reverse=True):
            self._wires[host.node] = host

    def node(self, address: Address) -> str:
        """Return the node that has an address, itself or a pod on it; empty when it is none's."""
        return self._nodes.get(address, "")

    def wire(self, near: Address, far: Address) -> Endpoint | None:
        """Return the endpoint for a node's interface, wherever ``far`` is."""
        return self._having.get(near) or self._wires.get(self.node(near))

    def transit(self, source: Address, destination: Address) -> tuple[None, None]:
        """Return none: nobody knows."""
        return None, None


def _order(host: Endpoint, nodes: Mapping[str, frozenset[Address]]) -> tuple[bool, bool, str]:
    known = not nodes.get(host.node, frozenset()).isdisjoint(host.addresses)
    return not known, host.interface != ALL_INTERFACES, host.key
