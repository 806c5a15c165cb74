"""A route of any family goes through the reflector octet for octet, but for the two attributes of reflection."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.adj_rib_out import ExportKey, UpdateGroup
from bgpkit.policy import ACCEPT_ALL
from bgpkit.speaker.import_rules import ImportRules
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.next_hops import NextHops
from bgpkit.testing import strategies as bgp
from bgpkit.wire import ROWS, Nlri, UpdateContext, UpdateDecoder
from bgpkit_fsm import IPV4_ROUTE_TARGET, IPV4_UNICAST, Family
from bgpkit_rib import Path, Source, SourceKind, Table
from tests.support.multiprotocol import Attributes, HeardRoutes, reach, read_messages, unreach
from tests.support.schedulers import ManualScheduler

FAMILIES = [family for family in ROWS if family not in {IPV4_UNICAST, IPV4_ROUTE_TARGET}]
OWN, CLUSTER, SENDER = 0x0A0000FE, 0x0A00FE01, 0x0A000001
KNOWN = {*range(1, 11), 16, 17, 18, 22, 23, 25, 26, 29, 32, 35, 40, 128}
ORIGINATOR_ID, CLUSTER_LIST = 9, 10


class Port:
    """Takes what is written."""

    def __init__(self) -> None:
        """Start with room."""
        self.writable = True
        self.octets = b""

    def write(self, octets: bytes) -> None:
        """Keep the octets."""
        self.octets += octets

    def heard(self) -> list[HeardRoutes]:
        """Return the UPDATEs that have come since this was asked last."""
        octets, self.octets = self.octets, b""
        return [each for each in read_messages(octets) if not each.is_end_of_rib]


class Reflector:
    """One family of a reflector: what comes from one client goes to another."""

    def __init__(self, family: Family, kind: SourceKind = SourceKind.CLIENT) -> None:
        """Start empty."""
        self.family = family
        self.table = Table(ROWS[family].width)
        self.sender = Source("sender", kind, bgp_identifier=SENDER)
        rules = ImportRules(own_asns=frozenset(), bgp_identifier=OWN, cluster_ids=frozenset({CLUSTER}))
        self.ingest = Ingest(self.sender, {family: self.table}, rules, NextHops())
        context = UpdateContext(families=frozenset({family}), four_octet_as=True, internal=True)
        self.decoder: UpdateDecoder[Path] = UpdateDecoder(context, self.ingest.make)
        key = ExportKey(
            family=family,
            kind=SourceKind.CLIENT,
            local_asn=64512,
            bgp_identifier=OWN,
            cluster_id=CLUSTER,
            next_hop=bytes((192, 0, 2, 1)),
            maximum=65535,
            policy=ACCEPT_ALL,
        )
        self.scheduler = ManualScheduler()
        self.group = UpdateGroup(key, self.table, self.scheduler)
        self.table.subscribe(self.group.changed)

    def client(self) -> Port:
        """Return the port of another client, which has joined."""
        port = Port()
        self.group.join(Source("receiver", SourceKind.CLIENT, bgp_identifier=1), port)
        self.turn()
        return port

    def take(self, message: bytes) -> None:
        """Take an UPDATE from the sender, and pass on what comes of it."""
        update = self.decoder.decode(message, 19, len(message))
        assert [fault for fault in update.faults if fault.malformed] == []
        self.ingest.update(update)
        self.turn()

    def turn(self) -> None:
        """Do what is due."""
        self.scheduler.advance(1)


def split(family: Family, octets: bytes, *, withdrawn: bool = False) -> list[bytes]:
    """Return the octets of each NLRI of a field, sorted."""
    return sorted(each for *_, each in ROWS[family].cut(octets, add_path=False, withdrawn=withdrawn))


NEXT_HOPS = {4: bytes((192, 0, 2, 99)), 16: bytes.fromhex("20010db8" + 11 * "00" + "63"), 0: b""}
OPTIONAL = (
    (0x80, 4, bytes(3) + b"\7"),
    (0x40, 6, b""),
    (0xC0, 7, bytes.fromhex("0000fde8c0000207")),
    (0xC0, 8, bytes.fromhex("fde80001fde80002")),
    (0x80, 9, bytes((10, 9, 9, 9))),
    (0x80, 10, bytes((10, 8, 8, 8, 10, 7, 7, 7))),
    (0xC0, 16, bytes.fromhex("0002fde8000000010102c00002010002030c000000000008")),
    (0xC0, 32, bytes.fromhex("0000fde80000000100000002")),
    (0xC0, 99, b"transitive, not known"),
    (0xE0, 100, b"transitive, partial already"),
    (0x80, 101, b"not transitive, not known"),
    (0xC0, 102, bytes(300)),
)
"""Attributes beside the well-known ones: flags, type code, value."""


def blocks() -> st.SearchStrategy[Attributes]:
    """Return attributes as an internal peer may send them, in the order of their types."""
    always = st.tuples(
        st.sampled_from([(0x40, 1, bytes((origin,))) for origin in range(3)]),
        st.sampled_from([(0x40, 2, b""), (0x40, 2, bytes.fromhex("02020000fde80000fde9"))]),
        st.sampled_from([(0x40, 5, bytes((0, 0, 0, value))) for value in (0, 100, 200)]),
    )
    chosen = st.lists(st.sampled_from(OPTIONAL), unique=True)
    return st.tuples(always, chosen).map(lambda two: tuple(sorted((*two[0], *two[1]), key=lambda each: each[1])))


def next_hop_for(family: Family) -> bytes:
    """Return a next hop of the shortest length that the family has; behind a route distinguisher where it is longer."""
    length = min(ROWS[family].next_hop_lengths)
    return NEXT_HOPS[length] if length in NEXT_HOPS else bytes(8) + NEXT_HOPS[length - 8]


def reflected(before: Attributes) -> Attributes:
    """Return what RFC 4456, section 8, and RFC 4271, section 9, make of attributes on the way."""
    after = {code: (flags, code, value) for flags, code, value in before if code in KNOWN or flags & 0x40}
    for flags, code, value in before:
        if code not in KNOWN and flags & 0x40:
            after[code] = flags | 0x20, code, value
    after.setdefault(ORIGINATOR_ID, (0x80, ORIGINATOR_ID, SENDER.to_bytes(4)))
    clusters = CLUSTER.to_bytes(4) + after.get(CLUSTER_LIST, (0, 0, b""))[2]
    after[CLUSTER_LIST] = (0x80, CLUSTER_LIST, clusters)
    return tuple(after[code] for code in sorted(after))


def routes(family: Family) -> st.SearchStrategy[list[Nlri]]:
    """Return a few routes with different keys."""
    encode = ROWS[family].encode
    return st.lists(bgp.nlri(family), min_size=1, max_size=4, unique_by=lambda value: encode(value)[0])


def octets_of(family: Family, values: Sequence[Nlri]) -> bytes:
    """Return the octets of routes."""
    return b"".join(ROWS[family].octets(values, add_path=False))


@pytest.mark.parametrize("family", FAMILIES, ids=str)
@settings(max_examples=12)
@given(data=st.data())
def test_octets_in_and_out_differ_by_the_two_attributes_only(family: Family, data: st.DataObject) -> None:
    """NLRI, next hop and all attributes come out as they went in; a late client and a refresh get the same."""
    values = data.draw(routes(family))
    attributes, nlri, hop = data.draw(blocks()), octets_of(family, values), next_hop_for(family)
    reflector = Reflector(family)
    early = reflector.client()
    reflector.take(reach(family, nlri, next_hop=hop, block=b"".join(_written(each) for each in attributes)))
    heard = early.heard()
    assert sorted(octets for each in heard for octets in split(family, each.announced)) == split(family, nlri)
    assert all(each.family == family and each.next_hop == hop for each in heard)
    assert {each.attributes for each in heard} == {reflected(attributes)}
    late = reflector.client()
    assert sorted(octets for each in late.heard() for octets in split(family, each.announced)) == split(family, nlri)
    assert late.heard() == []
    row = ROWS[family]
    reflector.take(unreach(family, b"".join(row.wire(row.encode(value)[0]) for value in values)))
    gone = [octets for each in early.heard() for octets in split(family, each.withdrawn, withdrawn=True)]
    assert len(gone) == len(values)
    assert len(reflector.table) == 0


def _written(one: tuple[int, int, bytes]) -> bytes:
    flags, code, value = one
    if len(value) > 255:
        return bytes((flags | 0x10, code)) + len(value).to_bytes(2) + value
    return bytes((flags, code, len(value))) + value
