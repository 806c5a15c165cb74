"""Tests of what two OPENs agree on; families, hold time and refusals stand under tests/conformance."""

from dataclasses import replace

import pytest

from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    AddPathCapability,
    AddPathMode,
    Capability,
    EnhancedRouteRefreshCapability,
    ExtendedMessageCapability,
    FourOctetAsCapability,
    GracefulRestartCapability,
    MultiprotocolCapability,
    Negotiated,
    RouteRefreshCapability,
    check_open,
    families_of,
    graceful_restart_of,
    negotiate,
)
from tests.unit.fsm.sessions import CONFIG, LOCAL_ASN, REMOTE_ASN, REMOTE_OPEN, remote_open


def _terms(ours: tuple[Capability, ...], theirs: tuple[Capability, ...]) -> Negotiated:
    return negotiate(replace(CONFIG, capabilities=ours).open, remote_open(*theirs))


def _both_need(ours: Capability, theirs: Capability, name: str) -> list[bool]:
    pairs = (((), ()), ((ours,), ()), ((), (theirs,)), ((ours,), (theirs,)))
    return [getattr(_terms(*pair), name) for pair in pairs]


def test_capabilities_that_both_must_announce() -> None:
    """4-octet AS numbers, extended messages and enhanced refresh are on only when both sides announced them."""
    only_both = [False, False, False, True]
    four = FourOctetAsCapability(LOCAL_ASN), FourOctetAsCapability(REMOTE_ASN)
    assert _both_need(*four, "four_octet_as") == only_both
    extended, enhanced = ExtendedMessageCapability(), EnhancedRouteRefreshCapability()
    assert _both_need(extended, extended, "extended_message") == only_both
    assert _both_need(enhanced, enhanced, "enhanced_route_refresh") == only_both


def test_route_refresh_may_be_sent_to_whoever_announced_it() -> None:
    """What counts is that the peer announced it: it says what it can receive."""
    refresh = RouteRefreshCapability()
    assert _both_need(refresh, refresh, "route_refresh") == [False, False, True, True]


def test_last_graceful_restart_capability_counts() -> None:
    """Duplicates are not added up."""
    first, last = GracefulRestartCapability(restart_time=1), GracefulRestartCapability(restart_time=2)
    assert graceful_restart_of(remote_open(first, last)) == last
    assert graceful_restart_of(remote_open()) is None


def test_several_add_path_capabilities_are_merged() -> None:
    """A peer may spread its families over several capabilities."""
    four = AddPathCapability(((IPV4_UNICAST, AddPathMode.SEND),))
    six = AddPathCapability(((IPV6_UNICAST, AddPathMode.BOTH),))
    merged = ((IPV4_UNICAST, AddPathMode.SEND), (IPV6_UNICAST, AddPathMode.BOTH))
    assert _terms((), (four, six)).peer_add_path == merged


@pytest.mark.parametrize(("asn", "internal"), [(LOCAL_ASN, True), (REMOTE_ASN, False)])
def test_peer_in_our_own_as_is_internal(asn: int, internal: bool) -> None:
    """The AS numbers of the OPENs tell."""
    terms = negotiate(CONFIG.open, replace(REMOTE_OPEN, my_as=asn))
    assert (terms.peer_asn, terms.internal) == (asn, internal)


def test_configured_as_number_is_compared_with_the_four_octet_one() -> None:
    """AS_TRANS in the field of two octets does not count when the capability tells the number."""
    config = replace(CONFIG, peer_asn=400_000)
    message = replace(REMOTE_OPEN, my_as=23456)
    assert check_open(config, replace(message, capabilities=(FourOctetAsCapability(400_000),))) is None
    refused = check_open(config, message)
    assert refused is not None
    assert (refused.code, refused.subcode) == (2, 2)


def test_any_as_number_will_do_where_none_is_configured() -> None:
    """``peer_asn`` None accepts whoever it is."""
    config = replace(CONFIG, peer_asn=None)
    assert [check_open(config, replace(REMOTE_OPEN, my_as=asn)) for asn in (1, LOCAL_ASN, 65535)] == [None] * 3


def test_family_named_twice_counts_once() -> None:
    """The order of first mention is kept."""
    six, four = MultiprotocolCapability(IPV6_UNICAST), MultiprotocolCapability(IPV4_UNICAST)
    assert families_of(remote_open(six, four, six)) == (IPV6_UNICAST, IPV4_UNICAST)
