"""The stream: every follower at its own pace, those of one dump apart."""

from bgpkit.adj_rib_out.chunk import Dirty
from bgpkit.adj_rib_out.marker import Marker
from bgpkit.adj_rib_out.member import Member
from bgpkit.adj_rib_out.stream import Stream
from bgpkit_rib import Source, SourceKind


class Port:
    """Takes as many chunks as it has room for."""

    def __init__(self, room: int = 99) -> None:
        """Start with room."""
        self.room = room
        self.written: list[bytes] = []

    @property
    def writable(self) -> bool:
        """Whether there is room."""
        return len(self.written) < self.room

    def write(self, octets: bytes) -> None:
        """Keep the octets."""
        self.written.append(octets)


def follower(stream: Stream, name: str, room: int = 99) -> tuple[Member, Port]:
    """Return a member that follows."""
    port = Port(room)
    member = Member(Source(name, SourceKind.CLIENT), port)
    stream.attach(member)
    return member, port


def say(stream: Stream, *messages: bytes, audience: dict[Source, Member] | None = None) -> None:
    """Write chunks of one message each."""
    for message in messages:
        stream.building.add_block([message], message, Source("nobody", SourceKind.CLIENT))
        stream.close(audience)


def test_everybody_is_sent_what_there_is_room_for() -> None:
    """A full transport stops its own member only."""
    stream = Stream()
    (slow, slow_port), (_, brisk_port) = follower(stream, "slow", 1), follower(stream, "brisk")
    say(stream, b"1", b"2", b"3")
    stream.send_all()
    assert (slow_port.written, brisk_port.written) == ([b"1"], [b"1", b"2", b"3"])
    assert (len(stream), stream.has_room(slow)) == (2, False)
    slow_port.room = 99
    stream.send(slow)
    assert (slow_port.written, len(stream), stream.has_room(slow)) == ([b"1", b"2", b"3"], 0, True)


def test_what_is_for_some_goes_to_them_in_its_order() -> None:
    """The members of a dump get it between the chunks that all get."""
    stream = Stream()
    (one, one_port), (_, other_port) = follower(stream, "one"), follower(stream, "other")
    say(stream, b"1")
    say(stream, b"2", audience={one.source: one})
    say(stream, b"3")
    stream.send_all()
    assert (one_port.written, other_port.written, len(stream)) == ([b"1", b"2", b"3"], [b"1", b"3"], 0)


def test_a_source_is_written_nothing_where_all_is_its_own() -> None:
    """Empty octets are not handed to the transport."""
    stream = Stream()
    member, port = follower(stream, "member")
    stream.building.add(b"own", member.source)
    stream.close()
    stream.send_all()
    assert (port.written, len(stream)) == ([], 0)


def test_who_leaves_tells_what_it_has_not_been_sent_and_keeps_nothing() -> None:
    """Keys of the chunks from the cursor on; those that another has told already are not told again."""
    stream = Stream()
    member, _ = follower(stream, "member", 1)
    say(stream, b"1", b"2", b"3")
    stream.send(member)
    dirty: Dirty = {}
    marked = {2}
    stream.detach(member, dirty, marked)
    assert (list(dirty), marked) == ([b"2"], {1, 2})
    assert (len(stream), stream.kept, member.source in stream) == (0, 0, False)


def test_a_marker_that_was_not_sent_is_told() -> None:
    """RFC 4724, section 2: End-of-RIB must not be lost with the log."""
    stream = Stream()
    member, _ = follower(stream, "member", 0)
    stream.building.add(b"marker", None)
    chunk = stream.close()
    assert chunk is not None
    chunk.markers = Marker.END_OF_RIB
    assert stream.unsent(member) == [chunk]
    assert stream.unsent_markers(member) == Marker.END_OF_RIB
    stream.detach(member, None)
    assert stream.unsent_markers(member) == Marker.NONE


def test_laggards_are_those_that_keep_more_than_the_limit() -> None:
    """Who is nearer to the end is none, even if others hold the log up."""
    stream = Stream()
    (slow, _), _ = follower(stream, "slow", 1), follower(stream, "brisk")
    say(stream, *[bytes((number,)) for number in range(5)])
    stream.send_all()
    assert list(stream.laggards(10**6)) == []
    assert list(stream.laggards(3000)) == [slow]
