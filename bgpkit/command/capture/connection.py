"""Both directions of one TCP connection: its messages under the terms that its OPENs make."""

from collections.abc import Iterable, Iterator
from typing import final

from bgpkit.command.assumptions import Assumptions, described
from bgpkit.command.capture.message_stream import Found, Message, MessageStream, Skipped
from bgpkit.command.capture.packet import Packet
from bgpkit.command.capture.reassembly import Piece, Reassembly, Stretch
from bgpkit.command.capture.segment import SYN, End, Segment
from bgpkit.command.items import Heard, Item, Note, Place
from bgpkit.command.octet_stream import assumed
from bgpkit.command.verdict import judge
from bgpkit.command.wrapping import counted
from bgpkit.wire import HEADER_LENGTH, Codec, MessageType
from bgpkit_fsm import FourOctetAsCapability, Open


class _Direction:
    """What one end sends to the other."""

    def __init__(self, sender: End, receiver: End) -> None:
        self.sender = sender.endpoint()
        self.receiver = receiver.endpoint()
        self.segments = Reassembly()
        self.has_syn = False
        self.messages: MessageStream | None = None
        self.open: Open | None = None
        self.codec: Codec | None = None
        """As both OPENs have it; None until they are known."""

    def add(self, pieces: Iterable[Piece]) -> Iterator[tuple[Found, Packet | None]]:
        """Yield what pieces of the stream complete, with the packet of the piece."""
        for piece in pieces:
            if self.messages is None:
                self.messages = MessageStream(whole=self.has_syn)
            packet = piece.packet if isinstance(piece, Stretch) else None
            yield from ((found, packet) for found in self.messages.add(piece))

    def finish(self) -> Iterator[tuple[Found, Packet | None]]:
        """Yield what is left at the end."""
        yield from self.add(self.segments.finish())
        if self.messages is not None:
            yield from ((found, None) for found in self.messages.finish())

    def __str__(self) -> str:
        return f"{self.sender} > {self.receiver}"


@final
class Connection:
    """One TCP connection that carries BGP."""

    def __init__(self, one: End, other: End, assumptions: Assumptions) -> None:
        """Start with a connection of which nothing was seen."""
        self._assumptions = assumptions
        self._directions = {one: _Direction(one, other), other: _Direction(other, one)}
        self._assumed_said = assumptions.four_octet_as is not None

    def is_continued_by(self, segment: Segment) -> bool:
        """Tell whether a segment can be of this connection, not of a later one between the same ends."""
        first = self._directions[segment.source].segments.first
        return not segment.flags & SYN or first is None or first == (segment.sequence + 1) % (1 << 32)

    def take(self, packet: Packet, segment: Segment) -> Iterator[Item]:
        """Yield the messages that a segment completes, with notes where something is missing."""
        direction, sequence = self._directions[segment.source], segment.sequence
        if segment.acknowledged is not None:
            self._directions[segment.destination].segments.acknowledge(segment.acknowledged)
        if segment.flags & SYN:
            sequence = (sequence + 1) % (1 << 32)
            if direction.segments.first is None:
                direction.has_syn = True
                direction.segments.start(sequence)
        pieces = direction.segments.take(packet, sequence, segment.data, segment.missing)
        yield from self._items(direction, direction.add(pieces))

    def finish(self) -> Iterator[Item]:
        """Yield what is left at the end of the connection."""
        for direction in self._directions.values():
            yield from self._items(direction, direction.finish())

    def _items(self, direction: _Direction, found: Iterable[tuple[Found, Packet | None]]) -> Iterator[Item]:
        for each, packet in found:
            if isinstance(each, Skipped):
                yield _note(direction, each)
            else:
                yield from self._message(direction, each, packet)

    def _message(self, direction: _Direction, message: Message, packet: Packet | None) -> Iterator[Item]:
        """Yield a message, with a note before or behind it on the terms that it is read under."""
        codec = direction.codec
        if codec is None:
            codec = self._assumed()
            if message.octets[HEADER_LENGTH - 1] == MessageType.UPDATE and not self._assumed_said:
                self._assumed_said = True
                opens = sum(each.open is not None for each in self._directions.values())
                why = f"{direction}: {'only one of the two OPENs' if opens else 'no OPEN'} was seen"
                yield Note(assumed(why, described(codec.context)))
        judged = judge(codec, message.octets)
        place = Place(
            offset=message.offset,
            packet=None if packet is None else packet.number,
            time=None if packet is None else packet.time,
            sender=direction.sender,
            receiver=direction.receiver,
        )
        yield Heard(place, judged)
        if isinstance(judged.message, Open):
            yield from self._agree(direction, judged.message)

    def _assumed(self) -> Codec:
        """Return a codec for a connection without both OPENs.

        One OPEN that does not offer 4-octet AS numbers is enough to know that there are none: RFC 6793, section 4.
        """
        if self._assumptions.four_octet_as is None:
            opens = [each.open for each in self._directions.values() if each.open is not None]
            if not all(_offers_four_octet_as(each) for each in opens):
                return self._assumptions.codec(four_octet_as=False)
        return self._assumptions.codec()

    def _agree(self, direction: _Direction, message: Open) -> Iterator[Item]:
        """Take an OPEN; when there are two, the session's terms are known: what the receiver of each has agreed on."""
        one, other = self._directions.values()
        if direction.open is not None:
            # The start of another session, whose SYN was not captured.
            one.open = other.open = one.codec = other.codec = None
        direction.open = message
        if one.open is None or other.open is None:
            return
        one.codec, other.codec = Codec.of(other.open, one.open), Codec.of(one.open, other.open)
        for each, codec in ((one, one.codec), (other, other.codec)):
            yield Note(f"{each}: the OPENs agree on {_agreed(codec)}")


def _note(direction: _Direction, skipped: Skipped) -> Note:
    """Say what was skipped."""
    parts = [f"{direction}: {skipped.why}"]
    if skipped.missing:
        parts.append(f"{counted(skipped.missing, 'octet')} missing")
    if skipped.length:
        parts.append(f"{counted(skipped.length, 'octet')} skipped")
    return Note("; ".join(parts), skipped.unreadable)


def _agreed(codec: Codec) -> str:
    """Return the terms of a session in words."""
    context = codec.context
    families = ", ".join(map(str, sorted(context.families))) or "no family"
    return f"{families}; {described(context)}; messages of up to {context.maximum} octets"


def _offers_four_octet_as(message: Open) -> bool:
    return any(isinstance(each, FourOctetAsCapability) for each in message.capabilities)
