"""What is known of an address: whose it is, its labels, its named ports and its services."""

from collections import defaultdict
from collections.abc import Mapping

from bgpkit_node.policy.model import Address, Endpoint, ServiceId
from bgpkit_node.policy.program import AddressPort
from bgpkit_node.policy.state import PolicyState
from bgpkit_node.resources import Selector


class AddressBook:
    """Answers questions about addresses from a state as it stands."""

    def __init__(self, state: PolicyState) -> None:
        """Look through the endpoints of ``state``."""
        self._services = state.services
        self._network_sets = tuple(state.network_sets.values())
        self._endpoints: dict[Address, list[Endpoint]] = defaultdict(list)
        self._labels: dict[Address, tuple[Mapping[str, str], ...]] = {}
        for endpoint in state.endpoints.values():
            for address in endpoint.addresses:
                self._endpoints[address].append(endpoint)

    def endpoint(self, address: Address) -> Endpoint | None:
        """Return the endpoint that has an address."""
        found = self._endpoints.get(address)
        return found[0] if found else None

    def is_selected(self, address: Address, selector: Selector) -> bool:
        """Tell whether a selector finds an address: that of an endpoint, or one in a network set."""
        return any(selector.matches(labels) for labels in self._labels_of(address))

    def has_named_port(self, address: Address, name: str, protocol: int, port: int) -> bool:
        """Tell whether an endpoint at the address calls a port by a name."""
        return any((name, protocol, port) in endpoint.ports for endpoint in self._endpoints.get(address, ()))

    def serves(self, member: AddressPort, service: ServiceId) -> bool:
        """Tell whether a service has a backend."""
        return service in self._services and member in self._services[service].backends

    def stands_behind(self, address: Address, service: ServiceId) -> bool:
        """Tell whether a service has a backend at an address, on whatever port."""
        found = self._services.get(service)
        return found is not None and any(backend.address == address for backend in found.backends)

    def _labels_of(self, address: Address) -> tuple[Mapping[str, str], ...]:
        if address not in self._labels:
            holders = [dict(endpoint.labels) for endpoint in self._endpoints.get(address, ())]
            holders += [
                dict(network_set.labels)
                for network_set in self._network_sets
                if any(address in net for net in network_set.nets)
            ]
            self._labels[address] = tuple(holders)
        return self._labels[address]
