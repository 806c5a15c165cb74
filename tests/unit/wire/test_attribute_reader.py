"""The pass over a block: what it finds, and where the quick way and the thorough one agree."""

import pytest

from bgpkit.wire.attribute_reader import AttributeReader
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from tests.unit.wire.octets import AS_PATH, MANDATORY, NEXT_HOP, ORIGIN, V6_HOP, attribute, context, mp_reach

READER = AttributeReader(context(IPV4_UNICAST, IPV6_UNICAST, four_octet_as=True, internal=True))
OUTSIDE = AttributeReader(context(IPV4_UNICAST, IPV6_UNICAST, four_octet_as=True, internal=False))
OLD = AttributeReader(context(IPV4_UNICAST, four_octet_as=False, internal=True))
ALL = (
    MANDATORY
    + attribute(0x80, 4, bytes((0, 0, 0, 4)))
    + attribute(0x40, 5, bytes((0, 0, 0, 5)))
    + attribute(0x40, 6, b"")
    + attribute(0xC0, 7, bytes.fromhex("00000001c0000201"))
    + attribute(0xC0, 8, b"comm")
    + attribute(0x80, 9, bytes((0, 0, 0, 9)))
    + attribute(0x80, 10, b"one two ")
    + attribute(0xC0, 16, b"extended")
    + attribute(0xC0, 32, b"large------l")
)


def test_a_block_with_everything_is_plain() -> None:
    """The inputs of the decision process, and the block itself, octet for octet."""
    inputs = READER.read_plain(ALL)
    assert inputs is not None
    assert inputs.raw is ALL
    assert (inputs.origin, inputs.as_path, inputs.as_path_length, inputs.neighbor_as) == (0, AS_PATH[3:], 2, 64512)
    assert (inputs.next_hop, inputs.med, inputs.local_pref, inputs.originator_id) == (NEXT_HOP[3:], 4, 5, 9)
    assert (inputs.communities, inputs.cluster_list) == (b"comm", b"one two ")


@pytest.mark.parametrize("flags", [0x50, 0x40])
def test_long_headers_are_plain_too(flags: int) -> None:
    """Some speakers write AS_PATH with the extended length bit always."""
    path = attribute(flags, 2, AS_PATH[3:])
    inputs = READER.read_plain(ORIGIN + path + NEXT_HOP)
    assert inputs is not None
    assert inputs.as_path_length == 2


def test_an_mp_reach_taken_off_is_put_into_its_place() -> None:
    """The block of other families has MP_REACH_NLRI in ascending order."""
    community = attribute(0xC0, 16, b"extended")
    inputs = READER.read_plain(ORIGIN + AS_PATH + community, mp_reach(b""), V6_HOP)
    assert inputs is not None
    assert (inputs.raw, inputs.next_hop) == (ORIGIN + AS_PATH + mp_reach(b"") + community, V6_HOP)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        ORIGIN + AS_PATH,
        AS_PATH + NEXT_HOP,
        MANDATORY + ORIGIN,
        MANDATORY + attribute(0xC0, 200, b"unknown"),
        MANDATORY + attribute(0x90, 200, b"unknown"),
        MANDATORY + mp_reach(),
        MANDATORY + attribute(0xC0, 8, b"abc"),
        MANDATORY + attribute(0xD0, 8, b"abc"),
        MANDATORY + b"\x40",
        MANDATORY + b"\x50\x05\x00",
        MANDATORY + bytes.fromhex("40050400"),
        MANDATORY + bytes.fromhex("5005000400"),
        MANDATORY + attribute(0xC0, 7, bytes(8)),
        attribute(0x40, 1, b"\3") + AS_PATH + NEXT_HOP,
        ORIGIN + AS_PATH + attribute(0x40, 3, bytes(4)),
        ORIGIN + AS_PATH + attribute(0x40, 3, b"\xe0\0\0\1"),
        ORIGIN + attribute(0x40, 2, bytes.fromhex("020100000000")) + NEXT_HOP,
        ORIGIN + attribute(0x40, 2, bytes.fromhex("010100000001")) + NEXT_HOP,
        ORIGIN + attribute(0x40, 2, bytes.fromhex("0200")) + NEXT_HOP,
        ORIGIN + attribute(0x40, 2, b"\2") + NEXT_HOP,
    ],
)
def test_what_is_not_plainly_right_takes_the_other_way(raw: bytes) -> None:
    """The quick way says nothing of what needs a second look."""
    assert READER.read_plain(raw) is None


def test_the_session_decides_what_is_plain() -> None:
    """From outside LOCAL_PREF is not; with 2-octet AS numbers nothing is, since nothing is canonical."""
    raw = MANDATORY + attribute(0x40, 5, bytes(4))
    assert OUTSIDE.read_plain(raw) is None
    assert OUTSIDE.read_plain(MANDATORY) is not None
    assert (
        OLD.read_plain(attribute(0x50, 1, b"\0") + attribute(0x50, 2, b"") + attribute(0x50, 3, NEXT_HOP[3:])) is None
    )


@pytest.mark.parametrize(("internal", "faults"), [(True, 0), (False, 1)])
def test_confederation_segments_come_from_inside_only(internal: bool, faults: int) -> None:
    """RFC 5065, section 5: from a neighbor outside the confederation they make AS_PATH malformed."""
    reader = READER if internal else OUTSIDE
    raw = ORIGIN + attribute(0x40, 2, bytes.fromhex("03010000000102010000fc00")) + NEXT_HOP
    block = reader.read(raw)
    assert len(block.faults) == faults
    assert (block.as_path_length, block.neighbor_as) == (1, 64512)


@pytest.mark.parametrize(
    ("path", "length", "neighbor"),
    [
        ("010200000001000000020201000000", None, None),
        ("01020000000100000002", 1, 0),
        ("0201000000010201000000ff", 2, 1),
    ],
)
def test_unusual_paths_are_counted_as_rfc_4271_says(path: str, length: int | None, neighbor: int | None) -> None:
    """A set counts once and tells no neighbor; several sequences add up; a cut one is a fault."""
    block = READER.read(ORIGIN + attribute(0x40, 2, bytes.fromhex(path)) + NEXT_HOP)
    if length is None:
        assert [fault.subcode for fault in block.faults] == [11]
    else:
        assert (block.as_path_length, block.neighbor_as, block.faults) == (length, neighbor, [])


@pytest.mark.parametrize("reader", [READER, OLD])
def test_an_aggregator_of_as_0_is_discarded(reader: AttributeReader) -> None:
    """RFC 7607, section 2: AGGREGATOR with AS 0 is malformed, which RFC 7606, section 7.7 answers with discard."""
    value = bytes(8) if reader is READER else bytes(6)
    block = reader.read(ORIGIN + attribute(0xC0, 7, value))
    assert [(fault.action, fault.code) for fault in block.faults] == [(1, 7)]
    assert block.edits == [(4, 4 + 3 + len(value), b"")]
    assert block.values[7] is None
