"""Tests of what two OPENs agree on; families, hold time and refusals stand under tests/conformance."""

from dataclasses import replace

import pytest

from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV4_VPN,
    IPV6_UNICAST,
    AddPathCapability,
    AddPathMode,
    BgpRole,
    Capability,
    EnhancedRouteRefreshCapability,
    ExtendedMessageCapability,
    ExtendedNextHopCapability,
    FourOctetAsCapability,
    GracefulRestartCapability,
    LongLivedGracefulRestartCapability,
    LongLivedState,
    MultiprotocolCapability,
    Negotiated,
    PrestandardRouteRefreshCapability,
    RoleCapability,
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


def test_prestandard_route_refresh_alone_is_not_enough() -> None:
    """It announces another message type than the one that we would send."""
    old = PrestandardRouteRefreshCapability()
    assert not _terms((RouteRefreshCapability(), old), (old,)).route_refresh


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


FAMILIES: tuple[Capability, ...] = (MultiprotocolCapability(IPV4_UNICAST), MultiprotocolCapability(IPV4_VPN))


def _add_path(mode: AddPathMode) -> tuple[Capability, ...]:
    return (*FAMILIES, AddPathCapability(((IPV4_UNICAST, mode),)))


@pytest.mark.parametrize("ours", AddPathMode)
@pytest.mark.parametrize("theirs", AddPathMode)
def test_several_paths_go_one_way_or_both(ours: AddPathMode, theirs: AddPathMode) -> None:
    """Where the sender announced that it sends, and the receiver that it receives."""
    terms = _terms(_add_path(ours), _add_path(theirs))
    assert (IPV4_UNICAST in terms.add_path_receive) is (ours in (1, 3) and theirs in (2, 3))
    assert (IPV4_UNICAST in terms.add_path_send) is (ours in (2, 3) and theirs in (1, 3))
    assert IPV4_VPN not in terms.add_path_receive | terms.add_path_send


def test_several_paths_of_a_family_that_is_not_exchanged_are_nothing() -> None:
    """Both announced ADD-PATH for IPv6 unicast, but not the family."""
    six = AddPathCapability(((IPV6_UNICAST, AddPathMode.BOTH),))
    terms = _terms((*FAMILIES, six), (*FAMILIES, six))
    assert (terms.add_path_receive, terms.add_path_send) == (frozenset(), frozenset())


def test_extended_next_hop_needs_the_family_and_both_sides() -> None:
    """What one side leaves out is not agreed."""
    both = ExtendedNextHopCapability(((IPV4_UNICAST, 2), (IPV4_VPN, 2), (IPV6_UNICAST, 2)))
    one = ExtendedNextHopCapability(((IPV4_VPN, 2), (IPV4_UNICAST, 1)))
    assert _terms((*FAMILIES, both), (*FAMILIES, both)).extended_next_hop == {IPV4_UNICAST, IPV4_VPN}
    assert _terms((*FAMILIES, both), (*FAMILIES, one)).extended_next_hop == {IPV4_VPN}
    assert _terms((*FAMILIES, both), FAMILIES).extended_next_hop == frozenset()
    assert _terms((FAMILIES[0], both), (*FAMILIES, both)).extended_next_hop == {IPV4_UNICAST}


def test_last_long_lived_capability_counts_beside_graceful_restart() -> None:
    """As with graceful restart itself; without that it is disregarded."""
    long, longer = (
        LongLivedGracefulRestartCapability((LongLivedState(family=IPV4_UNICAST, stale_time=time),)) for time in (1, 2)
    )
    assert _terms((), (GracefulRestartCapability(), long, longer)).peer_long_lived_graceful_restart == longer
    assert _terms((), (long,)).peer_long_lived_graceful_restart is None


def test_roles_are_facts_of_external_sessions() -> None:
    """An internal peer has none, whatever the OPENs say."""
    ours, theirs = RoleCapability(BgpRole.PROVIDER), RoleCapability(BgpRole.CUSTOMER)
    external = _terms((ours,), (theirs,))
    assert (external.local_role, external.peer_role) == (BgpRole.PROVIDER, BgpRole.CUSTOMER)
    silent = _terms((ours,), ())
    assert (silent.local_role, silent.peer_role) == (BgpRole.PROVIDER, None)
    internal = negotiate(replace(CONFIG, capabilities=(ours,)).open, replace(remote_open(theirs), my_as=LOCAL_ASN))
    assert (internal.local_role, internal.peer_role) == (None, None)
