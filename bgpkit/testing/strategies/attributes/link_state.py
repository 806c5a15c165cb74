"""BGP_LS, the attributes of nodes, links and prefixes (RFC 9552, section 5.3)."""

from typing import Final

from hypothesis import strategies as st

from bgpkit.testing.strategies.fields import addresses, numbers, tlvs
from bgpkit.wire.attributes.bgp_ls_attribute import BgpLsAttribute, LinkStateTlv
from bgpkit.wire.attributes.link_state_codes import LinkStateCode
from bgpkit.wire.attributes.link_state_tlvs import (
    ADDRESSES,
    BANDWIDTHS,
    LISTS,
    NUMBERS,
    SIDS,
    TEXTS,
    IgpMetric,
    LinkStateAddress,
    LinkStateBandwidth,
    LinkStateNumber,
    LinkStateNumbers,
    LinkStateOctets,
    LinkStateSid,
    LinkStateText,
)

_READ: Final = frozenset({*NUMBERS, *LISTS, *BANDWIDTHS, *TEXTS, *ADDRESSES, *SIDS, LinkStateCode.IGP_METRIC})
_NAMED_ONLY: Final = sorted(code for code in LinkStateCode if code not in _READ)
_UNNAMED: Final = sorted(set(range(1300, 1310)) - set(LinkStateCode))
_RATES: Final = st.floats(allow_nan=False, allow_infinity=False, width=32)
_SIDS: Final = st.sampled_from([3, 4]).flatmap(
    lambda size: st.builds(
        LinkStateSid,
        code=st.sampled_from(sorted(SIDS)),
        sid=numbers(8 * size),
        size=st.just(size),
        flags=numbers(8),
        parameter=numbers(8),
        reserved=st.just(0) | numbers(16),
    )
)


def _number(code: LinkStateCode) -> st.SearchStrategy[LinkStateNumber]:
    return st.builds(LinkStateNumber, st.just(code), numbers(8 * NUMBERS[code]))


def _list(code: LinkStateCode) -> st.SearchStrategy[LinkStateNumbers]:
    found = st.lists(numbers(8 * LISTS[code]), max_size=3).map(tuple)
    return st.builds(LinkStateNumbers, st.just(code), found)


def _bandwidth(code: LinkStateCode) -> st.SearchStrategy[LinkStateBandwidth]:
    count = BANDWIDTHS[code]
    return st.builds(LinkStateBandwidth, st.just(code), st.lists(_RATES, min_size=count, max_size=count).map(tuple))


_TLVS: Final[st.SearchStrategy[LinkStateTlv]] = st.one_of(
    st.sampled_from(sorted(NUMBERS)).flatmap(_number),
    st.sampled_from(sorted(LISTS)).flatmap(_list),
    st.sampled_from(sorted(BANDWIDTHS)).flatmap(_bandwidth),
    st.sampled_from([1, 2, 3]).flatmap(lambda size: st.builds(IgpMetric, numbers(8 * size), st.just(size))),
    st.builds(LinkStateText, st.sampled_from(sorted(TEXTS)), st.text(max_size=8)),
    st.builds(LinkStateAddress, st.sampled_from(sorted(ADDRESSES)), addresses()),
    _SIDS,
    st.builds(LinkStateOctets, st.sampled_from(_NAMED_ONLY), st.binary(max_size=12)),
    tlvs(st.sampled_from(_UNNAMED)),
)


def link_state_attributes() -> st.SearchStrategy[BgpLsAttribute]:
    """Return values of BGP_LS: TLVs of every form, those of which only the name is known, and unknown ones."""
    return st.lists(_TLVS, min_size=1, max_size=4).map(lambda found: BgpLsAttribute(tuple(found)))
