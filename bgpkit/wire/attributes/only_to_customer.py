"""ONLY_TO_CUSTOMER, which keeps routes from going up again (RFC 9234, section 5)."""

from typing import Final

from bgpkit.wire.attributes.code import OPTIONAL_TRANSITIVE, AttributeCode
from bgpkit.wire.attributes.row import AttributeRow, exactly, four_octets

ROWS: Final = (
    AttributeRow(
        code=AttributeCode.ONLY_TO_CUSTOMER,
        flags=OPTIONAL_TRANSITIVE,
        lengths=exactly(4),
        section="RFC 9234, section 5",
        decode=lambda value, _: int.from_bytes(value, "big"),
        encode=lambda value, _: four_octets(value, "ONLY_TO_CUSTOMER"),
        value=int,
    ),
)
"""Its value is the AS number that has set it."""
