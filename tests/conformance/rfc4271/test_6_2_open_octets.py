"""RFC 4271, section 6.2: what is wrong with the octets of an OPEN."""

import pytest

from bgpkit.errors import OpenError
from bgpkit.wire import decode_open
from bgpkit_fsm import Notification
from tests.unit.wire.octets import message

FIXED = "04 fc00 005a c0000201"


def _answer(body: str) -> Notification:
    octets = message(1, bytes.fromhex(body))
    with pytest.raises(OpenError) as caught:
        decode_open(octets, 19, len(octets))
    return caught.value.notification


@pytest.mark.rfc("4271", "6.2")
def test_another_version_is_answered_with_the_supported_one() -> None:
    """The subcode MUST be Unsupported Version Number; the data is our version as a 2-octet integer.

    The version is looked at first: what follows may be laid out otherwise in another one.
    """
    assert _answer("03 fc00 005a c0000201 ff") == Notification(2, 1, b"\0\4")


@pytest.mark.rfc("4271", "6.2")
@pytest.mark.parametrize("parameters", ["04 0102 0000", "02 0300", "06 0202 0200 ff00"])
def test_a_parameter_that_is_not_recognized_is_named_as_such(parameters: str) -> None:
    """The subcode MUST be Unsupported Optional Parameter; one is the parameter of authentication, now deprecated."""
    assert _answer(f"{FIXED} {parameters}") == Notification(2, 4)


@pytest.mark.rfc("4271", "6.2")
@pytest.mark.parametrize(
    "parameters",
    ["03 0201 02", "04 0202 0201", "04 0204 0200", "01 02", "04 0203 0200 00", "05 0202 0200", "02 0202 0200"],
)
def test_a_malformed_parameter_is_unspecific(parameters: str) -> None:
    """A parameter that is recognized but malformed: the subcode MUST be 0."""
    assert _answer(f"{FIXED} {parameters}") == Notification(2, 0)
