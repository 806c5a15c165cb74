"""A block: a run of addresses, which of them are taken by whom, and in which order the free ones go.

Blocks are values: every change gives a new block with the next sequence number. All addresses of a block can be
given to pods, the first and the last too, because each is routed as a /32 or /128.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final

from bgpkit_node.ipam.address import IPAddress, IPNetwork

HOST: Final = "host:"
"""What stands before the node's name in a block's affinity."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has an address: a handle, and attributes for people (``node``, ``pod``, ``namespace``, ...)."""

    handle: str | None
    """None in data of other writers only."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Pairs, in the order of their names."""

    @classmethod
    def of(cls, handle: str, attributes: Mapping[str, str]) -> "Owner":
        """Make an owner from a mapping."""
        return cls(handle, tuple(sorted(attributes.items())))

    @property
    def node(self) -> str | None:
        """The node that uses the address, if the attributes tell."""
        return dict(self.attributes).get("node")


@dataclass(frozen=True, slots=True)
class Allocation:
    """One taken address: its owner, and the block's sequence number when it was taken."""

    owner: Owner
    sequence: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The addresses of ``network`` and their owners."""

    network: IPNetwork
    affinity: str | None
    """``host:<node>``, or None when no node has the block any more but addresses in it are still taken."""
    claimed_at: datetime | None = None
    """When the affinity was claimed."""
    slots: tuple[Allocation | None, ...]
    """For each address, in order: who has it; None when it is free."""
    unallocated: tuple[int, ...]
    """Places of the free addresses: the first goes next, a released one to the end, so that reuse comes late."""
    sequence: int
    """Grows with each change."""
    cooling: tuple[tuple[int, datetime], ...] = ()
    """Places of addresses that were released a while ago and do not go yet, with the times of their release."""

    @classmethod
    def empty(cls, network: IPNetwork, *, sequence: int) -> "Block":
        """Make a block without affinity whose addresses are all free, lowest first."""
        size = network.num_addresses
        return cls(
            network=network, affinity=None, slots=(None,) * size, unallocated=tuple(range(size)), sequence=sequence
        )

    @property
    def node(self) -> str | None:
        """The node that has the block, or None."""
        return self.affinity.removeprefix(HOST) if self.affinity and self.affinity.startswith(HOST) else None

    @property
    def free(self) -> int:
        """How many addresses can still be taken."""
        return len(self.unallocated)

    @property
    def is_empty(self) -> bool:
        """Whether no address is taken, nor was until a moment ago."""
        return not any(self.slots) and not self.cooling

    def allocations(self) -> Iterator[tuple[IPAddress, Allocation]]:
        """Yield the taken addresses with their owners, lowest first."""
        for ordinal, allocation in enumerate(self.slots):
            if allocation is not None:
                yield self.network[ordinal], allocation

    def allocation_of(self, address: IPAddress) -> Allocation | None:
        """Return who has ``address``, None when it is free; ValueError when it is not of this block."""
        return self.slots[self._ordinal(address)]

    def counts(self) -> Counter[str]:
        """Count the taken addresses of each handle."""
        return Counter(a.owner.handle for a in self.slots if a is not None and a.owner.handle is not None)

    def with_affinity(self, node: str | None, claimed_at: datetime | None = None) -> "Block":
        """Return the block as claimed by ``node`` at ``claimed_at``; None: as no node's block."""
        affinity = None if node is None else HOST + node
        return replace(self, affinity=affinity, claimed_at=claimed_at, sequence=self.sequence + 1)

    def touched(self) -> "Block":
        """Return the block with the next sequence number, so that writers who have read this one must read again."""
        return replace(self, sequence=self.sequence + 1)

    def assign(
        self, count: int, owner: Owner, reserved: Sequence[IPNetwork] = ()
    ) -> tuple["Block", tuple[IPAddress, ...]]:
        """Give the next ``count`` free addresses, or as many as there are, to ``owner``; returns them as well.

        Those in a ``reserved`` network are passed over.
        """
        kept = self._ordinals_in(reserved)
        free = (o for o in dict.fromkeys(self.unallocated) if self._is_free(o) and o not in kept)
        taken = list(islice(free, count))
        return self._with_taken(taken, owner), tuple(self.network[ordinal] for ordinal in taken)

    def assign_address(self, address: IPAddress, owner: Owner) -> "Block":
        """Give one address to ``owner``; ValueError when it is taken or not of this block."""
        ordinal = self._ordinal(address)
        if self.slots[ordinal] is not None:
            raise ValueError(f"{address} is taken")
        return self._with_taken([ordinal], owner)

    def release(self, addresses: Collection[IPAddress], cooling_from: datetime | None = None) -> "Block":
        """Take ``addresses`` back; those that are free already stay as they are. ValueError: not of this block.

        With ``cooling_from`` they do not go again until ``cooled`` says so.
        """
        ordinals = [ordinal for ordinal in map(self._ordinal, addresses) if self.slots[ordinal] is not None]
        if not ordinals:
            return self
        slots = list(self.slots)
        for ordinal in ordinals:
            slots[ordinal] = None
        released = replace(self, slots=tuple(slots), sequence=self.sequence + 1)
        if cooling_from is None:
            return replace(released, unallocated=(*self.unallocated, *dict.fromkeys(ordinals)))
        return replace(released, cooling=(*self.cooling, *((o, cooling_from) for o in dict.fromkeys(ordinals))))

    def cooled(self, until: datetime) -> "Block":
        """Return the block with the addresses that were released ``until`` then at the end of those that go."""
        ready = [ordinal for ordinal, at in self.cooling if at <= until]
        if not ready:
            return self
        cooling = tuple((ordinal, at) for ordinal, at in self.cooling if at > until)
        return replace(self, unallocated=(*self.unallocated, *ready), cooling=cooling)

    def faults(self) -> tuple[str, ...]:
        """Return, in sentences, how the block contradicts itself; empty for a sound block."""
        found: list[str] = []
        if len(self.slots) != self.network.num_addresses:
            found.append(f"{len(self.slots)} places for {self.network.num_addresses} addresses")
        cooling = {ordinal for ordinal, _ in self.cooling}
        free = {o for o, allocation in enumerate(self.slots) if allocation is None and o not in cooling}
        listed = Counter(self.unallocated)
        found += [f"{self._name(o)} is listed as free {n} times" for o, n in listed.items() if n > 1]
        found += [f"{self._name(o)} is listed as free and taken" for o in sorted(listed.keys() - free)]
        found += [f"{self._name(o)} is neither free nor taken" for o in sorted(free - listed.keys())]
        return tuple(found)

    def _with_taken(self, ordinals: Collection[int], owner: Owner) -> "Block":
        if not ordinals:
            return self
        slots = list(self.slots)
        for ordinal in ordinals:
            slots[ordinal] = Allocation(owner, self.sequence)
        gone = frozenset(ordinals)
        unallocated = tuple(ordinal for ordinal in self.unallocated if ordinal not in gone)
        cooling = tuple((ordinal, at) for ordinal, at in self.cooling if ordinal not in gone)
        return replace(self, slots=tuple(slots), unallocated=unallocated, cooling=cooling, sequence=self.sequence + 1)

    def _ordinals_in(self, networks: Sequence[IPNetwork]) -> set[int]:
        first, size = int(self.network.network_address), self.network.num_addresses
        found: set[int] = set()
        for network in networks:
            if network.version == self.network.version:
                start = int(network.network_address) - first
                found.update(range(max(start, 0), min(start + network.num_addresses, size)))
        return found

    def _is_free(self, ordinal: int) -> bool:
        return 0 <= ordinal < len(self.slots) and self.slots[ordinal] is None

    def _ordinal(self, address: IPAddress) -> int:
        if address not in self.network:
            raise ValueError(f"{address} is not in block {self.network}")
        return int(address) - int(self.network.network_address)

    def _name(self, ordinal: int) -> str:
        inside = 0 <= ordinal < self.network.num_addresses
        return str(self.network[ordinal]) if inside else f"place {ordinal}"
