"""What our OPEN says, by configuration."""

import asyncio
from ipaddress import IPv4Address

import pytest

from bgpkit.speaker.config import Confederation, PeerConfig
from bgpkit.speaker.next_hops import NextHops
from bgpkit.speaker.outputs import Outputs
from bgpkit.speaker.selection_deferral import SelectionDeferral
from bgpkit.speaker.session_offer import session_config
from bgpkit.speaker.shared import Shared
from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    AddPathCapability,
    AddPathMode,
    ExtendedNextHopCapability,
    FourOctetAsCapability,
    GracefulRestartCapability,
    MultiprotocolCapability,
    SessionConfig,
)
from bgpkit_rib import BEST, BEST_EXTERNAL, AddPathAll, DecisionOptions, Selection, SourceKind


def shared(confederation: Confederation | None = None) -> Shared:
    """Return what the peers of a speaker of AS 64512 share."""
    return Shared(
        asn=64512,
        bgp_identifier=IPv4Address("10.0.0.1"),
        cluster_id=IPv4Address("10.0.0.1"),
        tables={},
        outputs=Outputs({}, asyncio.get_running_loop()),
        deferral=SelectionDeferral(restarting=False, deadline=1, ended=lambda: None),
        restarted=False,
        next_hops=NextHops(),
        decision=DecisionOptions(),
        confederation=confederation,
        client_to_client=True,
    )


def offer(config: PeerConfig, of: Shared | None = None, *, established: bool = False) -> SessionConfig:
    """Return what is said to a peer."""
    of = of or shared()
    kind = of.kind_of(config)
    return session_config(config, of, kind=kind, established=established)


async def test_each_family_is_offered_and_our_number_in_four_octets() -> None:
    """In the order of the configuration."""
    config = offer(PeerConfig(address="192.0.2.1", asn=64513, families=(IPV6_UNICAST, IPV4_UNICAST)))
    offered = [each.family for each in config.capabilities if isinstance(each, MultiprotocolCapability)]
    assert offered == [IPV6_UNICAST, IPV4_UNICAST]
    assert FourOctetAsCapability(64512) in config.capabilities
    assert (config.local_asn, config.peer_asn) == (64512, 64513)


@pytest.mark.rfc("8950", "4")
async def test_ipv6_next_hops_are_offered_for_ipv4_families() -> None:
    """To a link-local peer unasked, to others on demand."""
    both = (IPV4_UNICAST, IPV6_UNICAST)
    for config, families in (
        (PeerConfig(address="fe80::1%eth0", asn=64513, families=both), ((IPV4_UNICAST, 2),)),
        (PeerConfig(address="2001:db8::1", asn=64513, families=both, extended_next_hop=True), ((IPV4_UNICAST, 2),)),
        (PeerConfig(address="2001:db8::1", asn=64513, families=both), None),
    ):
        offered = [each.families for each in offer(config).capabilities if isinstance(each, ExtendedNextHopCapability)]
        assert offered == ([] if families is None else [families])


@pytest.mark.parametrize(
    ("advertise", "receive", "mode"),
    [
        (BEST, False, None),
        (BEST_EXTERNAL, False, None),
        (AddPathAll(), False, AddPathMode.SEND),
        (BEST, True, AddPathMode.RECEIVE),
        (AddPathAll(), True, AddPathMode.BOTH),
    ],
)
@pytest.mark.rfc("7911", "4")
async def test_add_path_is_offered_as_asked(advertise: Selection, receive: bool, mode: AddPathMode | None) -> None:
    """To send, to receive, both, or not at all."""
    config = offer(PeerConfig(address="192.0.2.1", asn=64512, advertise=advertise, add_path_receive=receive))
    found = [each.families for each in config.capabilities if isinstance(each, AddPathCapability)]
    assert found == ([] if mode is None else [((IPV4_UNICAST, mode),)])


@pytest.mark.rfc("5065", "4")
async def test_the_outside_knows_the_confederation_and_members_the_member() -> None:
    """An OPEN to another member AS, and to our own, has our own number."""
    of = shared(Confederation(identifier=65000, members=frozenset({64513})))
    assert of.kind_of(PeerConfig(address="192.0.2.1", asn=64513)) is SourceKind.CONFEDERATION
    numbers = [offer(PeerConfig(address="192.0.2.1", asn=asn), of).local_asn for asn in (64512, 64513, 64514)]
    assert numbers == [64512, 64512, 65000]


@pytest.mark.rfc("7705", "3")
async def test_a_local_as_stands_in_the_open() -> None:
    """In both places where a number stands."""
    config = offer(PeerConfig(address="192.0.2.1", asn=64513, local_asn=7))
    assert config.local_asn == 7
    assert FourOctetAsCapability(7) in config.capabilities


@pytest.mark.rfc("4724", "3")
async def test_forwarding_went_on_where_there_was_a_session_before() -> None:
    """The F bit says so; without graceful restart nothing is said."""
    config = PeerConfig(address="192.0.2.1", asn=64512)
    for established in (False, True):
        (found,) = [
            each
            for each in offer(config, established=established).capabilities
            if isinstance(each, GracefulRestartCapability)
        ]
        assert found.families[0].preserved is established
    bare = offer(PeerConfig(address="192.0.2.1", asn=64512, graceful_restart=False))
    assert not any(isinstance(each, GracefulRestartCapability) for each in bare.capabilities)


async def test_what_the_machine_may_be_told_is_passed_on() -> None:
    """DelayOpen, IdleHold, damping, collisions with an Established connection, the SendHoldTimer."""
    default = offer(PeerConfig(address="192.0.2.1", asn=64513))
    assert (default.delay_open_time, default.idle_hold_time, default.idle_hold_time_max) == (0, 1, 60)
    assert (default.damp_oscillations, default.collision_detect_established) == (True, False)
    assert default.send_hold_time is None
    config = offer(
        PeerConfig(
            address="192.0.2.1",
            asn=64513,
            delay_open_time=5,
            idle_hold_time=90,
            damp_oscillations=False,
            collision_detect_established=True,
            send_hold_time=600,
        )
    )
    assert (config.delay_open_time, config.idle_hold_time, config.idle_hold_time_max) == (5, 90, 90)
    assert (config.damp_oscillations, config.collision_detect_established, config.send_hold_time) == (False, True, 600)
