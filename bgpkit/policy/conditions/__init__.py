"""The conditions that come with the library: what a rule can ask of a route."""

from bgpkit.policy.conditions.as_path import (
    AsnCondition,
    AsPathContains,
    AsPathLength,
    AsPathMatches,
    NeighborAs,
    OriginAs,
)
from bgpkit.policy.conditions.communities import Communities, Quantifier
from bgpkit.policy.conditions.next_hop import NextHopIn
from bgpkit.policy.conditions.numbers import LocalPrefIn, MedIn, OriginIs
from bgpkit.policy.conditions.rpki import RpkiIs
from bgpkit.policy.conditions.source import FamilyIs, PeerIs, RouteSource, SourceIs

__all__ = [
    "AsPathContains",
    "AsPathLength",
    "AsPathMatches",
    "AsnCondition",
    "Communities",
    "FamilyIs",
    "LocalPrefIn",
    "MedIn",
    "NeighborAs",
    "NextHopIn",
    "OriginAs",
    "OriginIs",
    "PeerIs",
    "Quantifier",
    "RouteSource",
    "RpkiIs",
    "SourceIs",
]
