"""Laws of two peers that run the machine against each other."""

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit_fsm import (
    AutomaticallyStopped,
    Capability,
    Event,
    GracefulRestartCapability,
    Notification,
    SessionConfig,
    Slot,
    Started,
    State,
    Stopped,
)
from tests.unit.fsm.interleavings import outcomes
from tests.unit.fsm.virtual_network import Host, Network

HIGH = SessionConfig(local_asn=65001, bgp_identifier=IPv4Address("10.0.0.2"), peer_asn=None)
LOW = replace(HIGH, local_asn=65002, bgp_identifier=IPv4Address("10.0.0.1"))
RESTARTED = (GracefulRestartCapability(restarted=True),)
SAME_IDENTIFIER = replace(HIGH, local_asn=65002)
_EVENTS: Mapping[str, Event] = {
    "stop": Stopped(None),
    "shutdown": Stopped(Notification(6, 2)),
    "start": Started(),
    "bfd": AutomaticallyStopped(Notification(6, 10)),
}
_BLOWS = ("cut", "mend", *_EVENTS)


@pytest.mark.rfc("4271", "6.8")
@pytest.mark.parametrize("delays", [(0.0, 0.0), (0.0, 5.0), (5.0, 0.0), (5.0, 5.0)])
@pytest.mark.parametrize("other", [LOW, SAME_IDENTIFIER], ids=["identifiers differ", "same identifier"])
@pytest.mark.parametrize("announced", [(), RESTARTED], ids=["plain", "restarted"])
def test_one_connection_survives_in_every_order_of_events(
    other: SessionConfig, delays: tuple[float, float], announced: tuple[Capability, ...]
) -> None:
    """Two peers that dial at once end Established on one and the same connection, whatever reaches whom first."""
    configs = (
        replace(HIGH, delay_open_time=delays[0], capabilities=announced),
        replace(other, delay_open_time=delays[1], capabilities=announced),
    )
    worlds, ends = outcomes(configs)
    assert worlds > 100, "the exploration is not a single path"
    assert [repr(end.peers) for end in ends if end.agreed() is None] == []
    assert all(len(log) == 1 for end in ends for log in end.sessions), "established once, never released"
    assert {end.agreed() for end in ends} == {0, 1}, "which connection it is depends on the order"


@pytest.mark.rfc("4271", "6.8")
@pytest.mark.parametrize("detects", [(True, True), (True, False), (False, True)])
@pytest.mark.parametrize("delays", [(0.0, 0.0), (5.0, 5.0)])
def test_one_connection_survives_when_established_ones_are_examined(
    delays: tuple[float, float], detects: tuple[bool, bool]
) -> None:
    """CollisionDetectEstablishedState on one side or both changes nothing in that, and no session ends by it."""
    configs = (
        replace(HIGH, delay_open_time=delays[0], collision_detect_established=detects[0]),
        replace(LOW, delay_open_time=delays[1], collision_detect_established=detects[1]),
    )
    _, ends = outcomes(configs)
    assert [repr(end.peers) for end in ends if end.agreed() is None] == []
    assert all(len(log) == 1 for end in ends for log in end.sessions)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    offset=st.floats(0, 2),
    delays=st.tuples(st.sampled_from([0.0, 0.02, 3.0]), st.sampled_from([0.0, 0.02, 3.0])),
    hold_times=st.tuples(st.sampled_from([0, 3, 90]), st.sampled_from([0, 3, 90])),
    passive=st.sampled_from([(False, False), (True, False), (False, True)]),
)
def test_two_peers_come_to_one_session_and_keep_it(
    seed: int,
    offset: float,
    delays: tuple[float, float],
    hold_times: tuple[int, int],
    passive: tuple[bool, bool],
) -> None:
    """However long segments take, both are soon Established on the same connection and stay so."""
    first = replace(HIGH, delay_open_time=delays[0], hold_time=hold_times[0], passive=passive[0])
    second = replace(LOW, delay_open_time=delays[1], hold_time=hold_times[1], passive=passive[1])
    network = Network(first, second, seed)
    network.hosts[0].give(Started())
    network.later(offset, lambda: network.hosts[1].give(Started()))
    network.run(30)
    assert network.agrees
    before = [host.sessions for host in network.hosts]
    network.run(600)
    assert network.agrees
    assert [host.sessions for host in network.hosts] == before == [1, 1]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), cut_at=st.floats(0, 5), cut_for=st.floats(1, 300))
def test_session_comes_back_after_the_line_was_cut(seed: int, cut_at: float, cut_for: float) -> None:
    """After any outage, at any moment of the session's life, the two find together again without help."""
    network = Network(HIGH, LOW, seed)
    for host in network.hosts:
        host.give(Started())
    network.run(cut_at)
    network.cut = True
    network.run(cut_for)
    network.cut = False
    network.run(600)
    assert network.agrees


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), stopped=st.sampled_from([0, 1]), pause=st.floats(0, 100))
def test_restarted_peer_finds_its_session_again(seed: int, stopped: int, pause: float) -> None:
    """One side is stopped and started again: the other comes back by itself, within a minute and a bit."""
    network = Network(HIGH, LOW, seed)
    for host in network.hosts:
        host.give(Started())
    network.run(30)
    network.hosts[stopped].give(Stopped(None))
    network.run(pause)
    network.hosts[stopped].give(Started())
    network.run(70)
    assert network.agrees
    assert [host.sessions for host in network.hosts] == [2, 2]


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    blows=st.lists(st.tuples(st.sampled_from(_BLOWS), st.sampled_from([0, 1]), st.floats(0, 30)), max_size=8),
    detects=st.booleans(),
    damped=st.booleans(),
)
def test_whatever_befalls_them_two_peers_find_together_again(
    seed: int, blows: list[tuple[str, int, float]], detects: bool, damped: bool
) -> None:
    """Cuts, stops, starts and automatic stops of either side, at any time: then, left alone, one session."""
    first, second = (
        replace(each, collision_detect_established=detects, damp_oscillations=damped) for each in (HIGH, LOW)
    )
    network = Network(first, second, seed)
    for host in network.hosts:
        host.give(Started())
    for blow, side, pause in blows:
        network.cut = blow == "cut" or (network.cut and blow != "mend")
        if blow in _EVENTS:
            network.hosts[side].give(_EVENTS[blow])
        network.run(pause)
        assert all(_established(host) == (host.peer.session_slot is not None) for host in network.hosts)
    network.cut = False
    for host in network.hosts:
        host.give(Started())
    network.run(600)
    assert network.agrees


def test_lower_speaker_keeps_the_higher_ones_connection() -> None:
    """When both dial at the same instant over a line of even length, the higher identifier's connection stays."""
    network = Network(HIGH, LOW)
    for host in network.hosts:
        host.give(Started())
    network.run(5)
    assert network.agrees
    assert network.hosts[0].peer.session_slot is Slot.OUTGOING


def _established(host: Host) -> int:
    """Return how many connections of a host are Established."""
    return [host.peer.state_of(slot) for slot in Slot].count(State.ESTABLISHED)
