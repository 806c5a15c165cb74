"""Past which of its interfaces the packets of one node go, by its routes."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bgpkit_node.policy.host_wires import HostWires
from bgpkit_node.policy.model import Address, Endpoint
from bgpkit_node.policy.state import PolicyState
from bgpkit_node.resources.host_endpoint import ALL_INTERFACES


class Way(NamedTuple):
    """How a machine reaches an address: it is its ``own``, or by an interface; by none, if it is empty."""

    interface: str
    own: bool = False


class NodeWires:
    """Of one node, all of whose packets are asked about; interfaces of others are not its matter.

    What comes from an address comes by the interface that leads back to it.
    """

    def __init__(self, node: str, state: PolicyState, hosts: Mapping[str, str], way: Callable[[Address], Way]) -> None:
        """Tell those of ``node``: ``hosts`` are the keys of its endpoints by interface, ``way`` knows its routes."""
        self._here = node
        self._nodes = HostWires(state)
        self._hosts = {name: state.endpoints[key] for name, key in hosts.items() if key in state.endpoints}
        self._way = way

    def node(self, address: Address) -> str:
        """Return the node that has an address, itself or a pod on it; empty when it is none's."""
        return self._nodes.node(address) or (self._here if self._way(address).own else "")

    def wire(self, near: Address, far: Address) -> Endpoint | None:
        """Return the endpoint for the interface that leads to ``far``, if ``near`` is of this node."""
        return self._toward(far) if self._hosts and self.node(near) == self._here else None

    def transit(self, source: Address, destination: Address) -> tuple[Endpoint | None, Endpoint | None]:
        """Return those past which this node forwards what is not its own: where it comes in, and where it goes out."""
        if not self._hosts or self._here in {self.node(source), self.node(destination)}:
            return None, None
        return self._toward(source), self._toward(destination)

    def _toward(self, address: Address) -> Endpoint | None:
        name = self._way(address).interface
        return (self._hosts.get(name) or self._hosts.get(ALL_INTERFACES)) if name else None
