"""2-octet AS numbers: what is added on the way in comes off on the way out."""

import pytest

from bgpkit.wire.as_path_octets import write_segments
from bgpkit.wire.attribute_reader import AttributeReader
from bgpkit.wire.two_octet_as import narrow_aggregator, narrow_as_path, widen
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import AsPath
from tests.unit.wire.octets import NEXT_HOP, ORIGIN, attribute, context


def wide(text: str) -> bytes:
    """Return a 4-octet AS_PATH that is written as text."""
    return write_segments(((int(segment.kind), segment.asns) for segment in AsPath.parse(text).segments), 4)


@pytest.mark.parametrize("text", ["", "1 2", "70000", "1 70000 2", "1 {2,70000}", "70000 {1,2} 3", "(5) 1 70000"])
def test_a_path_survives_an_old_speaker(text: str) -> None:
    """AS_PATH and AS4_PATH for a 2-octet speaker, merged again, are the path that went in."""
    narrow, as4_path = narrow_as_path(wide(text))
    block = ORIGIN + attribute(0x40, 2, narrow) + NEXT_HOP
    if as4_path:
        block += attribute(0xC0, 17, as4_path)
    reader = AttributeReader(context(IPV4_UNICAST, four_octet_as=False, internal=True))
    assert reader.read(block).values[2] == wide(text)


@pytest.mark.parametrize("aggregator", ["00000001c0000201", "0000ffffc0000201", "00010000c0000201"])
def test_an_aggregator_survives_an_old_speaker(aggregator: str) -> None:
    """AGGREGATOR and AS4_AGGREGATOR for a 2-octet speaker tell what went in."""
    narrow, as4_aggregator = narrow_aggregator(bytes.fromhex(aggregator))
    block = ORIGIN + attribute(0xC0, 7, narrow)
    if as4_aggregator:
        block += attribute(0xC0, 18, as4_aggregator)
    reader = AttributeReader(context(IPV4_UNICAST, four_octet_as=False, internal=True))
    assert reader.read(block).values[7] == bytes.fromhex(aggregator)


def test_an_as4_aggregator_of_as_0_is_discarded() -> None:
    """RFC 7607, section 2: AGGREGATOR then stands as it is, AS_TRANS."""
    old, new = attribute(0xC0, 7, bytes.fromhex("5ba0c0000201")), attribute(0xC0, 18, bytes.fromhex("00000000c0000202"))
    block = AttributeReader(context(IPV4_UNICAST, four_octet_as=False, internal=True)).read(ORIGIN + old + new)
    assert block.values[7] == bytes.fromhex("00005ba0c0000201")
    assert [(fault.action, fault.code) for fault in block.faults] == [(1, 18)]


def test_as4_attributes_alone_leave_nothing() -> None:
    """AS4_PATH and AS4_AGGREGATOR without their old companions are taken out."""
    new = attribute(0xC0, 17, bytes.fromhex("020100010000")) + attribute(0xC0, 18, bytes.fromhex("00010000c0000202"))
    block = AttributeReader(context(IPV4_UNICAST, four_octet_as=False, internal=True)).read(ORIGIN + new)
    assert (block.faults, [octets for _, _, octets in block.edits]) == ([], [b"", b""])


def test_a_path_that_grows_beyond_an_attribute_is_malformed() -> None:
    """2-octet AS numbers of an extended message may not fit 65,535 octets as 4-octet ones."""
    path = (b"\2\xff" + b"\0\1" * 255) * 100
    reader = AttributeReader(context(IPV4_UNICAST, four_octet_as=False, internal=True))
    block = reader.read(ORIGIN + attribute(0x50, 2, path))
    assert [(fault.action, fault.code) for fault in block.faults] == [(2, 2)]
    with pytest.raises(ValueError, match="does not fit"):
        widen(block)
