"""The list of what can be drawn for each path attribute."""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias, TypeVar

from hypothesis import strategies as st

from bgpkit.testing.strategies.as_paths import as_paths
from bgpkit.testing.strategies.attributes.attribute_set import INNER, attribute_sets
from bgpkit.testing.strategies.attributes.link_state import link_state_attributes
from bgpkit.testing.strategies.attributes.multiprotocol import announcements, withdrawals
from bgpkit.testing.strategies.attributes.segments import PREFIX_SIDS
from bgpkit.testing.strategies.attributes.tunnels import pmsi_tunnels, tunnel_encapsulations
from bgpkit.testing.strategies.communities import (
    communities,
    extended_communities,
    ipv6_extended_communities,
    large_communities,
)
from bgpkit.testing.strategies.fields import asns, ipv4_addresses, ipv4_hosts, numbers, tlvs
from bgpkit.wire import AttributeCode, UpdateContext
from bgpkit.wire.attributes.aigp import MAXIMUM_METRIC, Aigp, AigpMetric
from bgpkit_rib import Aggregator, Origin

T = TypeVar("T")
ValueStrategy: TypeAlias = st.SearchStrategy[object]
Values: TypeAlias = Callable[[UpdateContext], ValueStrategy]
"""Takes the terms of a session as the sender sees them; returns what the attribute may hold there."""


def _always(strategy: ValueStrategy) -> Values:
    """Return the entry of an attribute that holds the same in every session."""
    return lambda _context: strategy


def _list(strategy: st.SearchStrategy[T]) -> Values:
    """Return the entry of an attribute that is a list of one or more."""
    return _always(st.lists(strategy, min_size=1, max_size=5).map(tuple))


def _paths(context: UpdateContext) -> ValueStrategy:
    return as_paths(four_octet_as=context.four_octet_as, confederations=context.internal)


def _aggregators(context: UpdateContext) -> ValueStrategy:
    return st.builds(Aggregator, asns(four_octet_as=context.four_octet_as), ipv4_addresses())


def _aigp() -> st.SearchStrategy[Aigp]:
    """Return the TLVs of AIGP: no metric is the greatest. RFC 7311, section 3.2."""
    unknown = tlvs(st.just(0) | st.integers(2, 255))
    metric = st.builds(AigpMetric, st.integers(0, MAXIMUM_METRIC - 1))
    return st.lists(metric | unknown, min_size=1, max_size=3).map(lambda found: Aigp(tuple(found)))


_SIMPLE: Final[Mapping[int, Values]] = {
    AttributeCode.ORIGIN: _always(st.sampled_from(Origin)),
    AttributeCode.AS_PATH: _paths,
    AttributeCode.NEXT_HOP: _always(ipv4_hosts()),
    AttributeCode.MULTI_EXIT_DISC: _always(numbers(32)),
    AttributeCode.LOCAL_PREF: _always(numbers(32)),
    AttributeCode.ATOMIC_AGGREGATE: _always(st.just(True)),
    AttributeCode.AGGREGATOR: _aggregators,
    AttributeCode.COMMUNITIES: _always(st.lists(communities(), min_size=1, max_size=70).map(tuple)),
    AttributeCode.ORIGINATOR_ID: _always(ipv4_addresses()),
    AttributeCode.CLUSTER_LIST: _list(ipv4_addresses()),
    AttributeCode.EXTENDED_COMMUNITIES: _list(extended_communities()),
    AttributeCode.AS4_PATH: _always(as_paths(confederations=False, min_size=1)),
    AttributeCode.AS4_AGGREGATOR: _always(st.builds(Aggregator, asns(), ipv4_addresses())),
    AttributeCode.PMSI_TUNNEL: _always(pmsi_tunnels()),
    AttributeCode.TUNNEL_ENCAPSULATION: _always(tunnel_encapsulations()),
    AttributeCode.IPV6_EXTENDED_COMMUNITIES: _list(ipv6_extended_communities()),
    AttributeCode.AIGP: _always(_aigp()),
    AttributeCode.BGP_LS: _always(link_state_attributes()),
    AttributeCode.LARGE_COMMUNITIES: _list(large_communities()),
    AttributeCode.ONLY_TO_CUSTOMER: _always(asns()),
    AttributeCode.PREFIX_SID: _always(PREFIX_SIDS),
}
_INNER_VALUES: Final = {code: values(INNER) for code, values in _SIMPLE.items()}
_NESTED: Final = {**_INNER_VALUES, int(AttributeCode.ATTR_SET): attribute_sets(_INNER_VALUES)}

ATTRIBUTE_STRATEGIES: Final[Mapping[int, Values]] = {
    **_SIMPLE,
    AttributeCode.MP_REACH_NLRI: announcements,
    AttributeCode.MP_UNREACH_NLRI: withdrawals,
    AttributeCode.ATTR_SET: _always(attribute_sets(_NESTED)),
}
"""Every attribute that is interpreted, by its type code."""
