"""A node's program as chains and sets; a change of the program is a change of them, at a cost that is its size."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_network

from bgpkit_node.nft.chain import Chain, SharedChains
from bgpkit_node.nft.element import Element, SetType, of_network
from bgpkit_node.nft.endpoint_elements import elements_of, versions_of
from bgpkit_node.nft.error import NftError
from bgpkit_node.nft.host_chains import PEERS
from bgpkit_node.nft.members import Members
from bgpkit_node.nft.naming import comment, network_set, port_set
from bgpkit_node.nft.settings import EnforcementSettings
from bgpkit_node.nft.stage import OPEN, Stages
from bgpkit_node.nft.table import FIXED_SETS
from bgpkit_node.policy.model import Address, Direction, PolicyId
from bgpkit_node.policy.program import EndpointProgram, MemberSet, NodeProgram, ProgramChange, SetId, SetKind
from bgpkit_node.resources.host_endpoint import ALL_INTERFACES

Elements = Mapping[str, set[Element]]
"""Elements by the name of their set."""

_TYPES = {
    (SetKind.NETWORKS, 4): SetType.NETWORKS4,
    (SetKind.NETWORKS, 6): SetType.NETWORKS6,
    (SetKind.ADDRESS_PORTS, 4): SetType.PORTS4,
    (SetKind.ADDRESS_PORTS, 6): SetType.PORTS6,
}
_INTERFACE = re.compile(r"[A-Za-z0-9_.@-]{1,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelSet:
    """A set as nft declares it."""

    type: SetType
    comment: str


@dataclass(slots=True, kw_only=True)
class TableChange:
    """What is to be done to the table; new sets have their elements in ``added``."""

    chains: dict[str, Chain] = field(default_factory=dict[str, Chain])
    sets: dict[str, KernelSet] = field(default_factory=dict[str, KernelSet])
    added: dict[str, set[Element]] = field(default_factory=dict[str, set[Element]])
    removed: dict[str, set[Element]] = field(default_factory=dict[str, set[Element]])
    gone_chains: list[str] = field(default_factory=list[str])
    gone_sets: list[str] = field(default_factory=list[str])

    def __bool__(self) -> bool:
        """Tell whether there is anything to do."""
        parts = (self.chains, self.sets, self.gone_chains, self.gone_sets)
        return any(parts) or any(self.added.values()) or any(self.removed.values())

    def exchange(self, name: str, added: Iterable[Element], removed: Iterable[Element]) -> None:
        """Add elements that come to a set and that go; what comes and goes is left alone."""
        coming, going = self.added.setdefault(name, set()), self.removed.setdefault(name, set())
        for element in removed:
            if element in coming:
                coming.remove(element)
            else:
                going.add(element)
        for element in added:
            if element in going:
                going.remove(element)
            else:
                coming.add(element)


class Rendering:
    """What the table has to hold for a program."""

    def __init__(self, program: NodeProgram, settings: EnforcementSettings) -> None:
        """Render the whole program; NftError for one that cannot be enforced whole."""
        self.settings = settings
        self.versions = versions_of(program.endpoints.values())
        self._policies = dict(program.policies)
        self._stages = Stages(self._policies, settings, self.versions)
        self._shared = SharedChains()
        self._endpoints: dict[str, EndpointProgram] = {}
        self._roots: dict[str, dict[Direction, Chain]] = {}
        self._users: dict[PolicyId, set[str]] = {}
        self._members: dict[str, Members] = {}
        self.sets = {name: KernelSet(type=kind, comment=title) for name, (kind, title) in FIXED_SETS.items()}
        self.elements: dict[str, set[Element]] = {name: set() for name in FIXED_SETS}
        self._change = TableChange()
        for each in program.sets.values():
            self._add_set(each)
        self._exchange_endpoints(program.endpoints)
        self._exchange_peers(program.peers)

    @property
    def chains(self) -> Mapping[str, Chain]:
        """The chains of policies and stages that are in use, by name."""
        return self._shared.chains

    def serves(self, change: ProgramChange) -> bool:
        """Tell whether a change can be taken in; one that brings a new IP version needs a rendering from the start."""
        return versions_of(each for each in change.endpoints.values() if each) <= self.versions

    def update(self, change: ProgramChange) -> TableChange:
        """Take a change in, and return what it does to the table; after NftError this object is of no more use."""
        before = set(self._shared.chains)
        self._change = TableChange()
        self._update_sets(change)
        if change.peers is not None:
            self._exchange_peers(change.peers)
        for policy_id, policy in change.policies.items():
            if policy is None:
                self._policies.pop(policy_id, None)
            else:
                self._policies[policy_id] = policy
        if change.policies:
            self._stages.forget(change.policies)
        concerned = {key for policy in change.policies for key in self._users.get(policy, ())}
        self._exchange_endpoints(
            dict(change.endpoints) | {key: self._endpoints[key] for key in concerned - change.endpoints.keys()}
        )
        for set_id, member_set in change.sets.items():
            if member_set is None:
                self._remove_set(set_id)
        after = self._shared.chains
        self._change.chains = {name: after[name] for name in after.keys() - before}
        self._change.gone_chains = sorted(before - after.keys())
        return self._change

    def _update_sets(self, change: ProgramChange) -> None:
        for member_set in change.sets.values():
            if member_set is not None:
                self._add_set(member_set)
        for set_id, members in change.members.items():
            for name in self._names(set_id):
                added, removed = self._members[name].change(members.added, members.removed)
                self._change.exchange(name, added, removed)

    def _add_set(self, member_set: MemberSet) -> None:
        for version in self.versions:
            naming = network_set if member_set.kind is SetKind.NETWORKS else port_set
            name = naming(member_set.id, version)
            members = Members(version, member_set.members)
            declared = KernelSet(type=_TYPES[member_set.kind, version], comment=comment(member_set.title))
            if name in self.sets:
                old = self._members[name].elements
                self._change.exchange(name, members.elements - old, old - members.elements)
            else:
                self._change.sets[name] = self.sets[name] = declared
                self._change.exchange(name, members.elements, ())
            self._members[name], self.elements[name] = members, members.elements

    def _remove_set(self, set_id: SetId) -> None:
        for name in list(self._names(set_id)):
            del self.sets[name], self.elements[name], self._members[name]
            self._change.gone_sets.append(name)
            self._change.added.pop(name, None)
            self._change.removed.pop(name, None)

    def _names(self, set_id: SetId) -> Iterator[str]:
        for version in self.versions:
            for name in (network_set(set_id, version), port_set(set_id, version)):
                if name in self.sets:
                    yield name

    def _exchange_endpoints(self, wanted: Mapping[str, EndpointProgram | None]) -> None:
        """Take endpoints out and in; an interface may pass from one to another."""
        roots = {key: self._take_out(key) for key in wanted if key in self._endpoints}
        for key, endpoint in wanted.items():
            if endpoint is not None:
                self._take_in(key, endpoint)
        for chains in roots.values():
            for chain in chains.values():
                self._shared.release(chain)

    def _take_out(self, key: str) -> dict[Direction, Chain]:
        """Take the elements of an endpoint out, and return the chains that it holds on to."""
        program, roots = self._endpoints.pop(key), self._roots.pop(key)
        for policy in _policies(program):
            self._users[policy].discard(key)
        for name, element in elements_of(program, roots):
            self.elements[name].discard(element)
            self._change.exchange(name, (), (element,))
        return roots

    def _take_in(self, key: str, program: EndpointProgram) -> None:
        roots = self._roots[key] = {each: self._root(program, each) for each in Direction}
        self._endpoints[key] = program
        for chain in roots.values():
            self._shared.hold(chain)
        for policy in _policies(program):
            self._users.setdefault(policy, set()).add(key)
        elements = list(elements_of(program, roots))
        first, own = elements[0]
        there = self.elements[first]
        if own in there or (program.endpoint.host and any(each.key == own.key for each in there)):
            raise NftError(f"endpoint {key}: another endpoint has its interface {program.endpoint.interface}")
        for name, element in elements:
            self.elements[name].add(element)
            self._change.exchange(name, (element,), ())

    def _exchange_peers(self, peers: Iterable[Address]) -> None:
        for version, name in PEERS.items():
            wanted = {of_network(ip_network(address)) for address in peers if address.version == version}
            self._change.exchange(name, wanted - self.elements[name], self.elements[name] - wanted)
            self.elements[name] = wanted

    def _root(self, wanted: EndpointProgram, direction: Direction) -> Chain:
        """Return the chain that decides over the packets of an endpoint in a direction."""
        endpoint = wanted.endpoint
        known = bool(_INTERFACE.fullmatch(endpoint.interface))
        if endpoint.host:
            if not known and endpoint.interface != ALL_INTERFACES:
                raise NftError(f"HostEndpoint({endpoint.key}): it is not enforced yet without spec.interfaceName")
            self._check_forwarded(wanted, direction)
        elif not known:
            reason = f"{endpoint.interface!r} is no name of one" if endpoint.interface else "it is not known"
            raise NftError(f"endpoint {endpoint.key}: a pod on this node needs the name of its interface: {reason}")
        if direction in wanted.open:
            return OPEN
        return self._stages.stage(direction, wanted.tiers(direction), wanted.profiles)

    def _check_forwarded(self, wanted: EndpointProgram, direction: Direction) -> None:
        """Refuse policies for what a host forwards."""
        for policy_id in (policy for tier in wanted.tiers(direction) for policy in tier.policies):
            policy = self._policies.get(policy_id)
            if policy is not None and policy.apply_on_forward:
                raise NftError(f"{policy_id}: applyOnForward is not enforced yet for the interfaces of a host")


def _policies(program: EndpointProgram) -> set[PolicyId]:
    tiers = (*program.ingress, *program.egress)
    return {policy for tier in tiers for policy in tier.policies} | set(program.profiles)
