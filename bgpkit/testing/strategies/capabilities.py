"""Capabilities, as the Optional Parameters of an OPEN hold them (RFC 5492)."""

from collections.abc import Mapping
from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.families import any_families
from bgpkit.testing.strategies.fields import numbers
from bgpkit.wire.capabilities import CAPABILITY_ROWS
from bgpkit_fsm import (
    AddPathCapability,
    AddPathMode,
    Capability,
    EnhancedRouteRefreshCapability,
    ExtendedMessageCapability,
    ExtendedNextHopCapability,
    ForwardingState,
    FourOctetAsCapability,
    FqdnCapability,
    GracefulRestartCapability,
    LinkLocalNextHopCapability,
    LongLivedGracefulRestartCapability,
    LongLivedState,
    MultiprotocolCapability,
    OrfCapability,
    OrfMode,
    OrfSupport,
    PrestandardRouteRefreshCapability,
    RoleCapability,
    RouteRefreshCapability,
    SoftwareVersionCapability,
    UnknownCapability,
)


def _versions() -> st.SearchStrategy[SoftwareVersionCapability]:
    """Return software versions; one without its length before it never looks as if it had it."""
    prefixed = st.builds(SoftwareVersionCapability, st.binary(max_size=64))
    bare = st.builds(SoftwareVersionCapability, st.binary(max_size=64), st.just(False))
    return prefixed | bare.filter(lambda each: not each.version or each.version[0] != len(each.version) - 1)


_ORF_TYPES: Final = st.lists(st.tuples(numbers(8), st.sampled_from(OrfMode)), max_size=3).map(tuple)
_FORWARDING: Final = st.builds(ForwardingState, any_families(), st.booleans(), numbers(7))
_LONG_LIVED: Final = st.builds(
    LongLivedState, family=any_families(), preserved=st.booleans(), stale_time=numbers(24), reserved=numbers(7)
)

CAPABILITY_STRATEGIES: Final[Mapping[int, st.SearchStrategy[Capability]]] = {
    1: st.builds(MultiprotocolCapability, any_families(), st.just(0) | numbers(8)),
    2: st.just(RouteRefreshCapability()),
    3: st.lists(st.builds(OrfSupport, any_families(), _ORF_TYPES, st.just(0) | numbers(8)), min_size=1, max_size=3).map(
        lambda families: OrfCapability(tuple(families))
    ),
    5: st.lists(st.tuples(any_families(), st.just(2) | numbers(16)), min_size=1, max_size=4).map(
        lambda families: ExtendedNextHopCapability(tuple(families))
    ),
    6: st.just(ExtendedMessageCapability()),
    9: st.builds(RoleCapability, st.integers(0, 4) | numbers(8)),
    64: st.builds(
        GracefulRestartCapability,
        restarted=st.booleans(),
        notification=st.booleans(),
        restart_time=numbers(12),
        families=st.lists(_FORWARDING, max_size=4).map(tuple),
        reserved=st.just(0) | numbers(2),
    ),
    65: st.builds(FourOctetAsCapability, numbers(32)),
    69: st.lists(st.tuples(any_families(), st.sampled_from(AddPathMode)), min_size=1, max_size=4).map(
        lambda families: AddPathCapability(tuple(families))
    ),
    70: st.just(EnhancedRouteRefreshCapability()),
    71: st.lists(_LONG_LIVED, max_size=4).map(lambda families: LongLivedGracefulRestartCapability(tuple(families))),
    73: st.builds(FqdnCapability, st.binary(max_size=40), st.binary(max_size=40)),
    75: _versions(),
    77: st.just(LinkLocalNextHopCapability()),
    128: st.just(PrestandardRouteRefreshCapability()),
}
"""Every capability that is interpreted, by its code."""

_UNKNOWN: Final = st.builds(
    UnknownCapability,
    st.sampled_from([code for code in range(256) if code not in CAPABILITY_ROWS]),
    st.binary(max_size=60) | st.binary(max_size=255),
)
_ALL: Final = st.one_of(*CAPABILITY_STRATEGIES.values(), _UNKNOWN)


def capabilities(code: int | None = None) -> st.SearchStrategy[Capability]:
    """Return capabilities of all kinds, or those of one ``code``; ValueError when that one is not interpreted.

    Those that are not interpreted are among all: they are kept as their octets. RFC 5492, section 4.
    """
    if code is None:
        return _ALL
    found = CAPABILITY_STRATEGIES.get(code)
    if found is None:
        raise ValueError(f"capability {code} is not interpreted: there is nothing to draw")
    return found
