"""RFC 4271, section 6.3, as it was before RFC 7606 revised it: strict mode."""

from dataclasses import replace

import pytest

from bgpkit.errors import UpdateError
from bgpkit.wire import Codec, UpdateMessage
from bgpkit_fsm import IPV4_UNICAST
from tests.unit.wire.octets import AS_PATH, MANDATORY, NEXT_HOP, NLRI, ORIGIN, attribute, context, mp_reach, update

STRICT = Codec(replace(context(), strict=True))
OUTSIDE = Codec(replace(context(internal=False), strict=True))


@pytest.mark.rfc("4271", "6.3")
@pytest.mark.parametrize(
    ("attributes", "subcode", "data"),
    [
        (MANDATORY + attribute(0x40, 6, b"x"), 5, attribute(0x40, 6, b"x")),
        (MANDATORY + attribute(0xC0, 7, b"x"), 5, attribute(0xC0, 7, b"x")),
        (attribute(0x80, 1, b"\0") + AS_PATH + NEXT_HOP, 4, attribute(0x80, 1, b"\0")),
        (attribute(0x40, 1, b"\3") + AS_PATH + NEXT_HOP, 6, attribute(0x40, 1, b"\3")),
        (ORIGIN + AS_PATH, 3, b"\3"),
        (ORIGIN + NEXT_HOP, 3, b"\2"),
        (ORIGIN + AS_PATH + attribute(0x40, 3, bytes(4)), 8, attribute(0x40, 3, bytes(4))),
        (MANDATORY + attribute(0x40, 5, bytes(4)) * 2, 1, b""),
        (MANDATORY + attribute(0xC0, 8, b"abc"), 5, attribute(0xC0, 8, b"abc")),
    ],
)
def test_every_error_is_a_notification(attributes: bytes, subcode: int, data: bytes) -> None:
    """Subcode and Data field are those of section 6.3, whatever RFC 7606 makes of the error."""
    lenient = Codec(context()).decode(update(attributes, NLRI))
    assert isinstance(lenient, UpdateMessage)
    assert lenient.faults
    with pytest.raises(UpdateError) as error:
        STRICT.decode(update(attributes, NLRI))
    answer = error.value.notification
    assert (answer.code, answer.subcode, answer.data) == (3, subcode, data)


@pytest.mark.rfc("4271", "6.3")
def test_the_strongest_of_several_errors_is_told() -> None:
    """An attribute that RFC 7606 would only leave out, before one that would withdraw the routes."""
    with pytest.raises(UpdateError, match="COMMUNITIES of 3 octets"):
        STRICT.decode(update(MANDATORY + attribute(0x40, 6, b"x") + attribute(0xC0, 8, b"abc"), NLRI))


@pytest.mark.rfc("4271", "5.1.5")
def test_what_is_no_error_passes() -> None:
    """LOCAL_PREF of an external peer MUST be ignored, and routes of a family that was not agreed on are."""
    for codec, attributes in (
        (OUTSIDE, MANDATORY + attribute(0x40, 5, bytes(4))),
        (Codec(replace(context(IPV4_UNICAST), strict=True)), mp_reach() + MANDATORY),
    ):
        message = codec.decode(update(attributes, NLRI))
        assert isinstance(message, UpdateMessage)
        assert [fault.malformed for fault in message.faults] == [False]
