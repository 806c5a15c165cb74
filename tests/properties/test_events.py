"""Events of peers whose sessions come and go at random: each once, in order, the same to every subscriber."""

import asyncio
from collections.abc import Iterable
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit import PeerConfig, Speaker, State
from bgpkit.speaker import Event, EventSubscription, Missed, PeerAdded, PeerDown, PeerRemoved, PeerUp
from bgpkit.testing import LinkConditions, Simulation

NAMES: Final = ("10.0.0.1", "10.0.0.2", "10.0.0.3")
ASN: Final = 64512
TURBULENT: Final = LinkConditions(delay=0.01, jitter=0.02, connect_jitter=0.5, reset=0.01, refuse=0.1)
QUEUE: Final = 3
STEPS: Final = st.lists(
    st.tuples(
        st.sampled_from(("wait", "reset", "silence", "cut", "mend", "leave", "change", "restart", "stop one")),
        st.integers(0, 2),
        st.floats(0.01, 40.0),
    ),
    min_size=4,
    max_size=14,
)


class Town:
    """Three speakers, fully meshed, and what befalls them."""

    def __init__(self, simulation: Simulation) -> None:
        """Start nobody yet."""
        self.network = simulation.network
        self.speakers = dict[str, Speaker]()
        self.told = dict[str, list[Event]]()
        self.events = dict[str, EventSubscription]()
        self._readings = list[asyncio.Task[None]]()

    async def begin(self, name: str) -> EventSubscription:
        """Start a speaker with its peers; return a slow subscriber, which nobody reads."""
        host = self.network.host(name)
        speaker = Speaker(asn=ASN, bgp_identifier=name, listen=[(name, 179)], network=host, jitter=host.random)
        self.speakers[name] = await speaker.__aenter__()
        self.told[name] = []
        self.events[name] = speaker.events()
        self._readings.append(asyncio.create_task(read(self.events[name], self.told[name])))
        slow = speaker.events(queue=QUEUE)
        for other in NAMES:
            if other != name:
                await speaker.add_peer(config(other))
        return slow

    async def befall(self, what: str, one: str, other: str) -> None:
        """Let something happen to ``one``, or between it and the ``other``."""
        speaker, network = self.speakers[one], self.network
        match what:
            case "reset":
                network.reset(one, other)
            case "silence":
                network.silence(one, other)
            case "cut":
                network.interrupt(one, other)
            case "mend":
                network.restore(one, other)
            case "leave":
                await speaker.remove_peer(other)
                await speaker.add_peer(config(other))
            case "change":
                former = speaker.peer_config(other).hold_time
                await speaker.update_peer(config(other, hold_time=9 if former == 6 else 6))
            case "restart":
                await speaker.reset_peer(other)
            case _:
                pass

    def late(self, name: str) -> tuple[int, EventSubscription]:
        """Return how many events have been told, or wait to be, and a subscriber of all others."""
        return len(self.told[name]) + self.events[name].pending, self.speakers[name].events()

    async def end(self) -> None:
        """Stop all and read what is left."""
        for speaker in self.speakers.values():
            await speaker.stop()
        await asyncio.gather(*self._readings)


def config(address: str, hold_time: int = 9) -> PeerConfig:
    """Return the configuration of a peer."""
    return PeerConfig(address=address, asn=ASN, hold_time=hold_time, connect_retry_time=1.0, graceful_restart=False)


async def read(events: EventSubscription, told: list[Event]) -> None:
    """Write down what is told."""
    take = told.append
    async for event in events:
        take(event)


def of_peer(events: Iterable[Event], peer: str) -> list[Event]:
    """Return the events of a peer's life and sessions."""
    return [
        event
        for event in events
        if isinstance(event, PeerAdded | PeerRemoved | PeerUp | PeerDown) and event.peer == peer
    ]


def assert_lawful(events: list[Event]) -> None:
    """See that a peer is added before all else, up and down by turns, and removed only while it is down."""
    there = up = False
    for event in events:
        match event:
            case PeerAdded():
                assert not there
                there = True
            case PeerRemoved():
                assert there
                assert not up
                there = False
            case PeerUp():
                assert there
                assert not up
                up = True
            case _:
                assert up
                up = False
    assert not up, "the last session has been told to be over"


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**16), steps=STEPS)
def test_up_and_down_are_told_once_and_by_turns(seed: int, steps: list[tuple[str, int, float]]) -> None:
    """Whatever befalls the sessions: what was told until then says what is; nothing is told twice, nothing is lost."""
    simulation = Simulation(seed, conditions=TURBULENT, log=False)

    async def main(simulation: Simulation) -> None:
        town = Town(simulation)
        slow = {name: await town.begin(name) for name in NAMES}
        late = dict[str, tuple[int, EventSubscription]]()
        for number, (what, where, seconds) in enumerate(steps):
            one, other = NAMES[where], NAMES[(where + 1) % 3]
            await town.befall(what, one, other)
            if number == len(steps) // 2:
                late = {name: town.late(name) for name in NAMES}
            await asyncio.sleep(seconds)
            for name, speaker in town.speakers.items():
                assert_told_is_so(speaker, town.told[name])
        await town.end()
        for name in NAMES:
            events = town.told[name]
            assert not any(isinstance(event, Missed) for event in events)
            for other in NAMES:
                assert_lawful(of_peer(events, other))
            before, subscription = late[name]
            assert await rest(subscription) == events[before:]
            missed = [Missed(count=len(events) - QUEUE)] if len(events) > QUEUE else []
            assert await rest(slow[name]) == [*missed, *events[-QUEUE:]]

    simulation.run(main)


def assert_told_is_so(speaker: Speaker, told: list[Event]) -> None:
    """Compare what was told of each peer with its state, and how often it was up by the speaker's own count."""
    for status in speaker.peers():
        events = of_peer(told, status.address)
        since = max(number for number, event in enumerate(events) if isinstance(event, PeerAdded))
        sessions = [event for event in events[since:] if isinstance(event, PeerUp | PeerDown)]
        assert sum(isinstance(event, PeerUp) for event in sessions) == status.established_count
        assert bool(sessions and isinstance(sessions[-1], PeerUp)) == (status.state is State.ESTABLISHED)


async def rest(subscription: EventSubscription) -> list[Event]:
    """Return all that waits for a subscriber."""
    return [event async for event in subscription]
