"""ORIGINATOR_ID and CLUSTER_LIST, which stop reflected routes from going round (RFC 4456, section 8)."""

from ipaddress import IPv4Address
from typing import Final

from bgpkit.wire.attributes.code import OPTIONAL, AttributeCode
from bgpkit.wire.attributes.row import AttributeRow, exactly, expect, expect_all, multiples, parts
from bgpkit.wire.faults import FaultAction

ROWS: Final = (
    AttributeRow(
        code=AttributeCode.ORIGINATOR_ID,
        flags=OPTIONAL,
        lengths=exactly(4),
        section="RFC 7606, section 7.9",
        decode=lambda value, _: IPv4Address(value),
        encode=lambda value, _: expect(IPv4Address, value, "ORIGINATOR_ID").packed,
        value=IPv4Address,
        from_external=FaultAction.DISCARD,
    ),
    AttributeRow(
        code=AttributeCode.CLUSTER_LIST,
        flags=OPTIONAL,
        lengths=multiples(4),
        section="RFC 7606, section 7.10",
        decode=lambda value, _: tuple(map(IPv4Address, parts(value, 4))),
        encode=lambda value, _: b"".join(each.packed for each in expect_all(IPv4Address, value, "CLUSTER_LIST")),
        value=tuple[IPv4Address, ...],
        from_external=FaultAction.DISCARD,
    ),
)
