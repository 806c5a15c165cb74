"""Every MRT record that can be written is read again as it was, and no octets do more harm than an MrtError."""

import gzip
from contextlib import suppress
from io import BytesIO
from ipaddress import IPv4Address, IPv6Address

from hypothesis import given
from hypothesis import strategies as st

from bgpkit.errors import MrtError
from bgpkit.mrt import (
    Bgp4mpMessage,
    Bgp4mpStateChange,
    EntryReader,
    PeerEntry,
    PeerIndexTable,
    Readable,
    Record,
    RibEntries,
    RibEntry,
    TableDump,
    UnknownRecord,
    encode_entry_attributes,
    encode_record,
    read_mrt,
    read_routes,
)
from bgpkit.wire import ROWS, encode_attributes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from tests.properties.wire_strategies import attributes, blocks

Draw = st.DrawFn

u8, u16, u32 = (st.integers(0, (1 << bits) - 1) for bits in (8, 16, 32))
ipv4, ipv6 = u32.map(IPv4Address), st.integers(0, (1 << 128) - 1).map(IPv6Address)
addresses = st.one_of(ipv4, ipv6)
few = st.integers(0, 5)
octets = st.binary(max_size=100)
microseconds = st.none() | u32
sessions = st.one_of(st.tuples(ipv4, ipv4), st.tuples(ipv6, ipv6))
KNOWN_TYPES = {12, 13, 16, 17}


@st.composite
def nlri(draw: Draw, width: int) -> bytes:
    """Draw one prefix in octets; its spare bits may be set."""
    length = draw(st.integers(0, width))
    size = (length + 7) // 8
    return bytes((length,)) + draw(st.binary(min_size=size, max_size=size))


@st.composite
def table_dumps(draw: Draw) -> TableDump:
    """Draw a TABLE_DUMP."""
    size = draw(st.sampled_from([4, 16]))
    return TableDump(
        timestamp=draw(u32),
        address=draw(st.binary(min_size=size, max_size=size)),
        prefix_length=draw(st.integers(0, 8 * size)),
        peer_address=draw(ipv4) if size == 4 else draw(ipv6),
        peer_as=draw(u16),
        originated_time=draw(u32),
        attributes=draw(octets),
        view_number=draw(u16),
        sequence_number=draw(u16),
        status=draw(u8),
    )


@st.composite
def peers(draw: Draw) -> PeerEntry:
    """Draw a peer."""
    four_octet_as = draw(st.booleans())
    return PeerEntry(
        bgp_id=draw(ipv4),
        address=draw(addresses),
        asn=draw(u32 if four_octet_as else u16),
        four_octet_as=four_octet_as,
        reserved=draw(u8) & 0xFC,
    )


peer_tables = st.builds(
    PeerIndexTable,
    timestamp=u32,
    collector_bgp_id=ipv4,
    peers=st.lists(peers(), max_size=5).map(tuple),
    view_name=st.text(max_size=20) | octets.map(lambda name: name.decode("utf-8", "surrogateescape")),
)


@st.composite
def ribs(draw: Draw) -> RibEntries:
    """Draw a RIB record of any subtype; path identifiers stand where RFC 8050 has them."""
    family = draw(st.sampled_from([IPV4_UNICAST, IPV6_UNICAST, Family(1, 2), Family(2, 2)]))
    add_path, generic = draw(st.booleans()), draw(st.booleans())
    path_ids = u32 if add_path and not generic else st.none()
    return RibEntries(
        timestamp=draw(u32),
        family=family,
        nlri=draw(nlri(32 if family.afi == 1 else 128)),
        entries=tuple(
            draw(st.lists(st.builds(RibEntry, st.integers(0, 5) | u16, u32, octets | blocks, path_ids), max_size=4))
        ),
        sequence_number=draw(u32),
        add_path=add_path,
        generic=generic,
        path_id=draw(u32) if add_path and generic else None,
    )


@st.composite
def messages(draw: Draw) -> Bgp4mpMessage:
    """Draw a BGP message, or what stands for one."""
    four_octet_as = draw(st.booleans())
    asns = u32 if four_octet_as else u16
    peer, local = draw(sessions)
    return Bgp4mpMessage(
        timestamp=draw(u32),
        peer_as=draw(asns),
        local_as=draw(asns),
        peer_address=peer,
        local_address=local,
        message=draw(octets),
        microseconds=draw(microseconds),
        interface_index=draw(u16),
        four_octet_as=four_octet_as,
        local=draw(st.booleans()),
        add_path=draw(st.booleans()),
    )


@st.composite
def state_changes(draw: Draw) -> Bgp4mpStateChange:
    """Draw a state change."""
    four_octet_as = draw(st.booleans())
    asns = u32 if four_octet_as else u16
    peer, local = draw(sessions)
    return Bgp4mpStateChange(
        timestamp=draw(u32),
        peer_as=draw(asns),
        local_as=draw(asns),
        peer_address=peer,
        local_address=local,
        old_state=draw(u16),
        new_state=draw(u16),
        microseconds=draw(microseconds),
        interface_index=draw(u16),
        four_octet_as=four_octet_as,
    )


