"""OPEN: capabilities in one or several parameters, short or extended."""

from ipaddress import IPv4Address

import pytest

from bgpkit.errors import OpenError
from bgpkit.wire import decode_capabilities, decode_open, encode_capability, encode_open, next_message
from bgpkit_fsm import (
    IPV4_UNICAST,
    FourOctetAsCapability,
    MultiprotocolCapability,
    Open,
    RouteRefreshCapability,
    UnknownCapability,
)
from tests.unit.wire.octets import message
from tests.unit.wire.vector_rows import Row, name_of, rows

FIXED = bytes.fromhex("04fc00005ac0000201")
OPEN = Open(my_as=64512, hold_time=90, bgp_identifier=IPv4Address("192.0.2.1"))


def read(parameters: str) -> Open:
    """Return the OPEN with these optional parameters, their length first."""
    octets = message(1, FIXED + bytes.fromhex(parameters))
    return decode_open(octets, 19, len(octets))


@pytest.mark.parametrize("row", rows("messages.jsonl", "open"), ids=name_of)
def test_real_opens_say_what_tshark_reads(row: Row) -> None:
    """Version, AS, hold time, identifier and the codes of the capabilities are those of another decoder."""
    found = decode_open(row.octets, 19, next_message(row.octets, 0, len(row.octets), 4096))
    facts = row.tshark
    assert [[found.version], [found.my_as], [found.hold_time], [str(found.bgp_identifier)]] == [
        facts.get("version"),
        facts.get("my_as"),
        facts.get("hold_time"),
        facts.get("bgp_id"),
    ]
    assert encode_open(found) == row.octets
    if not facts.get("malformed"):
        codes = [encode_capability(capability)[0] for capability in found.capabilities]
        assert codes == facts.get("capability_codes", [])


def test_an_open_is_laid_out_as_rfc_4271_says() -> None:
    """No parameters; then one Capabilities parameter for all capabilities."""
    assert encode_open(OPEN) == message(1, FIXED + b"\0")
    both = Open(
        my_as=64512,
        hold_time=90,
        bgp_identifier=OPEN.bgp_identifier,
        capabilities=(MultiprotocolCapability(IPV4_UNICAST), FourOctetAsCapability(64512)),
    )
    assert encode_open(both) == message(1, FIXED + bytes.fromhex("0e020c01040001000141040000fc00"))


def test_several_parameters_are_merged_in_order() -> None:
    """RFC 5492, section 4: capabilities may be spread over several parameters."""
    found = read("0c" + "02020200" + "020641040000fc00")
    assert found.capabilities == (RouteRefreshCapability(), FourOctetAsCapability(64512))
    assert (found.capability_groups, found.extended_parameters) == ((1, 1), False)


@pytest.mark.parametrize(
    ("parameters", "groups", "extended"),
    [
        ("00", (), False),
        ("02" + "0200", (0,), False),
        ("06" + "0204 0200 4600", (), False),
        ("0a" + "0202 0200" + "0204 4600 0600", (1, 2), False),
        ("0a" + "0200" + "0202 0200" + "0202 4600", (0, 1, 1), False),
        ("ff" + "ff 0000", (), True),
        ("ff" + "ff 0005" + "02 0002 0200", (), True),
        ("ff" + "ff 0003" + "02 0000", (0,), True),
        ("ff" + "ff 000a" + "02 0002 0200" + "02 0002 4600", (1, 1), True),
        ("ff" + "02 7f c8 7d" + "00" * 125 + "02 7c c8 7a" + "00" * 122, (1, 1), False),
        ("ff" + "ff 0102" + "02 0080 c8 7e" + "00" * 126 + "02 007c c8 7a" + "00" * 122, (1, 1), False),
        ("ff" + "ff 0100" + "02 00fd c8 fb" + "00" * 251, (), True),
    ],
)
def test_the_same_parameters_are_written_again(parameters: str, groups: tuple[int, ...], extended: bool) -> None:
    """However the capabilities are divided, and whichever form the lengths have: what was read is written."""
    found = read(parameters)
    assert (found.capability_groups, found.extended_parameters) == (groups, extended)
    assert encode_open(found) == message(1, FIXED + bytes.fromhex(parameters))


@pytest.mark.parametrize("parameters", ["03010100", "020000", "07" + "02020200" + "ff0100"])
def test_another_parameter_is_not_supported(parameters: str) -> None:
    """A parameter that is not Capabilities: 2/4."""
    with pytest.raises(OpenError) as caught:
        read(parameters)
    assert (caught.value.notification.code, caught.value.notification.subcode) == (2, 4)


@pytest.mark.parametrize("parameters", ["", "0402", "01", "0102", "0302ff00", "0402030200", "04020141ff", "02020200"])
def test_lengths_that_do_not_fit_are_unspecific_errors(parameters: str) -> None:
    """Parameters or capabilities that run past their end: 2/0."""
    with pytest.raises(OpenError) as caught:
        read(parameters)
    assert (caught.value.notification.code, caught.value.notification.subcode) == (2, 0)


def test_another_version_is_answered_with_ours() -> None:
    """RFC 4271, section 6.2: 2/1, the data is the version that we speak, in two octets."""
    octets = message(1, b"\5" + FIXED[1:] + b"\0")
    with pytest.raises(OpenError) as caught:
        decode_open(octets, 19, len(octets))
    sent = caught.value.notification
    assert (sent.code, sent.subcode, sent.data) == (2, 1, b"\0\4")


def test_long_parameters_use_the_extended_form() -> None:
    """RFC 9072, section 2: 255, 255, then lengths of two octets; read back it is the same."""
    capabilities = (UnknownCapability(200, bytes(250)), UnknownCapability(201, b"x"))
    long = Open(my_as=64512, hold_time=90, bgp_identifier=OPEN.bgp_identifier, capabilities=capabilities)
    octets = encode_open(long)
    value = bytes((200, 250)) + bytes(250) + bytes((201, 1)) + b"x"
    assert octets == message(1, FIXED + bytes.fromhex("ffff010202 00ff".replace(" ", "")) + value)
    assert decode_open(octets, 19, len(octets)).capabilities == capabilities


def test_the_extended_form_is_known_by_its_type_alone() -> None:
    """RFC 9072, section 2: with type 255 the one-octet length is ignored unless it is 0."""
    assert read("01ff0005" + "0200020200").capabilities == decode_capabilities(b"\2\0")
    with pytest.raises(OpenError):
        read("00ff0005" + "0200020200")


def test_capabilities_that_no_message_holds_are_refused() -> None:
    """An OPEN has at most 4,096 octets, whatever the peer takes (RFC 8654, section 4)."""
    many = tuple(UnknownCapability(200, bytes(255)) for _ in range(16))
    with pytest.raises(ValueError, match="longer"):
        encode_open(Open(my_as=1, hold_time=0, bgp_identifier=OPEN.bgp_identifier, capabilities=many))
    with pytest.raises(ValueError, match="fit"):
        encode_open(Open(my_as=1 << 16, hold_time=0, bgp_identifier=OPEN.bgp_identifier))
