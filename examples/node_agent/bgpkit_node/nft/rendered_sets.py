"""The sets of a table, with their elements: those that all nodes have, those of a program, and unions of these."""

from collections.abc import Collection, Iterable, Iterator

from bgpkit_node.nft.chain import Chain
from bgpkit_node.nft.element import Element, SetType
from bgpkit_node.nft.members import Members
from bgpkit_node.nft.naming import comment, network_set, port_set
from bgpkit_node.nft.table import FIXED_SETS
from bgpkit_node.nft.table_change import KernelSet, TableChange
from bgpkit_node.nft.unions import Unions
from bgpkit_node.policy.program import MemberSet, ProgramChange, SetChange, SetId, SetKind

_TYPES = {
    (SetKind.NETWORKS, 4): SetType.NETWORKS4,
    (SetKind.NETWORKS, 6): SetType.NETWORKS6,
    (SetKind.ADDRESS_PORTS, 4): SetType.PORTS4,
    (SetKind.ADDRESS_PORTS, 6): SetType.PORTS6,
}


class RenderedSets:
    """``declared`` and ``elements`` by name; what becomes of them is noted in ``change``."""

    def __init__(self, versions: Collection[int], sets: Iterable[MemberSet]) -> None:
        """Begin with the sets of a program, for these IP versions."""
        self._versions = versions
        self._members: dict[str, Members] = {}
        self._unions = Unions()
        self.change = TableChange()
        self.declared = {name: KernelSet(type=kind, comment=title) for name, (kind, title) in FIXED_SETS.items()}
        self.elements: dict[str, set[Element]] = {name: set() for name in FIXED_SETS}
        for each in sets:
            self._put(each)

    def place(self, name: str, element: Element) -> None:
        """Put an element into a set that all nodes have."""
        self.elements[name].add(element)
        self.change.exchange(name, (element,), ())

    def displace(self, name: str, element: Element) -> None:
        """Take one out."""
        self.elements[name].discard(element)
        self.change.exchange(name, (), (element,))

    def replace(self, name: str, wanted: set[Element]) -> None:
        """Let a set that all nodes have hold these elements."""
        self.change.exchange(name, wanted - self.elements[name], self.elements[name] - wanted)
        self.elements[name] = wanted

    def update(self, change: ProgramChange) -> None:
        """Take in what becomes of the sets of a program, but for those that go."""
        for member_set in change.sets.values():
            if member_set is not None:
                self._put(member_set)
        for set_id, members in change.members.items():
            self._exchange(set_id, members)
            for union_id, moved in self._unions.change(set_id, members):
                self._exchange(union_id, moved)

    def remove(self, change: ProgramChange) -> None:
        """Take out the sets of a program that go; nothing asks for them any longer."""
        for set_id, member_set in change.sets.items():
            if member_set is None:
                self._remove(set_id)
                self._unions.forget(set_id)

    def hold(self, chains: Iterable[Chain]) -> None:
        """Bring in the unions that chains which come ask for."""
        for union in (each for chain in chains for each in chain.unions):
            made = self._unions.hold(union)
            if made is not None:
                self._declare(made)

    def release(self, chains: Iterable[Chain]) -> None:
        """Take out the unions that only chains which go have asked for."""
        for union in (each for chain in chains for each in chain.unions):
            if self._unions.release(union):
                self._remove(union.id)

    def _put(self, member_set: MemberSet) -> None:
        self._declare(member_set)
        for union_id, moved in self._unions.put(member_set):
            self._exchange(union_id, moved)

    def _declare(self, member_set: MemberSet) -> None:
        for version in self._versions:
            naming = network_set if member_set.kind is SetKind.NETWORKS else port_set
            name = naming(member_set.id, version)
            members = Members(version, member_set.members)
            if name in self.declared:
                old = self._members[name].elements
                self.change.exchange(name, members.elements - old, old - members.elements)
            else:
                declared = KernelSet(type=_TYPES[member_set.kind, version], comment=comment(member_set.title))
                self.change.sets[name] = self.declared[name] = declared
                self.change.exchange(name, members.elements, ())
            self._members[name], self.elements[name] = members, members.elements

    def _exchange(self, set_id: SetId, members: SetChange) -> None:
        for name in self._names(set_id):
            added, removed = self._members[name].change(members.added, members.removed)
            self.change.exchange(name, added, removed)

    def _remove(self, set_id: SetId) -> None:
        for name in list(self._names(set_id)):
            del self.declared[name], self.elements[name], self._members[name]
            self.change.gone_sets.append(name)
            self.change.added.pop(name, None)
            self.change.removed.pop(name, None)

    def _names(self, set_id: SetId) -> Iterator[str]:
        for version in self._versions:
            for name in (network_set(set_id, version), port_set(set_id, version)):
                if name in self.declared:
                    yield name
