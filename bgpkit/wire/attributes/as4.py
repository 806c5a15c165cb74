"""AS4_PATH and AS4_AGGREGATOR: what 2-octet speakers carry for others (RFC 6793, section 3)."""

from typing import Final

from bgpkit.wire.attributes.code import OPTIONAL_TRANSITIVE, AttributeCode
from bgpkit.wire.attributes.row import ANY_LENGTH, AttributeRow, exactly
from bgpkit.wire.attributes.well_known import decode_aggregator, decode_as_path, encode_aggregator, encode_as_path
from bgpkit.wire.faults import FaultAction
from bgpkit_rib import Aggregator, AsPath

ROWS: Final = (
    AttributeRow(
        code=AttributeCode.AS4_PATH,
        flags=OPTIONAL_TRANSITIVE,
        lengths=ANY_LENGTH,
        section="RFC 6793, section 6",
        decode=lambda value, _: decode_as_path(value),
        encode=lambda value, _: encode_as_path(value, "AS4_PATH"),
        value=AsPath,
        action=FaultAction.DISCARD,
        flags_action=FaultAction.DISCARD,
    ),
    AttributeRow(
        code=AttributeCode.AS4_AGGREGATOR,
        flags=OPTIONAL_TRANSITIVE,
        lengths=exactly(8),
        section="RFC 6793, section 6",
        decode=lambda value, _: decode_aggregator(value),
        encode=lambda value, _: encode_aggregator(value, "AS4_AGGREGATOR"),
        value=Aggregator,
        action=FaultAction.DISCARD,
        flags_action=FaultAction.DISCARD,
    ),
)
