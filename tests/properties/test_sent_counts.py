"""The count of messages that a member is sent is what a walk through its octets finds."""

import struct
from typing import Final, TypeAlias

from hypothesis import given
from hypothesis import strategies as st

from bgpkit import IPV4_UNICAST
from bgpkit.adj_rib_out.chunk import ChunkBuilder
from bgpkit.adj_rib_out.marker import Marker, encode_marker
from bgpkit_rib import Source, SourceKind

MEMBERS: Final = [Source(f"192.0.2.{number}", SourceKind.CLIENT) for number in range(1, 4)]
UPDATE: Final = 2
ROUTE_REFRESH: Final = 5
Step: TypeAlias = tuple[str, int, int]

steps = st.lists(
    st.tuples(st.sampled_from(("add", "block", "all", "replace", "withdraw")), st.integers(0, 3), st.integers(1, 3)),
    max_size=12,
)
markers = st.lists(st.sampled_from((Marker.BEGINNING, Marker.END_OF_RIB, Marker.END)), unique=True)


def update(number: int) -> bytes:
    """Return an UPDATE of some length, which says nothing."""
    body = bytes(number % 7)
    return b"\xff" * 16 + struct.pack("!HB", 19 + len(body), UPDATE) + body


def walked(octets: bytes) -> dict[int, int]:
    """Return how many messages of each type there are, found header by header."""
    found = dict[int, int]()
    while octets:
        found[octets[18]] = found.get(octets[18], 0) + 1
        octets = octets[int.from_bytes(octets[16:18], "big") :]
    return found


def put(builder: ChunkBuilder, step: Step) -> None:
    """Let something be written."""
    what, where, count = step
    source = None if where == 3 else MEMBERS[where]
    messages = [update(number) for number in range(count)]
    match what:
        case "add":
            builder.add(messages[0], source)
        case "block" if source is not None:
            builder.add_block([b"key"], messages[0], source)
        case "replace" if source is not None:
            builder.add_all(messages, source, [update(number) for number in range(count - 1)])
        case "withdraw":
            builder.withdraw([b"key"] * count, source, lambda keys: [update(len(keys))])
        case _:
            builder.add_all(messages, source)


@given(steps=steps, owed=markers)
def test_the_count_is_what_a_walk_finds(steps: list[Step], owed: list[Marker]) -> None:
    """For every member, whether it is itself a source or not, with markers in the chunk or without."""
    builder, marked = ChunkBuilder(), Marker.NONE
    beginning = Marker.BEGINNING in owed
    if beginning:
        builder.add(encode_marker(Marker.BEGINNING, IPV4_UNICAST), None)
        marked |= Marker.BEGINNING
    for step in steps:
        put(builder, step)
    ends = Marker.NONE
    for each in owed:
        ends |= each
    ends &= ~Marker.BEGINNING
    if ends:
        builder.add(encode_marker(ends, IPV4_UNICAST), None)
    chunk = builder.finish()
    chunk.markers = marked | ends
    for member in MEMBERS:
        found = walked(chunk.octets_for(member))
        assert chunk.updates_for(member) == found.get(UPDATE, 0)
        assert len(list(chunk.markers & ~Marker.END_OF_RIB)) == found.get(ROUTE_REFRESH, 0)
