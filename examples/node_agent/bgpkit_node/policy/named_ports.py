"""Which endpoints call which of their ports by a name."""

from collections import defaultdict
from collections.abc import Iterator

from bgpkit_node.policy.model import Endpoint
from bgpkit_node.policy.program import AddressPort, Member, SetId
from bgpkit_node.policy.rule_program import NamedPortSet


class NamedPorts:
    """The named ports of all endpoints, and the sets that are wanted of them."""

    def __init__(self) -> None:
        """Begin with no port and no set."""
        self._by_name: dict[str, dict[str, frozenset[AddressPort]]] = defaultdict(dict)
        self._names: dict[str, frozenset[str]] = {}
        self._sets: dict[str, dict[SetId, NamedPortSet]] = defaultdict(dict)

    def begin(self, set_id: SetId, wanted: NamedPortSet) -> Iterator[frozenset[Member]]:
        """Take in a set, and yield what each endpoint brings to it."""
        self._sets[wanted.name][set_id] = wanted
        for ports in self._by_name[wanted.name].values():
            yield _of_protocol(ports, wanted)

    def end(self, set_id: SetId, content: NamedPortSet) -> None:
        """Forget a set."""
        del self._sets[content.name][set_id]

    def put(self, key: str, endpoint: Endpoint | None) -> Iterator[tuple[SetId, frozenset[Member], frozenset[Member]]]:
        """Take in an endpoint as it is now, or forget it; yield what it brought to each set, and what it brings."""
        after: dict[str, set[AddressPort]] = defaultdict(set)
        if endpoint is not None:
            for name, protocol, port in endpoint.ports:
                after[name].update(AddressPort(address, protocol, port) for address in endpoint.addresses)
        for name in self._names.pop(key, frozenset()) | after.keys():
            old = self._by_name[name].pop(key, frozenset())
            new = frozenset(after.get(name, ()))
            if new:
                self._by_name[name][key] = new
            for set_id, wanted in self._sets.get(name, {}).items():
                yield set_id, _of_protocol(old, wanted), _of_protocol(new, wanted)
            if not self._by_name[name]:
                del self._by_name[name]
        if after:
            self._names[key] = frozenset(after)


def _of_protocol(ports: frozenset[AddressPort], wanted: NamedPortSet) -> frozenset[Member]:
    return frozenset(port for port in ports if wanted.protocol in {None, port.protocol})
