"""The sets that the rules of a node refer to, each kept up to date as endpoints, network sets and services change."""

from collections.abc import Iterable, Mapping
from enum import Enum
from ipaddress import ip_network
from typing import NamedTuple, TypeAlias, assert_never

from bgpkit_node.policy.counted_set import CountedSet
from bgpkit_node.policy.model import Endpoint, NetworkSet, ServiceId
from bgpkit_node.policy.named_ports import NamedPorts
from bgpkit_node.policy.program import Member, MemberSet, SetChange, SetId, SetKind
from bgpkit_node.policy.rule_program import Content, NamedPortSet, SelectorSet, ServiceSet
from bgpkit_node.policy.selector_index import SelectorIndex
from bgpkit_node.policy.state import Service

_NONE: frozenset[Member] = frozenset()


class _Holder(Enum):
    """What a selector can find; endpoints and network sets may share a key."""

    ENDPOINT = "endpoint"
    NETWORK_SET = "network set"


_Thing: TypeAlias = tuple[_Holder, str]


class SetChanges(NamedTuple):
    """What became of the sets: those that are new or gone, and of all others the members."""

    sets: Mapping[SetId, MemberSet | None]
    members: Mapping[SetId, SetChange]


class MemberSets:
    """Sets by what they hold; each is there as long as someone wants it."""

    def __init__(self) -> None:
        """Begin with no set and nothing to put in one."""
        self._index: SelectorIndex[_Thing] = SelectorIndex()
        self._networks: dict[_Thing, frozenset[Member]] = {}
        self._ports = NamedPorts()
        self._services: dict[ServiceId, Service] = {}
        self._contents: dict[SetId, Content] = {}
        self._wanted: dict[SetId, int] = {}
        self._sets: dict[SetId, CountedSet] = {}
        self._begun: set[SetId] = set()
        self._touched: set[SetId] = set()
        self._unwanted: set[SetId] = set()

    def acquire(self, contents: Mapping[SetId, Content]) -> None:
        """Want sets once more."""
        for set_id, content in contents.items():
            count = self._wanted.get(set_id, 0)
            self._wanted[set_id] = count + 1
            self._unwanted.discard(set_id)
            if set_id not in self._sets:
                self._begin(set_id, content)

    def release(self, set_ids: Iterable[SetId]) -> None:
        """Want sets once less; those that nobody wants when changes are taken are gone."""
        for set_id in set_ids:
            self._wanted[set_id] -= 1
            if not self._wanted[set_id]:
                self._unwanted.add(set_id)

    def put_endpoint(self, endpoint: Endpoint) -> None:
        """Take in an endpoint as it is now."""
        networks: frozenset[Member] = frozenset(map(ip_network, endpoint.addresses))
        self._put((_Holder.ENDPOINT, endpoint.key), dict(endpoint.labels), networks)
        self._replace_ports(endpoint.key, endpoint)

    def remove_endpoint(self, key: str) -> None:
        """Forget an endpoint."""
        self._remove((_Holder.ENDPOINT, key))
        self._replace_ports(key, None)

    def put_network_set(self, network_set: NetworkSet) -> None:
        """Take in a network set as it is now."""
        networks: frozenset[Member] = frozenset(network_set.nets)
        self._put((_Holder.NETWORK_SET, network_set.key), dict(network_set.labels), networks)

    def remove_network_set(self, key: str) -> None:
        """Forget a network set."""
        self._remove((_Holder.NETWORK_SET, key))

    def put_service(self, service_id: ServiceId, service: Service | None) -> None:
        """Take in a service as it is now, or forget it."""
        before = self._services.pop(service_id, None)
        if service is not None:
            self._services[service_id] = service
        for with_ports in (True, False):
            set_id = ServiceSet(service_id, with_ports).id
            if set_id in self._sets:
                self._replace(set_id, _backends(before, with_ports), _backends(service, with_ports))

    def take_changes(self) -> SetChanges:
        """Return what became of the sets since this was asked last."""
        sets: dict[SetId, MemberSet | None] = {}
        for set_id in self._unwanted:
            self._end(set_id)
            if set_id not in self._begun:
                sets[set_id] = None
        changes = {set_id: self._sets[set_id].take_change() for set_id in self._touched if set_id in self._sets}
        for set_id in self._begun - self._unwanted:
            sets[set_id] = self._sets[set_id].whole()
        members = {key: each for key, each in changes.items() if key not in sets and (each.added or each.removed)}
        for pending in (self._touched, self._begun, self._unwanted):
            pending.clear()
        return SetChanges(sets, members)

    def whole(self) -> dict[SetId, MemberSet]:
        """Return all sets as they stand."""
        return {set_id: each.whole() for set_id, each in self._sets.items()}

    def _begin(self, set_id: SetId, content: Content) -> None:
        kind = SetKind.NETWORKS
        match content:
            case SelectorSet(selector):
                self._index.add_selector(set_id, selector)
                members = [self._networks[thing] for thing in self._index.found(set_id)]
            case NamedPortSet():
                kind = SetKind.ADDRESS_PORTS
                members = list(self._ports.begin(set_id, content))
            case ServiceSet(service, with_ports):
                kind = SetKind.ADDRESS_PORTS if with_ports else SetKind.NETWORKS
                members = [_backends(self._services.get(service), with_ports)]
            case _:
                assert_never(content)
        self._contents[set_id] = content
        self._sets[set_id] = CountedSet(set_id, kind, content.title)
        self._begun.add(set_id)
        for each in members:
            self._replace(set_id, _NONE, each)

    def _end(self, set_id: SetId) -> None:
        match self._contents.pop(set_id):
            case SelectorSet():
                self._index.remove_selector(set_id)
            case NamedPortSet() as content:
                self._ports.end(set_id, content)
            case ServiceSet():
                pass
        del self._sets[set_id], self._wanted[set_id]

    def _put(self, thing: _Thing, labels: Mapping[str, str], networks: frozenset[Member]) -> None:
        before = self._networks.get(thing, _NONE)
        self._networks[thing] = networks
        moves = self._index.put(thing, labels)
        for finder in moves.joined:
            self._replace(SetId(finder), _NONE, networks)
        for finder in moves.left:
            self._replace(SetId(finder), before, _NONE)
        if networks != before:
            for finder in self._index.finders(thing) - moves.joined:
                self._replace(SetId(finder), before, networks)

    def _remove(self, thing: _Thing) -> None:
        if thing not in self._networks:
            return
        networks = self._networks.pop(thing)
        for finder in self._index.remove(thing):
            self._replace(SetId(finder), networks, _NONE)

    def _replace_ports(self, key: str, endpoint: Endpoint | None) -> None:
        for set_id, before, after in self._ports.put(key, endpoint):
            self._replace(set_id, before, after)

    def _replace(self, set_id: SetId, before: frozenset[Member], after: frozenset[Member]) -> None:
        """Have one thing bring other members to a set than before."""
        found = self._sets[set_id]
        found.add(after - before)
        found.remove(before - after)
        self._touched.add(set_id)


def _backends(service: Service | None, with_ports: bool) -> frozenset[Member]:
    if service is None:
        return _NONE
    if with_ports:
        return frozenset(service.backends)
    return frozenset(ip_network(backend.address) for backend in service.backends)
