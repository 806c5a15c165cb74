"""The routes as pure tables (RFC 4271, section 9; RFC 4456)."""

from bgpkit_rib.as_path import AsPath, AsSegment, AsSegmentKind
from bgpkit_rib.attributes import Aggregator, Origin, PathAttributes, UnknownAttribute
from bgpkit_rib.communities import (
    BLACKHOLE,
    GRACEFUL_SHUTDOWN,
    LLGR_STALE,
    NO_ADVERTISE,
    NO_EXPORT,
    NO_EXPORT_SUBCONFED,
    NO_LLGR,
    NO_PEER,
    Community,
    ExtendedCommunity,
    LargeCommunity,
)
from bgpkit_rib.decision import DecisionStep, explain, prefers, select
from bgpkit_rib.entry import Entry, best_of, paths_of
from bgpkit_rib.path import DEFAULT_LOCAL_PREF, Path, make_path
from bgpkit_rib.prefix import Prefix
from bgpkit_rib.reflection import has_come_round, may_advertise
from bgpkit_rib.source import INTERNAL, Source, SourceKind
from bgpkit_rib.table import Consumer, Table

__all__ = [
    "BLACKHOLE",
    "DEFAULT_LOCAL_PREF",
    "GRACEFUL_SHUTDOWN",
    "INTERNAL",
    "LLGR_STALE",
    "NO_ADVERTISE",
    "NO_EXPORT",
    "NO_EXPORT_SUBCONFED",
    "NO_LLGR",
    "NO_PEER",
    "Aggregator",
    "AsPath",
    "AsSegment",
    "AsSegmentKind",
    "Community",
    "Consumer",
    "DecisionStep",
    "Entry",
    "ExtendedCommunity",
    "LargeCommunity",
    "Origin",
    "Path",
    "PathAttributes",
    "Prefix",
    "Source",
    "SourceKind",
    "Table",
    "UnknownAttribute",
    "best_of",
    "explain",
    "has_come_round",
    "make_path",
    "may_advertise",
    "paths_of",
    "prefers",
    "select",
]
