"""RFC 8654: who may send messages of more than 4,096 octets, and which messages never have more."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from bgpkit.errors import HeaderError
from bgpkit.wire import encode_message, next_message
from bgpkit_fsm import ExtendedMessageCapability, Notification, Open, UnknownCapability, negotiate
from tests.unit.fsm.sessions import CONFIG, remote_open

EXTENDED = ExtendedMessageCapability()


def _header(length: int, kind: int) -> bytes:
    return b"\xff" * 16 + length.to_bytes(2, "big") + bytes((kind,))


@pytest.mark.rfc("8654", "3")
@pytest.mark.parametrize(("ours", "theirs"), [(False, False), (True, False), (False, True), (True, True)])
def test_both_sides_must_have_announced_it(ours: bool, theirs: bool) -> None:
    """A speaker that did not announce the capability MUST NOT send such messages, nor MUST they be sent to it."""
    local = replace(CONFIG, capabilities=(EXTENDED,) if ours else ()).open
    remote = remote_open(*(EXTENDED,) if theirs else ())
    assert negotiate(local, remote).extended_message is (ours and theirs)


@pytest.mark.rfc("8654", "4")
@pytest.mark.parametrize(("kind", "longest"), [(1, 4096), (2, 65535), (3, 65535), (4, 19), (5, 65535)])
def test_open_and_keepalive_keep_their_limit(kind: int, longest: int) -> None:
    """The capability applies to all messages except OPEN and KEEPALIVE."""
    assert next_message(_header(longest, kind), 0, longest - 1, 65535) == 0
    if longest < 65535:
        with pytest.raises(HeaderError) as caught:
            next_message(_header(longest + 1, kind), 0, 19, 65535)
        sent = caught.value.notification
        assert (sent.code, sent.subcode, sent.data) == (1, 2, (longest + 1).to_bytes(2, "big"))


@pytest.mark.rfc("8654", "4")
def test_an_open_is_never_made_longer() -> None:
    """Capabilities that exceed 4,096 octets are the caller's fault."""
    many = tuple(UnknownCapability(200, bytes(250)) for _ in range(17))
    long = Open(my_as=1, hold_time=90, bgp_identifier=IPv4Address(1), capabilities=many)
    with pytest.raises(ValueError, match="longer than the 4096 allowed"):
        encode_message(long, 65535)


@pytest.mark.rfc("8654", "5")
@pytest.mark.parametrize("kind", [2, 3, 5])
def test_who_did_not_announce_it_accepts_no_extended_message(kind: int) -> None:
    """Such a speaker MUST NOT accept one: Bad Message Length, with the length."""
    with pytest.raises(HeaderError) as caught:
        next_message(_header(4097, kind), 0, 19, 4096)
    assert caught.value.notification == Notification(1, 2, b"\x10\x01")


@pytest.mark.rfc("8654", "5")
def test_a_notification_to_who_did_not_announce_it_is_not_extended() -> None:
    """Its size MUST NOT exceed 4,096 octets: the data is cut."""
    assert len(encode_message(Notification(3, 1, bytes(5000)))) == 4096
    assert len(encode_message(Notification(3, 1, bytes(5000)), 65535)) == 5021
