"""Two peers in virtual time: timers expire, segments take their time, a link can be cut; nothing sleeps."""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from bgpkit_fsm import (
    CloseTransport,
    EstablishSession,
    Event,
    MessageSent,
    OpenTransport,
    Peer,
    ReleaseSession,
    ReportFailure,
    SendMessage,
    SessionConfig,
    Slot,
    StartTimer,
    State,
    StopTimer,
    Timer,
    TimerExpired,
    TransportAccepted,
    TransportFailed,
    TransportOpened,
)
from tests.unit.fsm.interleavings import received


@dataclass(eq=False)
class Tcp:
    """A TCP connection between two hosts, by the host that listens to it; each direction keeps its order."""

    hears: dict["Host", bool]
    last: dict["Host", float] = field(default_factory=dict["Host", float])


class Host:
    """A driver of one peer in virtual time."""

    def __init__(self, network: "Network", config: SessionConfig) -> None:
        """Make a host whose peer is not yet started."""
        self.network = network
        self.peer = Peer(config)
        self.tcp: dict[Slot, Tcp | None] = dict.fromkeys(Slot)
        self.timers: dict[tuple[Slot, Timer], int] = {}
        self.sessions = 0
        self.reasons: list[str] = []

    @property
    def other(self) -> "Host":
        """The host at the other end."""
        first, second = self.network.hosts
        return second if self is first else first

    @property
    def session(self) -> Tcp | None:
        """The connection of the Established session."""
        slot = self.peer.session_slot
        return self.tcp[slot] if slot is not None else None

    def give(self, event: Event, slot: Slot = Slot.OUTGOING) -> None:
        """Give the peer an event and carry out what it asks for."""
        for effect in self.peer.handle(event, slot):
            match effect:
                case StartTimer(slot, timer, seconds):
                    self._start(slot, timer, seconds)
                case StopTimer(slot, timer):
                    self.timers.pop((slot, timer), None)
                case OpenTransport():
                    self._dial()
                case CloseTransport(slot):
                    self._close(slot)
                case SendMessage(slot, message):
                    self._send(slot, received(message))
                case EstablishSession():
                    self.sessions += 1
                case ReleaseSession(reason) | ReportFailure(reason):
                    self.reasons.append(reason.text)

    def accept(self, tcp: Tcp) -> None:
        """Take the connection that the other host opened, or close it at once."""
        if not self.peer.admits_incoming:
            self._end(tcp)
            return
        self.tcp[Slot.INCOMING] = tcp
        self.give(TransportAccepted(), Slot.INCOMING)

    def hear(self, tcp: Tcp, event: Event) -> None:
        """Take what arrives on a connection, unless it was closed on this side."""
        for slot, held in self.tcp.items():
            if held is tcp and tcp.hears[self]:
                self.give(event, slot)
                return

    def _start(self, slot: Slot, timer: Timer, seconds: float) -> None:
        number = self.network.later(seconds, lambda: self._expire(slot, timer, number))
        self.timers[slot, timer] = number

    def _expire(self, slot: Slot, timer: Timer, number: int) -> None:
        if self.timers.get((slot, timer)) == number:
            del self.timers[slot, timer]
            self.give(TimerExpired(timer), slot)

    def _dial(self) -> None:
        if self.network.cut:
            return
        tcp = Tcp(dict.fromkeys(self.network.hosts, True))
        self.tcp[Slot.OUTGOING] = tcp
        arrival = self.network.latency()
        self.network.later(arrival, lambda: self._reach(tcp, arrival))

    def _reach(self, tcp: Tcp, arrival: float) -> None:
        if not tcp.hears[self]:
            return
        self.network.deliver(self, tcp, TransportOpened(), arrival)
        delay = self.network.latency()
        tcp.last[self.other] = self.network.now + delay
        self.network.later(delay, lambda: self.other.accept(tcp))

    def _send(self, slot: Slot, event: Event) -> None:
        tcp = self.tcp[slot]
        assert tcp is not None
        assert tcp.hears[self], "nothing is sent on a connection that was closed"
        if tcp.hears[self.other]:
            self.network.deliver(self.other, tcp, event, self.network.latency())
        if not self.network.cut:
            self.give(MessageSent(), slot)

    def _close(self, slot: Slot) -> None:
        tcp, self.tcp[slot] = self.tcp[slot], None
        if tcp is not None and tcp.hears[self]:
            self._end(tcp)

    def _end(self, tcp: Tcp) -> None:
        tcp.hears[self] = False
        self.network.deliver(self.other, tcp, TransportFailed("closed by peer"), self.network.latency())


class Network:
    """Two hosts, the clock, and what is due when."""

    def __init__(self, first: SessionConfig, second: SessionConfig, seed: int | None = None) -> None:
        """Make both hosts; ``seed`` decides how long each segment takes, 1 to 50 ms; without one all take 10 ms."""
        self.now = 0.0
        self.cut = False
        self._random = random.Random(seed) if seed is not None else None
        self._numbers = count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self.hosts = (Host(self, first), Host(self, second))

    def latency(self) -> float:
        """Return how long the next segment takes."""
        return self._random.uniform(0.001, 0.050) if self._random is not None else 0.010

    def later(self, seconds: float, action: Callable[[], None]) -> int:
        """Do something after ``seconds``; return its number."""
        number = next(self._numbers)
        heapq.heappush(self._due, (self.now + seconds, number, action))
        return number

    def deliver(self, host: Host, tcp: Tcp, event: Event, delay: float) -> None:
        """Let an event reach a host over a connection, not before what was sent there earlier; lost if cut."""
        if self.cut:
            return
        tcp.last[host] = max(self.now + delay, tcp.last.get(host, 0.0))
        self.later(tcp.last[host] - self.now, lambda: host.hear(tcp, event))

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while self._due and self._due[0][0] <= end:
            self.now, _, action = heapq.heappop(self._due)
            action()
        self.now = end

    @property
    def agrees(self) -> bool:
        """Whether both hosts are Established, on the same connection and on no other."""
        first, second = self.hosts
        if first.session is None or first.session is not second.session:
            return False
        states = [host.peer.state_of(slot) for host in self.hosts for slot in Slot]
        return sorted(states, key=lambda state: state.value)[:2] == [State.IDLE, State.IDLE]
