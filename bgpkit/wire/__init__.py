"""Octets from and to values: messages, capabilities, path attributes, NLRI (RFC 4271, section 4).

The decoders raise `bgpkit.errors.MessageError` for the peer's faults and nothing else; the encoders raise
ValueError for what cannot be written.
"""

from bgpkit.wire.attribute_block import attribute_value
from bgpkit.wire.attribute_inputs import AttributeInputs
from bgpkit.wire.attribute_rows import ATTRIBUTE_ROWS, AttributeCode, AttributeRow
from bgpkit.wire.attributes import decode_attributes, encode_attributes
from bgpkit.wire.capabilities import decode_capabilities, encode_capability
from bgpkit.wire.encode import encode_announcements, encode_end_of_rib, encode_withdrawals
from bgpkit.wire.families import ROWS, FamilyRow, NlriSplit
from bgpkit.wire.faults import AttributeFault, FaultAction
from bgpkit.wire.framing import (
    EXTENDED_MAXIMUM_LENGTH,
    HEADER_LENGTH,
    MARKER,
    MAXIMUM_LENGTH,
    MessageType,
    next_message,
)
from bgpkit.wire.message import KEEPALIVE, decode_message, encode_message
from bgpkit.wire.notification import decode_notification, encode_notification
from bgpkit.wire.open import decode_open, encode_open
from bgpkit.wire.rewrite import Rewrite, rewrite
from bgpkit.wire.route_refresh import decode_route_refresh, encode_route_refresh
from bgpkit.wire.update import Update, UpdateDecoder
from bgpkit.wire.update_context import UpdateContext

__all__ = [
    "ATTRIBUTE_ROWS",
    "EXTENDED_MAXIMUM_LENGTH",
    "HEADER_LENGTH",
    "KEEPALIVE",
    "MARKER",
    "MAXIMUM_LENGTH",
    "ROWS",
    "AttributeCode",
    "AttributeFault",
    "AttributeInputs",
    "AttributeRow",
    "FamilyRow",
    "FaultAction",
    "MessageType",
    "NlriSplit",
    "Rewrite",
    "Update",
    "UpdateContext",
    "UpdateDecoder",
    "attribute_value",
    "decode_attributes",
    "decode_capabilities",
    "decode_message",
    "decode_notification",
    "decode_open",
    "decode_route_refresh",
    "encode_announcements",
    "encode_attributes",
    "encode_capability",
    "encode_end_of_rib",
    "encode_message",
    "encode_notification",
    "encode_open",
    "encode_route_refresh",
    "encode_withdrawals",
    "next_message",
    "rewrite",
]
