"""What one peer can make us hold at most: by the octets that it sends, and however long it goes on."""

import gc
import struct
import tracemalloc
from collections.abc import Iterable

import pytest

from bgpkit.session import connection as connections
from bgpkit.session.connection import Connection
from bgpkit.speaker.import_rules import ImportRules
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.next_hops import NextHops
from bgpkit.wire import UpdateContext, UpdateDecoder
from bgpkit.wire.update_decoder import INTERNED_OCTETS
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Path, Source, SourceKind, Table
from tests.support import octets
from tests.unit.session.test_connection import Receiver, Transport

ROUTES = 50_000
OCTETS_FOR_A_PACKED_OCTET = 30
"""Held for each octet of UPDATEs full of /24, the shortest routes of which there are many."""
OCTETS_FOR_A_LONE_OCTET = 12
"""Held for each octet of UPDATEs that bring one route each, with attributes of its own."""
MIB = 2**20


class Held:
    """The way in of one peer, and what it holds."""

    def __init__(self) -> None:
        """Start with nothing."""
        self.table = Table(32)
        source = Source("192.0.2.1", SourceKind.EBGP)
        rules = ImportRules(own_asns=frozenset({64512}), bgp_identifier=1, cluster_ids=frozenset({1}))
        self.ingest = Ingest(source, {IPV4_UNICAST: self.table}, rules, NextHops())
        context = UpdateContext(families=frozenset((IPV4_UNICAST,)), four_octet_as=True, internal=False, maximum=65535)
        self.decoder: UpdateDecoder[Path] = UpdateDecoder(context, self.ingest.make)

    def take(self, messages: Iterable[bytes]) -> tuple[int, int, int]:
        """Take messages; return their octets, the memory that they came to hold, and the most held meanwhile."""
        gc.collect()
        tracemalloc.start()
        sent = 0
        try:
            before = tracemalloc.get_traced_memory()[0]
            for message in messages:
                sent += len(message)
                self.ingest.update(self.decoder.decode(message, 19, len(message)))
            held, most = tracemalloc.get_traced_memory()
            return sent, held - before, most - before
        finally:
            tracemalloc.stop()


def nlri(number: int) -> bytes:
    """Return the octets of one of many /24."""
    return bytes((24,)) + number.to_bytes(3, "big")


def message(block: bytes, routes: bytes) -> bytes:
    """Return an UPDATE."""
    return octets.message(octets.UPDATE, struct.pack("!HH", 0, len(block)) + block + routes)


def test_routes_that_share_their_attributes_hold_their_keys() -> None:
    """The most that can be held for an octet: UPDATEs full of short routes. A key and its place in the table."""
    block = octets.attributes(64700)
    routes = [b"".join(map(nlri, range(start, start + 1000))) for start in range(0, ROUTES, 1000)]
    held = Held()
    sent, memory, _ = held.take(message(block, each) for each in routes)
    assert held.table.count(held.ingest.source) == ROUTES
    assert memory < OCTETS_FOR_A_PACKED_OCTET * sent, f"{memory / sent:.1f} octets for each one sent"


def test_routes_with_attributes_of_their_own_hold_a_path_each() -> None:
    """As little as an UPDATE can be, and as much as it can make: a key, a path and its block."""
    held = Held()
    sent, memory, _ = held.take(
        message(octets.attributes(64700, med=number), nlri(number)) for number in range(ROUTES // 5)
    )
    assert memory < OCTETS_FOR_A_LONE_OCTET * sent, f"{memory / sent:.1f} octets for each one sent"


def test_one_route_with_ever_new_attributes_holds_no_more_than_a_bound() -> None:
    """However much is sent for it, 64 MiB of blocks are remembered at most, and little beside."""
    long = octets.attributes(64700) + octets.attribute(0xC0, 200, bytes(60_000))
    blocks = (
        long + octets.attribute(0xC0, 201, number.to_bytes(4, "big")) for number in range(2 * INTERNED_OCTETS // 60_000)
    )
    held = Held()
    sent, memory, most = held.take(message(block, nlri(1)) for block in blocks)
    assert sent > 2 * INTERNED_OCTETS - MIB
    assert max(memory, most) < INTERNED_OCTETS + 2 * MIB
    assert held.table.count(held.ingest.source) == 1


def test_what_is_withdrawn_is_held_no_more() -> None:
    """But for what is remembered of attributes, until the session ends or the bound is reached."""
    held = Held()
    keys = [nlri(number) for number in range(ROUTES)]

    def flapping() -> Iterable[bytes]:
        for start in range(0, ROUTES, 1000):
            routes = b"".join(keys[start : start + 1000])
            yield message(octets.attributes(64700), routes)
            yield octets.message(octets.UPDATE, struct.pack("!H", len(routes)) + routes + b"\0\0")

    _, memory, _ = held.take(flapping())
    assert len(held.table) == 0
    assert memory < MIB


@pytest.mark.parametrize("maximum", [4096, 65535])
async def test_octets_that_are_no_message_yet_fit_the_receive_buffer(maximum: int) -> None:
    """A connection holds two read lengths at most: the buffer, and what was read of it."""
    receiver, transport = Receiver(), Transport()
    connection = Connection(receiver)
    connection.connection_made(transport)
    connection.maximum = maximum
    whole = octets.message(octets.UPDATE, bytes(maximum - 19)) * (MIB // maximum)
    offset = largest = 0
    while offset < len(whole):
        room = connection.get_buffer(-1)
        piece = whole[offset : offset + len(room)]
        room[: len(piece)] = piece
        connection.buffer_updated(len(piece))
        offset += len(piece)
        largest = max(largest, len(room))
    assert largest <= connections.READ_LENGTH == 256 * 1024
    assert len(receiver.messages) > MIB // maximum - 10