unknown = st.builds(UnknownRecord, u32, u16.filter(lambda kind: kind not in KNOWN_TYPES), u16, octets)
records: st.SearchStrategy[Record] = st.one_of(table_dumps(), peer_tables, ribs(), messages(), state_changes(), unknown)
kinds = st.sampled_from([(12, 1), (12, 2), *((13, each) for each in range(14)), *((16, each) for each in range(12))])


@st.composite
def generic_messages(draw: Draw) -> bytes:
    """Draw what a RIB_GENERIC record may hold: a family that is known, then anything, then no entries."""
    family = draw(st.sampled_from(list(ROWS)))
    return bytes(4) + family.afi.to_bytes(2, "big") + bytes((family.safi,)) + draw(octets) + bytes(2)


@st.composite
def rubbish(draw: Draw) -> bytes:
    """Draw records whose headers are right and whose messages are not, or broken good ones."""
    parts: list[bytes] = []
    for _ in range(draw(st.integers(1, 4))):
        kind, subtype = draw(kinds | st.tuples(u16, u16))
        message = draw(octets | generic_messages() | records.map(lambda record: encode_record(record)[12:]))
        parts.append(bytes(4) + kind.to_bytes(2, "big") + subtype.to_bytes(2, "big") + len(message).to_bytes(4, "big"))
        parts.append(message)
    whole = bytearray(b"".join(parts))
    for _ in range(draw(st.integers(0, 3))):
        whole[draw(st.integers(0, len(whole) - 1))] = draw(u8)
    return bytes(whole)


class Pieces:
    """A source that gives its octets in pieces of a size."""

    def __init__(self, whole: bytes, size: int) -> None:
        """Give ``whole`` in pieces of ``size``."""
        self._whole = BytesIO(whole)
        self._size = size

    def read(self, size: int, /) -> bytes:
        """Return the next piece."""
        return self._whole.read(min(self._size, size))


def read_all(source: Readable) -> list[Record]:
    """Return what can be read, malformed records left out."""
    found: list[Record] = []
    errors: list[MrtError] = []
    with suppress(MrtError):
        found.extend(read_mrt(source, skipped=errors.append))
    return found


@given(st.lists(records, max_size=4), st.integers(1, 200))
def test_records_are_read_as_they_were_written(written: list[Record], size: int) -> None:
    """Each record, however the source cuts the file, compressed or not; and its line of text can be printed."""
    whole = b"".join(map(encode_record, written))
    assert list(read_mrt(Pieces(whole, size))) == written
    assert list(read_mrt(Pieces(gzip.compress(whole), size))) == written
    assert all(map(str, written))


@given(ribs(), st.lists(st.builds(RibEntry, u16, u32, octets, u32), min_size=1, max_size=3))
def test_generic_records_in_gobgp_s_form_keep_their_octets(record: RibEntries, entries: list[RibEntry]) -> None:
    """Whichever of the two forms they are read as."""
    fields = {name: getattr(record, name) for name in ("timestamp", "family", "nlri", "sequence_number")}
    written = encode_record(RibEntries(**fields, entries=tuple(entries), add_path=True, generic=True))
    (found,) = read_mrt(BytesIO(written))
    assert encode_record(found) == written


@given(rubbish())
def test_what_is_read_of_rubbish_is_written_as_it_was(whole: bytes) -> None:
    """Nothing but MrtError escapes; each record that is read has its octets somewhere in the file."""
    for record in read_all(BytesIO(whole)):
        assert encode_record(record) in whole
        assert str(record)


@given(st.binary(max_size=300))
def test_octets_at_random_do_no_harm(whole: bytes) -> None:
    """Nothing but MrtError escapes, from files that look compressed either."""
    for head in (b"", b"\x1f\x8b\x08", b"BZh91AY&SY", b"\xfd7zXZ\0"):
        read_all(BytesIO(head + whole))


@given(rubbish(), peer_tables)
def test_routes_of_rubbish_do_no_harm(whole: bytes, table: PeerIndexTable) -> None:
    """Nothing but MrtError escapes."""
    errors: list[MrtError] = []
    with suppress(MrtError):
        for route in read_routes(BytesIO(encode_record(table) + whole), skipped=errors.append):
            assert str(route.attributes)


@given(blocks, st.sampled_from([IPV4_UNICAST, IPV6_UNICAST]), st.booleans())
def test_attributes_of_any_kind_are_read_or_refused(block: bytes, family: Family, four_octet_as: bool) -> None:
    """Nothing but ValueError; what is read is canonical: it has values, and is read again as it is."""
    reader = EntryReader()
    try:
        found = reader.read(block, family, four_octet_as=four_octet_as)
    except ValueError:
        return
    assert str(found.attributes)
    assert reader.read(found.octets, family).octets == found.octets


@given(st.data(), st.sampled_from([IPV4_UNICAST, IPV6_UNICAST]))
def test_attributes_survive_a_dump(data: st.DataObject, family: Family) -> None:
    """What is abbreviated for a RIB entry is read as the canonical block that it was."""
    canonical = encode_attributes(data.draw(attributes(family)), family)
    dumped = encode_entry_attributes(canonical)
    assert len(canonical) - len(dumped) == (0 if family == IPV4_UNICAST else 4)
    assert EntryReader().read(dumped, family).octets == canonical
