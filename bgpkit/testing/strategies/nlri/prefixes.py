"""NLRI that are prefixes: bare, with labels, of VPNs (RFC 4271, RFC 8277, RFC 4364, RFC 6514)."""

from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.fields import numbers, route_distinguishers
from bgpkit.testing.strategies.prefixes import prefixes_of_width
from bgpkit.wire.families.label_stack import MplsLabel
from bgpkit.wire.families.labeled_unicast import LabeledPrefix
from bgpkit.wire.families.vpn import LabeledVpnPrefix, VpnPrefix

_NO_LABELS: Final = st.just(tuple[MplsLabel, ...]())


def labels(*, bottom_of_stack: bool | None = None) -> st.SearchStrategy[MplsLabel]:
    """Return labels, with the S bit as ``bottom_of_stack`` says, or in either way."""
    bottom = st.booleans() if bottom_of_stack is None else st.just(bottom_of_stack)
    return st.builds(MplsLabel, numbers(20), st.just(0) | numbers(3), bottom)


def label_stacks(*, withdrawn: bool) -> st.SearchStrategy[tuple[MplsLabel, ...]]:
    """Return stacks of one label or two, the S bit set in the last only; in withdrawals of one or none.

    RFC 8277, sections 2.2 to 2.4.
    """
    last = labels(bottom_of_stack=True)
    one = st.tuples(last)
    return _NO_LABELS | one if withdrawn else one | st.tuples(labels(bottom_of_stack=False), last)


def labeled_prefixes(width: int, *, withdrawn: bool) -> st.SearchStrategy[LabeledPrefix]:
    """Return labelled prefixes of addresses of ``width`` bits."""
    return st.builds(LabeledPrefix, prefixes_of_width(width), label_stacks(withdrawn=withdrawn))


def labeled_vpn_prefixes(width: int, *, withdrawn: bool) -> st.SearchStrategy[LabeledVpnPrefix]:
    """Return labelled prefixes of VPNs, of addresses of ``width`` bits."""
    stacks = label_stacks(withdrawn=withdrawn)
    return st.builds(LabeledVpnPrefix, route_distinguishers(), prefixes_of_width(width), stacks)


def vpn_prefixes(width: int) -> st.SearchStrategy[VpnPrefix]:
    """Return prefixes of VPNs without labels, of addresses of ``width`` bits."""
    return st.builds(VpnPrefix, route_distinguishers(), prefixes_of_width(width))
