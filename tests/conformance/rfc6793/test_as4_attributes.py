"""RFC 6793: 4-octet AS numbers to and from speakers that have two octets for them."""

import pytest

from bgpkit.wire import Rewrite, attribute_value, decode_attributes, rewrite
from bgpkit_rib import AsPath
from tests.unit.wire.octets import MANDATORY, NEXT_HOP, NLRI, ORIGIN, attribute, decode, update, verdict

TRANS = "5ba0"


def path_of(as_path: str, as4_path: str = "", *more: bytes) -> str:
    """Return the AS path that a 2-octet speaker tells with AS_PATH and AS4_PATH, as text."""
    block = ORIGIN + attribute(0x40, 2, bytes.fromhex(as_path)) + NEXT_HOP + b"".join(more)
    if as4_path:
        block += attribute(0xC0, 17, bytes.fromhex(as4_path))
    inputs = decode(update(block, NLRI), four_octet_as=False).announced[0][1]
    path = decode_attributes(inputs.raw).as_path
    assert (path.length, path.neighbor_as) == (inputs.as_path_length, inputs.neighbor_as)
    assert attribute_value(inputs.raw, 17) is None
    return str(path)


@pytest.mark.rfc("6793", "4.2.3")
def test_as4_path_replaces_the_right_end_of_as_path() -> None:
    """What AS4_PATH does not tell is the left of AS_PATH, put before it."""
    assert path_of(f"0204fc00{TRANS}{TRANS}0001", "0203000100000001000100000001") == "64512 65536 65537 1"


@pytest.mark.rfc("6793", "4.2.3")
def test_a_longer_as4_path_is_ignored() -> None:
    """With fewer AS numbers in AS_PATH than in AS4_PATH, AS4_PATH is ignored."""
    assert path_of(f"0201{TRANS}", "02020001000000010001") == "23456"


@pytest.mark.rfc("6793", "4.2.3")
def test_an_as_set_counts_once_when_paths_are_merged() -> None:
    """AS numbers are counted as in RFC 4271, section 9.1.2.2: a set is one."""
    assert path_of(f"0202fc00{TRANS}0103000100020003", "020100010000010200000001000003e8") == "64512 65536 {1,1000}"


@pytest.mark.rfc("6793", "4.2.3")
def test_leading_confederation_segments_stay() -> None:
    """A confederation segment that leads, or touches what is put before AS4_PATH, is put before it too."""
    assert path_of(f"0301fc010202fc00{TRANS}", "020100010000") == "(64513) 64512 65536"


@pytest.mark.rfc("6793", "4.2.3")
def test_an_aggregator_of_two_octets_forbids_the_merge() -> None:
    """AS4_AGGREGATOR beside an AGGREGATOR that is not AS_TRANS: both AS4 attributes are ignored."""
    old, new = attribute(0xC0, 7, bytes.fromhex("0001c0000201")), attribute(0xC0, 18, bytes.fromhex("00010000c0000202"))
    block = ORIGIN + attribute(0x40, 2, bytes.fromhex(f"0201{TRANS}")) + NEXT_HOP + old + new
    block += attribute(0xC0, 17, bytes.fromhex("020100010000"))
    inputs = decode(update(block, NLRI), four_octet_as=False).announced[0][1]
    attributes = decode_attributes(inputs.raw)
    assert attributes.as_path == AsPath.of(23456)
    assert str(attributes.aggregator) == "1 192.0.2.1"


@pytest.mark.rfc("6793", "4.2.3")
def test_as4_aggregator_tells_what_as_trans_hides() -> None:
    """An AGGREGATOR of AS_TRANS is ignored for AS4_AGGREGATOR."""
    old = attribute(0xC0, 7, bytes.fromhex(f"{TRANS}c0000201"))
    new = attribute(0xC0, 18, bytes.fromhex("00010000c0000202"))
    block = ORIGIN + attribute(0x40, 2, bytes.fromhex("0201fc00")) + NEXT_HOP + old + new
    inputs = decode(update(block, NLRI), four_octet_as=False).announced[0][1]
    assert attribute_value(inputs.raw, 7) == bytes.fromhex("00010000c0000202")
    assert attribute_value(inputs.raw, 18) is None


