"""Tests of what is offered after a refusal."""

from dataclasses import replace

import pytest

from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    BgpRole,
    Capability,
    FourOctetAsCapability,
    GracefulRestartCapability,
    MultiprotocolCapability,
    Notification,
    RoleCapability,
    RouteRefreshCapability,
    SessionConfig,
    UnknownCapability,
)
from bgpkit_fsm.capability_retry import offer_after_refusal, refuses_capabilities
from tests.unit.fsm.sessions import CONFIG, LOCAL_ASN

IPV4, IPV6 = MultiprotocolCapability(IPV4_UNICAST), MultiprotocolCapability(IPV6_UNICAST)
REFRESH, RESTART, NUMBER = RouteRefreshCapability(), GracefulRestartCapability(), FourOctetAsCapability(LOCAL_ASN)
OFFER = replace(CONFIG, capabilities=(IPV4, IPV6, REFRESH, RESTART, NUMBER))
NO_PARAMETERS = Notification(2, 4)


def _refused(*capabilities: str) -> Notification:
    return Notification(2, 7, b"".join(map(bytes.fromhex, capabilities)))


def _left(offer: SessionConfig, refusal: Notification) -> tuple[Capability, ...] | None:
    less = offer_after_refusal(offer, refusal)
    return None if less is None else less.capabilities


@pytest.mark.parametrize(
    ("refusal", "left"),
    [
        (NO_PARAMETERS, ()),
        (_refused(), ()),
        (_refused("0200"), (IPV4, IPV6, RESTART, NUMBER)),
        (_refused("4004 0078 0001"), (IPV4, IPV6, REFRESH, NUMBER)),
        (_refused("0104 0002 0001"), (IPV4, REFRESH, RESTART, NUMBER)),
        (_refused("0104 0002 ff01", "4100"), (IPV4, REFRESH, RESTART)),
        (_refused("0100"), (REFRESH, RESTART, NUMBER)),
        (_refused("0200", "4006 00"), (IPV4, IPV6, RESTART, NUMBER)),
        (_refused("c800", "0600"), None),
        (_refused("02"), None),
        (Notification(2, 2), None),
        (Notification(6, 4), None),
    ],
)
def test_what_is_named_is_left_out(refusal: Notification, left: tuple[Capability, ...] | None) -> None:
    """By code, families by family; without a name all; None where nothing of ours is meant."""
    assert _left(OFFER, refusal) == left


def test_a_capability_of_any_code_can_be_named() -> None:
    """One that the library does not know, too."""
    offer = replace(CONFIG, capabilities=(UnknownCapability(200, b"\1"), UnknownCapability(201, b"")))
    assert _left(offer, _refused("c800")) == (UnknownCapability(201, b""),)


def test_an_as_number_of_four_octets_stays() -> None:
    """It could not be told otherwise. RFC 6793, section 3."""
    offer = replace(CONFIG, local_asn=70000, capabilities=(REFRESH, FourOctetAsCapability(70000)))
    assert _left(offer, NO_PARAMETERS) == (FourOctetAsCapability(70000),)


def test_a_role_that_must_be_answered_stays() -> None:
    """In strict mode; else it may be left out. RFC 9234, section 4.2."""
    role = RoleCapability(BgpRole.PEER)
    offer = replace(CONFIG, capabilities=(REFRESH, role))
    assert _left(offer, NO_PARAMETERS) == ()
    assert _left(replace(offer, strict_role=True), NO_PARAMETERS) == (role,)


@pytest.mark.parametrize("refusal", [NO_PARAMETERS, _refused(), _refused("0104 0002 0001", "0200")])
def test_ipv4_unicast_is_not_offered_by_leaving_out_all_families(refusal: Notification) -> None:
    """An OPEN without families means IPv4 unicast (RFC 4760, section 8): where that is not ours, families stay."""
    assert _left(replace(CONFIG, capabilities=(IPV6, REFRESH)), refusal) == (IPV6,)
    assert _left(replace(CONFIG, capabilities=(IPV6,)), refusal) is None


def test_nothing_can_be_left_out_of_nothing() -> None:
    """An OPEN without capabilities that is refused so has no remedy."""
    assert _left(CONFIG, NO_PARAMETERS) is None


@pytest.mark.parametrize(("code", "subcode"), [(2, 4), (2, 7)])
def test_two_subcodes_speak_of_capabilities(code: int, subcode: int) -> None:
    """Unsupported Optional Parameter and Unsupported Capability of OPEN Message Error, and no others."""
    assert refuses_capabilities(Notification(code, subcode))
    assert not refuses_capabilities(Notification(code + 1, subcode))
    assert not refuses_capabilities(Notification(code, subcode + 1))
