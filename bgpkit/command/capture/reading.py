"""From the packets of a capture to what is printed."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, final

from bgpkit.command.assumptions import Assumptions
from bgpkit.command.capture.connection import Connection
from bgpkit.command.capture.packet import Packet
from bgpkit.command.capture.pcap import read_pcap
from bgpkit.command.capture.pcapng import read_pcapng
from bgpkit.command.capture.segment import End, Segment, Unread, segment_of
from bgpkit.command.errors import InputError
from bgpkit.command.items import Heard, Item, Note
from bgpkit.command.kind import Kind
from bgpkit.command.source import Source
from bgpkit.command.wrapping import counted

CONNECTIONS_MAXIMUM: Final = 4096
"""Connections that are kept in mind; the one that was silent for longest gives way."""
_READERS: Final = {Kind.PCAP: read_pcap, Kind.PCAPNG: read_pcapng}


def read_capture(source: Source, kind: Kind, ports: Collection[int], assumptions: Assumptions) -> Iterator[Item]:
    """Yield the messages of the connections whose one end has one of the ``ports``, and notes on what is missing.

    InputError, behind what could be read, for a file that is cut short or does not make sense, and for one without
    a single message.
    """
    return _Reading(ports, assumptions).items(_READERS[kind](source))


@final
class _Reading:
    """One reading of a capture."""

    def __init__(self, ports: Collection[int], assumptions: Assumptions) -> None:
        self._ports = ports
        self._assumptions = assumptions
        self._connections: dict[tuple[End, End], Connection] = {}
        self._said: set[object] = set()
        self._packets = 0
        self._segments = 0
        self._messages = 0

    def items(self, packets: Iterable[Packet]) -> Iterator[Item]:
        """Yield what the packets hold."""
        fault: InputError | None = None
        try:
            for packet in packets:
                self._packets += 1
                for item in self._packet(packet):
                    self._messages += isinstance(item, Heard)
                    yield item
        except InputError as error:
            fault = error
        for connection in self._connections.values():
            for item in connection.finish():
                self._messages += isinstance(item, Heard)
                yield item
        if fault is not None:
            raise fault
        if not self._messages:
            raise InputError(self._nothing())

    def _packet(self, packet: Packet) -> Iterator[Item]:
        segment = segment_of(packet.link, packet.octets)
        if isinstance(segment, Unread):
            what = (segment, packet.link) if segment is Unread.LINK else segment
            if segment is not Unread.OTHER and what not in self._said:
                self._said.add(what)
                link = f" (LINKTYPE {packet.link})" if segment is Unread.LINK else ""
                yield Note(f"packet {packet.number} is left out: {segment.value}{link}; more of these are not told")
            return
        if segment.source.port not in self._ports and segment.destination.port not in self._ports:
            return
        self._segments += 1
        if segment.missing and Segment not in self._said:
            self._said.add(Segment)
            yield Note(
                f"packet {packet.number} was captured without its last {counted(segment.missing, 'octet')}; "
                f"more of these are not told"
            )
        yield from self._segment(packet, segment)

    def _segment(self, packet: Packet, segment: Segment) -> Iterator[Item]:
        """Give a segment to its connection, which thereby is the one that was last heard of."""
        one, other = sorted((segment.source, segment.destination))
        key = one, other
        connection = self._connections.pop(key, None)
        if connection is not None and not connection.is_continued_by(segment):
            yield from connection.finish()
            connection = None
        if connection is None:
            connection = Connection(one, other, self._assumptions)
            if len(self._connections) >= CONNECTIONS_MAXIMUM:
                oldest = next(iter(self._connections))
                yield from self._connections.pop(oldest).finish()
        self._connections[key] = connection
        yield from connection.take(packet, segment)

    def _nothing(self) -> str:
        """Say why there was no message."""
        ports = " or ".join(map(str, sorted(self._ports)))
        if not self._packets:
            return "the capture has no packets"
        if not self._segments:
            return f"no TCP segment of port {ports} in {counted(self._packets, 'packet')} (--port N for another port)"
        return f"no BGP message in {counted(self._segments, 'TCP segment')} of port {ports}"
