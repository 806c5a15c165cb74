"""The terms of sessions, which give the octets of an UPDATE their meaning."""

from dataclasses import replace
from functools import lru_cache
from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.families import BUILT_IN
from bgpkit.wire import EXTENDED_MAXIMUM_LENGTH, MAXIMUM_LENGTH, ROWS, AttributeCode, UpdateContext
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family

_CONFINED: Final = frozenset({AttributeCode.AIGP, AttributeCode.PREFIX_SID, AttributeCode.TUNNEL_ENCAPSULATION})
"""Attributes that end at the border of an AS, unless an operator lets them pass."""
_SOME_FAMILIES: Final = st.one_of(
    st.just(frozenset({IPV4_UNICAST, IPV6_UNICAST})),
    st.just(frozenset(BUILT_IN)),
    st.frozensets(st.sampled_from(BUILT_IN), min_size=1),
)


@st.composite
def update_contexts(draw: st.DrawFn, *families: Family) -> UpdateContext:
    """Draw the terms of a session, as one side sees them: `mirrored` gives those of the other.

    The families are ``families``, or else the two unicast ones, all that are built in, or some of those. What else
    is agreed on is free: AS numbers of 2 or 4 octets, internal or external peers, extended messages, ADD-PATH by
    family and direction, IPv6 next hops of IPv4 routes, and both ways to deal with what is malformed.
    """
    agreed = frozenset(families) or draw(_SOME_FAMILIES)
    some = _subsets(agreed)
    extensible = frozenset(family for family in agreed if ROWS[family].ipv6_next_hop_lengths)
    return UpdateContext(
        families=agreed,
        four_octet_as=draw(st.booleans()),
        internal=draw(st.booleans()),
        maximum=draw(st.sampled_from([MAXIMUM_LENGTH, EXTENDED_MAXIMUM_LENGTH])),
        add_path_receive=draw(some),
        add_path_send=draw(some),
        extended_next_hop=draw(_subsets(extensible)),
        accepted_from_external=draw(st.sampled_from([frozenset(), _CONFINED])),
        disable_family=draw(st.booleans()),
        strict=not draw(st.integers(0, 5)),
    )


def mirrored(context: UpdateContext) -> UpdateContext:
    """Return the terms of a session as the other side sees them: what one sends the other receives."""
    return replace(context, add_path_receive=context.add_path_send, add_path_send=context.add_path_receive)


@lru_cache(maxsize=1024)
def _subsets(families: frozenset[Family]) -> st.SearchStrategy[frozenset[Family]]:
    """Return none, all, or some of the families."""
    if not families:
        return st.just(families)
    some = st.frozensets(st.sampled_from(sorted(families)), max_size=4)
    return st.one_of(st.just(frozenset[Family]()), st.just(families), some)
