"""Conditions on where a route is from: the peer, what it is to us, the address family."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.policy.condition import PathCondition
from bgpkit.policy.conditions.next_hop import addresses, holds_address
from bgpkit.policy.path_facts import PathFacts
from bgpkit.policy.prefix_set import PrefixSet
from bgpkit_fsm import Family
from bgpkit_rib import INTERNAL, SourceKind


@dataclass(frozen=True, slots=True)
class PeerIs(PathCondition):
    """The route came from one of several peers."""

    names: frozenset[str] = frozenset()
    addresses: PrefixSet = field(default_factory=lambda: PrefixSet(()))
    """All addresses in these prefixes count."""

    @classmethod
    def of(cls, *peers: str) -> "PeerIs":
        """Return the condition for peers by address, by prefix that holds addresses, or else by name."""
        found: list[str] = []
        names: list[str] = []
        for peer in peers:
            try:
                addresses((peer,))
                found.append(peer)
            except ConfigError:
                names.append(peer)
        return cls(frozenset(names), addresses(tuple(found)))

    def holds(self, facts: PathFacts) -> bool:
        """Tell whether the path came from such a peer."""
        source = facts.path.source
        return source.name in self.names or holds_address(self.addresses, source.address)

    def __str__(self) -> str:
        """Return ``from 192.0.2.1, upstream``."""
        return f"from {', '.join([*(str(each.prefix) for each in self.addresses.ranges), *sorted(self.names)])}"


class RouteSource(Enum):
    """What the source of a route can be to us."""

    LOCAL = "local"
    EXTERNAL = "external"
    INTERNAL = "internal"
    """A peer in our own AS, client or not."""
    CLIENT = "client"
    """An internal peer that is a route reflector client."""
    CONFEDERATION = "confederation"
    """A peer in another member AS of our confederation."""


_KINDS: Final = {
    RouteSource.LOCAL: frozenset({SourceKind.LOCAL}),
    RouteSource.EXTERNAL: frozenset({SourceKind.EBGP}),
    RouteSource.INTERNAL: INTERNAL,
    RouteSource.CLIENT: frozenset({SourceKind.CLIENT}),
    RouteSource.CONFEDERATION: frozenset({SourceKind.CONFEDERATION}),
}


@dataclass(frozen=True, slots=True)
class SourceIs(PathCondition):
    """The route came from one of several kinds of source."""

    sources: frozenset[RouteSource]

    @classmethod
    def of(cls, *sources: RouteSource) -> "SourceIs":
        """Return the condition for some kinds of source."""
        return cls(frozenset(sources))

    def holds(self, facts: PathFacts) -> bool:
        """Tell whether the path is from such a source."""
        return any(facts.path.kind in _KINDS[source] for source in self.sources)

    def __str__(self) -> str:
        """Return ``source client, local``."""
        return f"source {', '.join(sorted(source.value for source in self.sources))}"


@dataclass(frozen=True, slots=True)
class FamilyIs(PathCondition):
    """The route is of one of several address families."""

    families: frozenset[Family]

    @classmethod
    def of(cls, *families: Family) -> "FamilyIs":
        """Return the condition for some families."""
        return cls(frozenset(families))

    def holds(self, facts: PathFacts) -> bool:
        """Tell whether the route is of such a family."""
        return facts.family in self.families

    def __str__(self) -> str:
        """Return ``family ipv4-unicast``."""
        return f"family {', '.join(sorted(map(str, self.families)))}"
