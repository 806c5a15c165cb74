"""UPDATE messages from values to octets, in as many messages as they need (RFC 4271, section 4.3)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from bgpkit.wire.attributes.attribute import encode_attribute_list
from bgpkit.wire.attributes.code import AttributeCode
from bgpkit.wire.attributes.multiprotocol import MpReach, MpUnreach
from bgpkit.wire.attributes.table import ATTRIBUTE_ROWS
from bgpkit.wire.encode import FIXED_LENGTH, MP_HEADER_LENGTH, mp_attribute, nlri_chunks, update_octets
from bgpkit.wire.families import ROWS
from bgpkit.wire.update_context import UpdateContext
from bgpkit.wire.update_message import UpdateMessage
from bgpkit_fsm import IPV4_UNICAST

_IPV4_ROW: Final = ROWS[IPV4_UNICAST]


def encode_update(message: UpdateMessage, context: UpdateContext) -> list[bytes]:
    """Return ``message`` in one message, or in several where one would exceed ``context.maximum``.

    Split up, withdrawn routes go first, each NLRI stays whole, and every message that announces has all attributes.
    ValueError when the attributes, or one NLRI beside them, do not fit any message; and for values that cannot be
    written. RFC 4271, section 4.3; RFC 8654, section 4.
    """
    add_path = IPV4_UNICAST in context.add_path_send
    withdrawn = _IPV4_ROW.octets(message.withdrawn, add_path=add_path)
    nlri = _IPV4_ROW.octets(message.nlri, add_path=add_path)
    attributes = encode_attribute_list(message.attributes, context)
    whole = FIXED_LENGTH + sum(map(len, withdrawn)) + len(attributes) + sum(map(len, nlri))
    if whole <= context.maximum:
        return [update_octets(b"".join(withdrawn), attributes, b"".join(nlri))]
    return list(_split(message, withdrawn, nlri, context))


def _split(
    message: UpdateMessage, withdrawn: Sequence[bytes], nlri: Sequence[bytes], context: UpdateContext
) -> Iterator[bytes]:
    room = context.maximum - FIXED_LENGTH
    for chunk in nlri_chunks(withdrawn, b"".join(withdrawn), room):
        yield update_octets(chunk, b"", b"")
    values = [attribute.value for attribute in message.attributes]
    beside = encode_attribute_list(
        (each for each in message.attributes if not isinstance(each.value, MpReach | MpUnreach)), context
    )
    for value in values:
        if isinstance(value, MpUnreach):
            yield from _split_mp(AttributeCode.MP_UNREACH_NLRI, value, b"", context)
    for value in values:
        if isinstance(value, MpReach):
            yield from _split_mp(AttributeCode.MP_REACH_NLRI, value, beside, context)
    if len(beside) > room:
        raise ValueError(f"attributes of {len(beside)} octets leave no room in a message of {context.maximum}")
    for chunk in nlri_chunks(nlri, b"".join(nlri), room - len(beside)):
        yield update_octets(b"", beside, chunk)


def _split_mp(code: int, routes: MpReach | MpUnreach, beside: bytes, context: UpdateContext) -> Iterator[bytes]:
    """Yield messages that share the routes of one MP attribute, which stands before the others.

    RFC 7606, section 5.1.
    """
    head = ATTRIBUTE_ROWS[code].encode(replace(routes, nlri=()), context)
    room = context.maximum - FIXED_LENGTH - MP_HEADER_LENGTH - len(head) - len(beside)
    if room < 0:
        raise ValueError(f"attributes of {len(beside)} octets leave no room in a message of {context.maximum}")
    octets = ROWS[routes.family].octets(routes.nlri, add_path=routes.family in context.add_path_send)
    for chunk in nlri_chunks(octets, b"".join(octets), room):
        yield update_octets(b"", mp_attribute(code, head + chunk) + beside, b"")
