"""Tests of the configuration of a session."""

from dataclasses import replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from bgpkit_fsm import AS_TRANS, BgpRole, FourOctetAsCapability, Open, RoleCapability
from tests.unit.fsm.sessions import CONFIG


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"local_asn": 0}, "local_asn 0 is not within 1 to 4294967295"),
        ({"local_asn": 2**32}, "local_asn 4294967296"),
        ({"peer_asn": 0}, "peer_asn 0"),
        ({"bgp_identifier": IPv4Address(0)}, "bgp_identifier must not be 0.0.0.0"),
        ({"hold_time": 1}, "hold_time 1 is neither 0 nor within 3 to 65535"),
        ({"hold_time": 2}, "hold_time 2"),
        ({"hold_time": 65536}, "hold_time 65536"),
        ({"hold_time": -1}, "hold_time -1"),
        ({"connect_retry_time": 0}, "connect_retry_time 0 must be more than 0"),
        ({"delay_open_time": -1}, "delay_open_time -1"),
        ({"idle_hold_time": 61}, "idle_hold_time 61 is not within 0 to 60"),
        ({"send_hold_time": 90}, "send_hold_time 90 is neither 0 nor more than hold_time 90"),
        ({"send_hold_time": -1.0}, "send_hold_time -1.0"),
        ({"local_asn": 65536}, "local_asn 65536 needs the 4-octet AS capability"),
        ({"capabilities": (FourOctetAsCapability(1),)}, "announces 1, but local_asn is 64512"),
        ({"capabilities": (RoleCapability(0), RoleCapability(3))}, r"several roles are announced, \[0, 3\]"),
        ({"capabilities": (RoleCapability(5),)}, "role 5 is not one of 0 to 4"),
        ({"strict_role": True}, "strict_role needs a RoleCapability"),
    ],
)
def test_values_that_cannot_be_are_refused(change: dict[str, Any], text: str) -> None:
    """ValueError names field and value."""
    with pytest.raises(ValueError, match=text):
        replace(CONFIG, **change)


@pytest.mark.parametrize("hold_time", [0, 3, 65535])
def test_hold_times_at_the_limits_are_taken(hold_time: int) -> None:
    """RFC 4271, section 4.2: zero or at least three, in two octets."""
    assert replace(CONFIG, hold_time=hold_time).open.hold_time == hold_time


def test_open_has_what_was_configured() -> None:
    """The OPEN carries AS number, hold time, identifier and capabilities, in version 4."""
    capabilities = (FourOctetAsCapability(64512),)
    assert replace(CONFIG, capabilities=capabilities).open == Open(
        version=4, my_as=64512, hold_time=90, bgp_identifier=IPv4Address("10.0.0.1"), capabilities=capabilities
    )


def test_as_number_of_four_octets_is_announced_by_as_trans() -> None:
    """RFC 6793, section 4.2.2: AS_TRANS in the field of two octets, the number in the capability."""
    message = replace(CONFIG, local_asn=400_000, capabilities=(FourOctetAsCapability(400_000),)).open
    assert (message.my_as, message.asn) == (AS_TRANS, 400_000)


def test_role_is_that_of_the_capability() -> None:
    """RFC 9234, section 4.1: a role that is configured is announced; here announcing it is configuring it."""
    assert CONFIG.local_role is None
    config = replace(CONFIG, capabilities=(RoleCapability(BgpRole.CUSTOMER),), strict_role=True)
    assert config.local_role is BgpRole.CUSTOMER


@pytest.mark.parametrize(
    ("configured", "negotiated", "seconds"),
    [(None, 90, 480), (None, 240, 480), (None, 241, 482), (None, 0, 0), (0, 90, 0), (91, 30, 91), (91, 0, 0)],
)
def test_send_hold_time_follows_the_negotiated_hold_time(
    configured: float | None, negotiated: int, seconds: float
) -> None:
    """RFC 9687, section 6: the greater of 8 minutes and twice the hold time; none where there is no hold time."""
    assert replace(CONFIG, send_hold_time=configured).send_hold_seconds(negotiated) == seconds
