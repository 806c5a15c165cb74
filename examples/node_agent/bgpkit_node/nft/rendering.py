"""A node's program as chains and sets; a change of the program is a change of them, at a cost that is its size."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_network
from types import MappingProxyType

from bgpkit_node.nft.chain import Chain, SharedChains
from bgpkit_node.nft.claims import Claims, sought
from bgpkit_node.nft.element import Element, of_network
from bgpkit_node.nft.endpoint_elements import elements_of_host, elements_of_pod, versions_of
from bgpkit_node.nft.error import NftError
from bgpkit_node.nft.host_chains import PEERS
from bgpkit_node.nft.host_maps import Hook
from bgpkit_node.nft.host_roots import host_roots
from bgpkit_node.nft.rendered_sets import RenderedSets
from bgpkit_node.nft.settings import EnforcementSettings
from bgpkit_node.nft.stage import OPEN, SHUT, Stages
from bgpkit_node.nft.table import chain_of_other_senders, early_chains
from bgpkit_node.nft.table_change import KernelSet, TableChange
from bgpkit_node.policy.model import Address, Direction, Endpoint, PolicyId
from bgpkit_node.policy.moments import Moment
from bgpkit_node.policy.program import (
    EndpointProgram,
    NodeProgram,
    ProgramChange,
    TierProgram,
)

_NOWHERE: Mapping[Address, str] = MappingProxyType({})


class Rendering:
    """What the table has to hold for a program.

    ``faults`` tell by endpoint what cannot be enforced as it is written: one whose interface cannot be told is left
    out, and where a policy cannot be, all is denied that its chain would decide. No other endpoint is concerned.
    """

    def __init__(
        self, program: NodeProgram, settings: EnforcementSettings, interfaces: Mapping[Address, str] = _NOWHERE
    ) -> None:
        """Render the whole program; ``interfaces`` are those of the node that have addresses which are sought."""
        self.settings = settings
        self.interfaces = interfaces
        self.faults: dict[str, str] = {}
        self.versions = versions_of(program.endpoints.values())
        self._policies = dict(program.policies)
        self._stages = Stages(self._policies, settings, self.versions)
        self._shared = SharedChains()
        self._endpoints: dict[str, EndpointProgram] = {}
        self._claims = Claims(settings, interfaces)
        self._early = early_chains(settings)
        self._other_senders = chain_of_other_senders()
        self._held: dict[str, tuple[Chain, ...]] = {}
        self._placed: dict[str, list[tuple[str, Element]]] = {}
        self._users: dict[PolicyId, set[str]] = {}
        self._sets = RenderedSets(self.versions, program.sets.values())
        self._exchange_endpoints(program.endpoints)
        self._exchange_peers(program.peers)
        self._sets.hold(self.chains.values())

    @property
    def chains(self) -> Mapping[str, Chain]:
        """The chains that are in use, by name: of policies, of stages, and base chains that not all nodes need."""
        return self._shared.chains

    @property
    def sets(self) -> Mapping[str, KernelSet]:
        """The sets and maps that are in use, by name."""
        return self._sets.declared

    @property
    def elements(self) -> Mapping[str, set[Element]]:
        """The elements of each."""
        return self._sets.elements

    def hosts(self) -> dict[str, str]:
        """Return which endpoint has which interface of the node."""
        return self._claims.hosts()

    def sought(self) -> frozenset[Address]:
        """Return the addresses by which interfaces of the node are to be found."""
        return sought(self._endpoints.values())

    def serves(self, change: ProgramChange) -> bool:
        """Tell whether a change can be taken in; one that brings a new IP version needs a rendering from the start."""
        return versions_of(each for each in change.endpoints.values() if each) <= self.versions

    def update(self, change: ProgramChange) -> TableChange:
        """Take a change in, and return what it does to the table."""
        before = dict(self._shared.chains)
        done = self._sets.change = TableChange()
        self._sets.update(change)
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
        after = self._shared.chains
        done.chains = {name: after[name] for name in after.keys() - before.keys()}
        done.gone_chains = sorted(before.keys() - after.keys())
        self._sets.hold(done.chains.values())
        self._sets.release(before[name] for name in done.gone_chains)
        self._sets.remove(change)
        return done

    def _exchange_endpoints(self, wanted: Mapping[str, EndpointProgram | None]) -> None:
        """Take endpoints out and in, with all that want the same interfaces: one may pass to another endpoint."""
        rivals = {
            rival
            for key, each in wanted.items()
            for rival in self._claims.rivals(key, None if each is None else each.endpoint)
        }
        all_wanted = {key: self._endpoints[key] for key in rivals if key in self._endpoints} | dict(wanted)
        held = [chain for key in all_wanted if key in self._endpoints for chain in self._take_out(key)]
        for key, program in sorted(all_wanted.items(), key=_first_claims):
            if program is not None:
                self._take_in(key, program)
        for chain in held:
            self._shared.release(chain)

    def _take_out(self, key: str) -> tuple[Chain, ...]:
        """Take the elements of an endpoint out, and return the chains that it holds on to."""
        program, held = self._endpoints.pop(key), self._held.pop(key)
        self._claims.release(key)
        self.faults.pop(key, None)
        for policy in _policies(program):
            self._users[policy].discard(key)
        for name, element in self._placed.pop(key):
            self._sets.displace(name, element)
        return held

    def _take_in(self, key: str, program: EndpointProgram) -> None:
        self._endpoints[key], self._held[key], self._placed[key] = program, (), []
        for policy in _policies(program):
            self._users.setdefault(policy, set()).add(key)
        try:
            interface = self._claims.claim(key, program.endpoint)
        except NftError as error:
            self.faults[key] = str(error)
            return
        roots = self._root_chains(program)
        self._held[key] = (*roots.values(), *self._hooks(program.endpoint, interface, roots))
        for chain in self._held[key]:
            self._shared.hold(chain)
        if program.endpoint.host:
            elements = elements_of_host(interface, key, roots)
        else:
            elements = elements_of_pod(program.endpoint, roots, spoofing=self.settings.source_spoofing)
        for name, element in elements:
            self._placed[key].append((name, element))
            self._sets.place(name, element)

    def _hooks(self, endpoint: Endpoint, interface: str, roots: Iterable[Hook]) -> Iterator[Chain]:
        """Give the base chains that are there as long as an endpoint needs them."""
        if endpoint.host:
            yield from (self._early[hook] for hook in roots if hook in self._early)
        elif self.settings.interface_prefixes and not self.settings.names_pod(interface):
            yield self._other_senders

    def _exchange_peers(self, peers: Iterable[Address]) -> None:
        for version, name in PEERS.items():
            wanted = {of_network(ip_network(address)) for address in peers if address.version == version}
            self._sets.replace(name, wanted)

    def _root_chains(self, program: EndpointProgram) -> dict[Hook, Chain]:
        """Return the chains that decide over the packets of an endpoint."""

        def decide(hook: Hook, tiers: tuple[TierProgram, ...]) -> Chain:
            """Return the chain of a hook, a shut one where a policy cannot be enforced."""
            if hook.moment is Moment.NORMAL and hook.direction in program.open:
                return OPEN
            try:
                return self._stages.stage(hook, tiers, program.profiles)
            except NftError as error:
                self.faults[program.endpoint.key] = f"endpoint {program.endpoint.key} is shut: {error}"
                return SHUT

        if program.endpoint.host:
            return host_roots(program, self._policies, self.settings, decide)
        return {Hook(Moment.NORMAL, each): decide(Hook(Moment.NORMAL, each), program.tiers(each)) for each in Direction}


def _first_claims(item: tuple[str, EndpointProgram | None]) -> tuple[bool, str]:
    """Sort endpoints so that the first of those that want an interface has it: by name, not by address."""
    key, program = item
    return program is not None and not program.endpoint.interface, key


def _policies(program: EndpointProgram) -> set[PolicyId]:
    tiers = (*program.ingress, *program.egress)
    return {policy for tier in tiers for policy in tier.policies} | set(program.profiles)
