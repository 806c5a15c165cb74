"""Octets from and to values: messages, capabilities, path attributes, NLRI (RFC 4271, section 4).

`Codec` is the way in for tools: whole messages of a session as values, and back. `UpdateDecoder` is the same for a
RIB: blocks of keys that share attributes. The decoders raise `bgpkit.errors.MessageError` for the peer's faults and
nothing else; the encoders raise ValueError for what cannot be written.
"""

from bgpkit.wire.as_path_of import as_path_of
from bgpkit.wire.attribute_block import attribute_value, canonical_block
from bgpkit.wire.attribute_inputs import AttributeInputs
from bgpkit.wire.attribute_reader import AttributeReader
from bgpkit.wire.attributes import (
    ATTRIBUTE_ROWS,
    Attribute,
    AttributeCode,
    AttributeRow,
    MpReach,
    MpUnreach,
    NextHop,
    VpnAddress,
    decode_attribute_list,
    encode_attribute_list,
)
from bgpkit.wire.canonical_inputs import canonical_inputs
from bgpkit.wire.capabilities import CAPABILITY_ROWS, decode_capabilities, encode_capability
from bgpkit.wire.capability_row import CapabilityRow
from bgpkit.wire.codec import AnyMessage, Codec
from bgpkit.wire.community_members import holds_community, with_communities
from bgpkit.wire.encode import encode_announcements, encode_end_of_rib, encode_withdrawals
from bgpkit.wire.families import ROWS, FamilyRow, Nlri, NlriBlock, OpaqueNlri, PathNlri, register_family
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
from bgpkit.wire.pass_through import PassThrough
from bgpkit.wire.path_attributes import decode_attributes, encode_attributes
from bgpkit.wire.plain import Json, from_dict, from_plain, to_dict, to_plain
from bgpkit.wire.quick_announcement import quick_announcement
from bgpkit.wire.rewrite import Rewrite, rewrite
from bgpkit.wire.route_refresh import decode_route_refresh, encode_route_refresh
from bgpkit.wire.set_attributes import next_hop_values, set_attributes
from bgpkit.wire.update import Update
from bgpkit.wire.update_context import UpdateContext
from bgpkit.wire.update_decoder import UpdateDecoder
from bgpkit.wire.update_message import UpdateMessage

__all__ = [
    "ATTRIBUTE_ROWS",
    "CAPABILITY_ROWS",
    "EXTENDED_MAXIMUM_LENGTH",
    "HEADER_LENGTH",
    "KEEPALIVE",
    "MARKER",
    "MAXIMUM_LENGTH",
    "ROWS",
    "AnyMessage",
    "Attribute",
    "AttributeCode",
    "AttributeFault",
    "AttributeInputs",
    "AttributeReader",
    "AttributeRow",
    "CapabilityRow",
    "Codec",
    "FamilyRow",
    "FaultAction",
    "Json",
    "MessageType",
    "MpReach",
    "MpUnreach",
    "NextHop",
    "Nlri",
    "NlriBlock",
    "OpaqueNlri",
    "PassThrough",
    "PathNlri",
    "Rewrite",
    "Update",
    "UpdateContext",
    "UpdateDecoder",
    "UpdateMessage",
    "VpnAddress",
    "as_path_of",
    "attribute_value",
    "canonical_block",
    "canonical_inputs",
    "decode_attribute_list",
    "decode_attributes",
    "decode_capabilities",
    "decode_message",
    "decode_notification",
    "decode_open",
    "decode_route_refresh",
    "encode_announcements",
    "encode_attribute_list",
    "encode_attributes",
    "encode_capability",
    "encode_end_of_rib",
    "encode_message",
    "encode_notification",
    "encode_open",
    "encode_route_refresh",
    "encode_withdrawals",
    "from_dict",
    "from_plain",
    "holds_community",
    "next_hop_values",
    "next_message",
    "quick_announcement",
    "register_family",
    "rewrite",
    "set_attributes",
    "to_dict",
    "to_plain",
    "with_communities",
]
