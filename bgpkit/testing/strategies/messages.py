"""The messages of BGP (RFC 4271, section 4; RFC 2918, section 3)."""

from ipaddress import IPv4Address
from itertools import pairwise
from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.capabilities import capabilities
from bgpkit.testing.strategies.families import any_families
from bgpkit.testing.strategies.fields import asns, numbers
from bgpkit.testing.strategies.updates import update_messages
from bgpkit.wire import AnyMessage, UpdateContext, encode_capability
from bgpkit_fsm import ErrorCode, Keepalive, Notification, Open, RouteRefresh, RouteRefreshSubtype

_SHORT: Final = 255
_DEMARCATIONS: Final = frozenset({RouteRefreshSubtype.BEGINNING, RouteRefreshSubtype.END})


@st.composite
def opens(draw: st.DrawFn) -> Open:
    """Draw OPENs: capabilities in one parameter, in several, in none; in the extended form or not. RFC 9072."""
    found = draw(st.lists(capabilities(), max_size=8))
    one_group = (len(found),) if found else ()
    groups = draw(st.just(()) | _groups(len(found)))
    total = 2 * len(groups or one_group) + sum(len(encode_capability(each)) for each in found)
    return Open(
        my_as=draw(asns(four_octet_as=False)),
        hold_time=draw(st.just(0) | st.integers(3, 0xFFFF)),
        bgp_identifier=draw(st.integers(1, 0xFFFFFFFF).map(IPv4Address)),
        capabilities=tuple(found),
        capability_groups=groups,
        extended_parameters=total <= _SHORT and draw(st.booleans()),
    )


def _groups(count: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Return how many capabilities each of several parameters has, ``count`` in all; there may be empty ones."""
    cuts = st.lists(st.integers(0, count), min_size=1, max_size=3).map(sorted)
    return cuts.map(lambda found: tuple(stop - start for start, stop in pairwise((0, *found, count))))


def notifications() -> st.SearchStrategy[Notification]:
    """Return NOTIFICATIONs with codes and subcodes that are known, and others; shutdown communications too."""
    codes = st.sampled_from([int(code) for code in ErrorCode]) | numbers(8)
    shutdowns = st.text(max_size=60).map(Notification.shutdown)
    return st.builds(Notification, codes, st.integers(0, 12) | numbers(8), st.binary(max_size=100)) | shutdowns


def keepalives() -> st.SearchStrategy[Keepalive]:
    """Return KEEPALIVE, which has nothing to vary."""
    return st.just(Keepalive())


def route_refreshes() -> st.SearchStrategy[RouteRefresh]:
    """Return ROUTE-REFRESHes of all subtypes; those that may have ORF entries have some or none. RFC 5291."""
    demarcations = st.builds(RouteRefresh, any_families(), st.sampled_from(sorted(_DEMARCATIONS)))
    subtypes = st.just(0) | numbers(8).filter(lambda subtype: subtype not in _DEMARCATIONS)
    return st.builds(RouteRefresh, any_families(), subtypes, st.just(b"") | st.binary(max_size=50)) | demarcations


def messages(context: UpdateContext) -> st.SearchStrategy[AnyMessage]:
    """Return messages of all types, as the side with ``context`` sends them; about every other one is an UPDATE."""
    others = st.one_of(opens(), notifications(), keepalives(), route_refreshes())
    return others | update_messages(context)