@pytest.mark.rfc("6793", "4.1")
@pytest.mark.parametrize(("code", "value"), [(17, "020100010000"), (18, "00010000c0000201")])
def test_as4_attributes_of_a_new_speaker_are_discarded(code: int, value: str) -> None:
    """A speaker with 4-octet AS numbers must not send them; they are discarded and the rest counts."""
    octets = update(MANDATORY + attribute(0xC0, code, bytes.fromhex(value)), NLRI)
    assert verdict(octets).action == "attribute-discard"
    assert decode(octets).announced[0][1].raw == MANDATORY


@pytest.mark.rfc("6793", "6")
@pytest.mark.parametrize("value", ["", "0200", "0205000100000001", "090100010000", "0201000100", "020100000000"])
def test_a_malformed_as4_path_is_discarded(value: str) -> None:
    """AS4_PATH with a wrong length, segment length or type is discarded, and the UPDATE processed."""
    block = ORIGIN + attribute(0x40, 2, bytes.fromhex(f"0201{TRANS}")) + NEXT_HOP
    octets = update(block + attribute(0xC0, 17, bytes.fromhex(value)), NLRI)
    assert verdict(octets, four_octet_as=False).action == "attribute-discard"
    assert decode(octets, four_octet_as=False).announced[0][1].as_path == bytes.fromhex("020100005ba0")


@pytest.mark.rfc("6793", "6")
def test_confederation_segments_in_as4_path_are_dropped() -> None:
    """AS_CONFED_SEQUENCE and AS_CONFED_SET in AS4_PATH are discarded, the rest of it counts."""
    assert path_of(f"0202fc00{TRANS}", "03010001fc00020100010000") == "64512 65536"


@pytest.mark.rfc("6793", "4.2.2")
def test_large_as_numbers_become_as_trans_and_as4_path() -> None:
    """To a 2-octet speaker AS_PATH has AS_TRANS where two octets do not do, and AS4_PATH the whole path."""
    path = attribute(0x40, 2, bytes.fromhex("02020000fc0000010000"))
    block = rewrite(ORIGIN + path + NEXT_HOP, Rewrite(two_octet_as=True))
    assert attribute_value(block, 2) == bytes.fromhex(f"0202fc00{TRANS}")
    assert attribute_value(block, 17) == bytes.fromhex("02020000fc0000010000")


@pytest.mark.rfc("6793", "4.2.2")
def test_as4_path_is_not_sent_without_need() -> None:
    """AS4_PATH shall not be sent when all AS numbers of the path fit two octets."""
    block = rewrite(MANDATORY, Rewrite(two_octet_as=True))
    assert block == ORIGIN + attribute(0x40, 2, bytes.fromhex("0202fc00fc01")) + NEXT_HOP


@pytest.mark.rfc("6793", "4.2.2")
def test_confederation_segments_do_not_go_into_as4_path() -> None:
    """AS4_PATH has no AS_CONFED_SEQUENCE and no AS_CONFED_SET."""
    path = attribute(0x40, 2, bytes.fromhex("03010000fc01020100010000"))
    block = rewrite(ORIGIN + path + NEXT_HOP, Rewrite(two_octet_as=True))
    assert attribute_value(block, 17) == bytes.fromhex("020100010000")


@pytest.mark.rfc("6793", "4.2.2")
def test_a_large_aggregator_becomes_as_trans_and_as4_aggregator() -> None:
    """AGGREGATOR has AS_TRANS, and AS4_AGGREGATOR the number, only when it does not fit two octets."""
    large, small = bytes.fromhex("00010000c0000201"), bytes.fromhex("00000001c0000201")
    block = rewrite(MANDATORY + attribute(0xC0, 7, large), Rewrite(two_octet_as=True))
    assert (attribute_value(block, 7), attribute_value(block, 18)) == (bytes.fromhex(f"{TRANS}c0000201"), large)
    block = rewrite(MANDATORY + attribute(0xC0, 7, small), Rewrite(two_octet_as=True))
    assert (attribute_value(block, 7), attribute_value(block, 18)) == (small[2:], None)
