"""RFC 9072, section 2: optional parameters with lengths of two octets."""

import pytest

from bgpkit.errors import OpenError
from bgpkit.wire import decode_open, encode_open
from bgpkit_fsm import Open, RouteRefreshCapability, UnknownCapability
from tests.unit.wire.octets import message

FIXED = "04 fc00 005a c0000201"


def _read(parameters: str) -> Open:
    octets = message(1, bytes.fromhex(f"{FIXED} {parameters}"))
    return decode_open(octets, 19, len(octets))


@pytest.mark.rfc("9072", "2")
def test_parameters_of_more_than_255_octets_must_be_extended() -> None:
    """255 and 255 in the old fields, then lengths of two octets."""
    value = bytes(250)
    long = Open(
        my_as=64512,
        hold_time=90,
        bgp_identifier=_read("00").bgp_identifier,
        capabilities=(UnknownCapability(200, value), UnknownCapability(201, b"\1\2")),
    )
    parameters = bytes.fromhex("ff ff 0103 02 0100 c8 fa") + value + bytes.fromhex("c9 02 0102")
    assert encode_open(long) == message(1, bytes.fromhex(FIXED) + parameters)


@pytest.mark.rfc("9072", "2")
def test_shorter_parameters_are_not_extended_unless_asked_for() -> None:
    """The encoding of RFC 4271 should be used; configuration may override that."""
    short = _read("04 0202 0200")
    assert encode_open(short) == message(1, bytes.fromhex(f"{FIXED} 04 0202 0200"))
    forced = _read("ff ff 0005 02 0002 0200")
    assert encode_open(forced) == message(1, bytes.fromhex(f"{FIXED} ff ff 0005 02 0002 0200"))


@pytest.mark.rfc("9072", "2")
@pytest.mark.parametrize("old_length", ["01", "08", "fe", "ff"])
def test_the_extended_form_is_known_by_its_type_alone(old_length: str) -> None:
    """It MUST be accepted for short parameters, too; the old length MUST be ignored, and is not 0."""
    assert _read(f"{old_length} ff 0005 02 0002 0200").capabilities == (RouteRefreshCapability(),)


@pytest.mark.rfc("9072", "2")
@pytest.mark.parametrize("parameters", ["00 ff 0005 02 0002 0200", "ff ff", "ff ff 00", "ff ff 0006 02 0002 0200"])
def test_lengths_that_do_not_fit_are_malformed(parameters: str) -> None:
    """An old length of 0 means that there are none; and the extended length is that of what follows."""
    with pytest.raises(OpenError) as caught:
        _read(parameters)
    assert (caught.value.notification.code, caught.value.notification.subcode) == (2, 0)


@pytest.mark.rfc("9072", "3")
@pytest.mark.parametrize("parameters", ["06 0202 0200 ff00", "ff ff 0008 02 0002 0200 ff 0000"])
def test_type_255_elsewhere_is_a_parameter_that_nobody_knows(parameters: str) -> None:
    """Only in the first place does it announce the extended form: Unsupported Optional Parameter."""
    with pytest.raises(OpenError) as caught:
        _read(parameters)
    assert (caught.value.notification.code, caught.value.notification.subcode) == (2, 4)
