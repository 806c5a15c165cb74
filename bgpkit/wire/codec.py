"""Octets from and to whole messages of one session, as values for people, tools and tests."""

from collections.abc import Iterator
from typing import Final, TypeAlias

from bgpkit.errors import HeaderError
from bgpkit.wire.attribute_inputs import AttributeInputs
from bgpkit.wire.attributes.attribute import Attribute, attribute_decoder
from bgpkit.wire.attributes.code import EXTENDED_LENGTH, AttributeCode
from bgpkit.wire.families import ROWS, OpaqueNlri
from bgpkit.wire.framing import HEADER_LENGTH, MessageType, next_message
from bgpkit.wire.message import decode_message, encode_message
from bgpkit.wire.update_context import UpdateContext
from bgpkit.wire.update_decoder import UpdateDecoder
from bgpkit.wire.update_encoder import encode_update
from bgpkit.wire.update_judge import UpdateJudge
from bgpkit.wire.update_message import UpdateMessage
from bgpkit_fsm import IPV4_UNICAST, ErrorCode, HeaderSubcode, Message, Notification, Open, negotiate

AnyMessage: TypeAlias = Message | UpdateMessage

_EXTENDED_LENGTH: Final = int(EXTENDED_LENGTH)
_UPDATE: Final = int(MessageType.UPDATE)
_unread: Final = UpdateMessage.unread
_KEPT_MAXIMUM: Final = 4_096
_MP: Final = frozenset({int(AttributeCode.MP_REACH_NLRI), int(AttributeCode.MP_UNREACH_NLRI)})
_IPV4_ROW: Final = ROWS[IPV4_UNICAST]


class Codec:
    """Decodes what a peer sends, and encodes what is sent to it, under the terms of one session.

    Nothing is guessed: the terms come from the two OPENs, or are given. Every message is judged when it is decoded;
    the fields of an UPDATE become values when they are asked for. Equal attributes of different messages are the same
    objects while they are kept.
    """

    __slots__ = ("_decode", "_judge", "_kept", "_read", "_verdicts", "context")

    def __init__(self, context: UpdateContext) -> None:
        """Make a codec for known terms."""
        self.context = context
        self._verdicts = UpdateDecoder(context, _as_it_is)
        self._judge = UpdateJudge(context)
        self._read = self._field
        self._decode = attribute_decoder(context)
        self._kept: dict[bytes, Attribute] = {}

    @classmethod
    def of(cls, local: Open, remote: Open) -> "Codec":
        """Return the codec of the session that our OPEN and the peer's agree on."""
        return cls(UpdateContext.of(negotiate(local, remote)))

    def decode(self, octets: bytes) -> AnyMessage:
        """Return the one message that ``octets`` hold, header and all.

        MessageError carries the NOTIFICATION that answers a malformed message; for an UPDATE it is raised only where
        RFC 7606 leaves nothing but a session reset (in strict mode, for everything malformed). Octets that are less
        or more than one message are a HeaderError too.

        RFC 4271, sections 4 and 6.
        """
        stop = next_message(octets, 0, len(octets), self.context.maximum)
        if not stop or stop != len(octets):
            said = int.from_bytes(octets[16:18], "big") if len(octets) >= HEADER_LENGTH else 0
            raise HeaderError(
                f"a message of {said or 'at least 19'} octets in {len(octets)} octets",
                Notification(ErrorCode.MESSAGE_HEADER_ERROR, HeaderSubcode.BAD_MESSAGE_LENGTH, octets[16:18]),
            )
        return self.decode_body(octets[18], octets, HEADER_LENGTH, stop)

    def decode_stream(self, octets: bytes) -> Iterator[AnyMessage]:
        """Yield the messages that stand one after the other in ``octets``; a last one cut short is left out.

        MessageError as `decode`.
        """
        offset = 0
        while stop := next_message(octets, offset, len(octets), self.context.maximum):
            yield self.decode_body(octets[offset + 18], octets, offset + HEADER_LENGTH, stop)
            offset = stop

    def decode_body(self, kind: int, data: bytes, start: int, end: int) -> AnyMessage:
        """Return the message of type ``kind`` whose body is ``data[start:end]``; MessageError as `decode`."""
        if kind != _UPDATE:
            return decode_message(kind, data, start, end)
        if self._judge.is_plain(data, start, end):
            return _unread(self._read, data[start:end])
        update = self._verdicts.decode(data, start, end)
        for family in update.disabled:
            self._judge.disable(family)
        return _unread(self._read, data[start:end], tuple(update.faults))

    def encode(self, message: AnyMessage) -> list[bytes]:
        """Return ``message`` as whole messages: one, or as many as an UPDATE needs to stay within the longest length.

        ValueError says what cannot be written.
        """
        if isinstance(message, UpdateMessage):
            return encode_update(message, self.context)
        return [encode_message(message, self.context.maximum)]

    def _field(self, name: str, body: bytes) -> object:
        """Return one field of an UPDATE that has been judged."""
        withdrawn_end = 2 + (body[0] << 8 | body[1])
        nlri_start = withdrawn_end + 2 + (body[withdrawn_end] << 8 | body[withdrawn_end + 1])
        if name == "attributes":
            return self._attributes(body[withdrawn_end + 2 : nlri_start])
        withdrawn = name == "withdrawn"
        field = body[2:withdrawn_end] if withdrawn else body[nlri_start:]
        if not field:
            return ()
        add_path = IPV4_UNICAST in self.context.add_path_receive
        try:
            return _IPV4_ROW.nlri(field, add_path=add_path, withdrawn=withdrawn)
        except ValueError:
            # Only routes of a family that was not agreed on are not judged. RFC 4760, section 7.
            return (OpaqueNlri(field),)

    def _attributes(self, octets: bytes) -> tuple[Attribute, ...]:
        """Return the attributes of a list that has been judged, up to one that runs past the end."""
        found: list[Attribute] = []
        kept, decode = self._kept, self._decode
        offset, end = 0, len(octets)
        while offset + 3 <= end:
            if octets[offset] & _EXTENDED_LENGTH:
                start = offset + 4
                stop = start + int.from_bytes(octets[offset + 2 : start], "big")
            else:
                start = offset + 3
                stop = start + octets[offset + 2]
            whole = octets[offset:stop]
            attribute = kept.get(whole)
            if attribute is None:
                if start > end or stop > end:
                    break  # the verdict has said so
                attribute = decode(whole[0], whole[1], octets[start:stop])
                if whole[1] not in _MP:
                    if len(kept) >= _KEPT_MAXIMUM:
                        kept.clear()
                    kept[whole] = attribute
            found.append(attribute)
            offset = stop
        return tuple(found)


def _as_it_is(inputs: AttributeInputs) -> AttributeInputs:
    return inputs
