"""A whole cluster as people speak of it: pods, nodes and hosts by name, and the state that decides about packets."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bgpkit_node import resources
from bgpkit_node.policy.closed_policies import ClosedPolicies
from bgpkit_node.policy.from_endpoints import addresses_of_node
from bgpkit_node.policy.model import Address
from bgpkit_node.policy.protocols import protocol_number
from bgpkit_node.policy.resource_state import ResourceState
from bgpkit_node.policy.state import PolicyState, state_after
from bgpkit_node.policy.verdict import Packet
from bgpkit_node.resources import DEFAULT_NAMESPACE, Resource, ResourceChange, Unreadable
from bgpkit_node.resources.address_text import parse_address


@dataclass(frozen=True, slots=True)
class Cluster:
    """``addresses`` of all that have a name, as ``default/nginx``, ``node/n1`` or ``ext/office``.

    ``ports`` are what pods listen on, as far as it is known: protocol and port.
    """

    state: PolicyState
    addresses: Mapping[str, tuple[Address, ...]]
    ports: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict[str, tuple[tuple[int, int], ...]])

    def packets(self, source: str, destination: str, protocol: int, port: int | None) -> Iterator[Packet]:
        """Yield the first packet of a connection for each pair of addresses of one family.

        Raises ValueError for a name that is nobody's.
        """
        for sender in self.addresses_of(source):
            for receiver in self.addresses_of(destination):
                if sender.version == receiver.version:
                    yield Packet(source=sender, destination=receiver, protocol=protocol, port=port)

    def addresses_of(self, name: str) -> tuple[Address, ...]:
        """Return the addresses of a name, or the address that it is; raises ValueError for a name that is nobody's."""
        found = self.addresses.get(name) or self.addresses.get(f"{DEFAULT_NAMESPACE}/{name}")
        if found is not None:
            return found
        try:
            return (parse_address(name),)
        except ValueError:
            raise ValueError(f"{name} is none of the pods, nodes and externals") from None

    def name_of(self, address: Address) -> str:
        """Return whose an address is; the address itself if it is nobody's."""
        return next((name for name, addresses in self.addresses.items() if address in addresses), str(address))


def cluster_of_resources(given: Iterable[Resource], unreadable: Iterable[Unreadable] = ()) -> Cluster:
    """Return the cluster that resources describe; pods go by their own names.

    In the place of policies that are ``unreadable`` stands what nodes enforce of them.
    """
    state = ResourceState("")
    addresses: dict[str, tuple[Address, ...]] = {}
    ports: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for resource in given:
        state.take(ResourceChange(None, resource))
        match resource:
            case resources.WorkloadEndpoint(spec=spec):
                name = f"{resource.namespace}/{spec.pod or spec.workload or spec.container_id[:12]}"
                addresses[name] = (*addresses.get(name, ()), *spec.addresses)
                ports[name] += [(protocol_number(each.protocol), each.port) for each in spec.ports]
            case resources.Node():
                addresses[f"node/{resource.name}"] = tuple(sorted(addresses_of_node(resource), key=str))
            case _:
                pass
    change = ClosedPolicies().amend(state.take_change(), unreadable)
    listening = {name: tuple(each) for name, each in ports.items()}
    return Cluster(state_after(PolicyState(), change), addresses, listening)
