"""BGP_LS, the attributes of nodes, links and prefixes of an IGP (RFC 9552, section 5.3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias

from bgpkit.wire.attributes.code import OPTIONAL, AttributeCode
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
from bgpkit.wire.attributes.row import AttributeRow, expect
from bgpkit.wire.attributes.short_tlv import pair
from bgpkit.wire.faults import FaultAction
from bgpkit.wire.tlv import Tlv, read_tlvs, write_tlvs
from bgpkit.wire.update_context import UpdateContext

LinkStateTlv: TypeAlias = (
    LinkStateNumber
    | IgpMetric
    | LinkStateNumbers
    | LinkStateBandwidth
    | LinkStateText
    | LinkStateAddress
    | LinkStateSid
    | LinkStateOctets
    | Tlv
)
"""A TLV of the attribute: a LinkStateOctets where only its name is known, a Tlv where that is not."""

_READERS: Final[Mapping[int, Callable[[bytes], LinkStateTlv]]] = {
    LinkStateCode.IGP_METRIC: IgpMetric.of,
    **{code: partial(LinkStateNumber.of, code) for code in NUMBERS},
    **{code: partial(LinkStateNumbers.of, code) for code in LISTS},
    **{code: partial(LinkStateBandwidth.of, code) for code in BANDWIDTHS},
    **{code: partial(LinkStateText.of, code) for code in TEXTS},
    **{code: partial(LinkStateAddress.of, code) for code in ADDRESSES},
    **{code: partial(LinkStateSid.of, code) for code in SIDS},
}
_NAMES: Final = frozenset(map(int, LinkStateCode))


@dataclass(frozen=True, slots=True)
class BgpLsAttribute:
    """The TLVs of a BGP-LS attribute, in order. RFC 9552, section 5.3.

    What is in them is for whoever uses them to judge: a speaker that passes them on must not.
    RFC 9552, section 8.2.2.
    """

    tlvs: tuple[LinkStateTlv, ...]

    def __str__(self) -> str:
        """Return the TLVs: ``node-name 'router', ipv4-local-router-id 192.0.2.1``."""
        return ", ".join(map(str, self.tlvs))


def _decode(value: bytes, context: UpdateContext) -> BgpLsAttribute:
    """Return the TLVs; ValueError when they do not fill the attribute. RFC 9552, section 8.2.2."""
    del context
    return BgpLsAttribute(tuple(_read(code, octets) for code, octets in read_tlvs(value)))


def _read(code: int, octets: bytes) -> LinkStateTlv:
    """Read a TLV, which is never malformed, whatever its length and value are. RFC 9552, section 8.2.2."""
    if code not in _NAMES:
        return Tlv(code, octets)
    reader = _READERS.get(code)
    try:
        return LinkStateOctets(LinkStateCode(code), octets) if reader is None else reader(octets)
    except ValueError:
        return LinkStateOctets(LinkStateCode(code), octets)


def _encode(value: object, context: UpdateContext) -> bytes:
    del context
    return write_tlvs(
        pair(tlv) if isinstance(tlv, Tlv) else (int(tlv.code), tlv.octets())
        for tlv in expect(BgpLsAttribute, value, "BGP_LS").tlvs
    )


ROWS: Final = (
    AttributeRow(
        code=AttributeCode.BGP_LS,
        flags=OPTIONAL,
        lengths=range(4, 1 << 16),
        section="RFC 9552, section 8.2.2",
        decode=_decode,
        encode=_encode,
        value=BgpLsAttribute,
        judged_by_value=True,
        action=FaultAction.DISCARD,
    ),
)
