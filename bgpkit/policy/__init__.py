"""Policies: which routes come in, which go out to whom, and what is changed of them on the way."""

from bgpkit.policy.actions import (
    Action,
    AddMed,
    NextHopUnchanged,
    Prepend,
    PrependedAs,
    SetLocalPref,
    SetMed,
    SetNextHop,
    SetNextHopSelf,
    SetOrigin,
    SetWeight,
)
from bgpkit.policy.as_path_pattern import AsPathPattern
from bgpkit.policy.change import Change
from bgpkit.policy.community_actions import AddCommunities, DeleteCommunities, SetCommunities
from bgpkit.policy.community_pattern import AnyCommunity, CommunityKind, CommunityPattern
from bgpkit.policy.condition import ANY_ROUTE, AllOf, AnyOf, Condition, KeyCondition, Not, PathCondition
from bgpkit.policy.conditions import (
    AsnCondition,
    AsPathContains,
    AsPathLength,
    AsPathMatches,
    Communities,
    FamilyIs,
    LocalPrefIn,
    MedIn,
    NeighborAs,
    NextHopIn,
    OriginAs,
    OriginIs,
    PeerIs,
    Quantifier,
    RouteSource,
    RpkiIs,
    SourceIs,
)
from bgpkit.policy.function import Answer, FunctionPolicy
from bgpkit.policy.key_block import KeyBlock
from bgpkit.policy.martians import MARTIANS
from bgpkit.policy.number_range import NumberRange
from bgpkit.policy.path_facts import PathFacts
from bgpkit.policy.prefix_range import PrefixRange
from bgpkit.policy.prefix_set import PrefixSet
from bgpkit.policy.prefixes import PrefixPolicy, PrefixRule
from bgpkit.policy.route_policy import RoutePolicy
from bgpkit.policy.route_view import RouteView
from bgpkit.policy.rule import Rule, Then
from bgpkit.policy.toml import load_policies
from bgpkit.policy.verdict import (
    ACCEPT_ALL,
    REJECT_ALL,
    AcceptAll,
    Bindable,
    CommonVerdict,
    PathBlind,
    Policy,
    RejectAll,
    Verdict,
    bind,
    by_destination,
    is_keyed,
    is_pure,
    uses_rpki,
    verdicts,
)

__all__ = [
    "ACCEPT_ALL",
    "ANY_ROUTE",
    "MARTIANS",
    "REJECT_ALL",
    "AcceptAll",
    "Action",
    "AddCommunities",
    "AddMed",
    "AllOf",
    "Answer",
    "AnyCommunity",
    "AnyOf",
    "AsPathContains",
    "AsPathLength",
    "AsPathMatches",
    "AsPathPattern",
    "AsnCondition",
    "Bindable",
    "Change",
    "CommonVerdict",
    "Communities",
    "CommunityKind",
    "CommunityPattern",
    "Condition",
    "DeleteCommunities",
    "FamilyIs",
    "FunctionPolicy",
    "KeyBlock",
    "KeyCondition",
    "LocalPrefIn",
    "MedIn",
    "NeighborAs",
    "NextHopIn",
    "NextHopUnchanged",
    "Not",
    "NumberRange",
    "OriginAs",
    "OriginIs",
    "PathBlind",
    "PathCondition",
    "PathFacts",
    "PeerIs",
    "Policy",
    "PrefixPolicy",
    "PrefixRange",
    "PrefixRule",
    "PrefixSet",
    "Prepend",
    "PrependedAs",
    "Quantifier",
    "RejectAll",
    "RoutePolicy",
    "RouteSource",
    "RouteView",
    "RpkiIs",
    "Rule",
    "SetCommunities",
    "SetLocalPref",
    "SetMed",
    "SetNextHop",
    "SetNextHopSelf",
    "SetOrigin",
    "SetWeight",
    "SourceIs",
    "Then",
    "Verdict",
    "bind",
    "by_destination",
    "is_keyed",
    "is_pure",
    "load_policies",
    "uses_rpki",
    "verdicts",
]
