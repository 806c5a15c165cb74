"""Two peers that connect to each other at once, in every order in which events can reach them.

There is no time here: a world is two peers, what is under way between them, and the moves that may come next.
"""

import copy
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from bgpkit_fsm import (
    CloseTransport,
    EstablishSession,
    Event,
    Keepalive,
    KeepaliveReceived,
    Message,
    Notification,
    NotificationReceived,
    Open,
    OpenReceived,
    OpenTransport,
    Peer,
    ReleaseSession,
    RouteRefreshReceived,
    SendMessage,
    SessionConfig,
    Slot,
    Started,
    StartTimer,
    State,
    StopTimer,
    Timer,
    TimerExpired,
    TransportAccepted,
    TransportFailed,
    TransportOpened,
)

Move = tuple[str, int, int]
"""What happens next: ``connect``, ``deliver`` or ``expire``; the side that dialled or expires; the side that hears."""


def received(message: Message) -> Event:
    """Return the event that the arrival of ``message`` is."""
    match message:
        case Open():
            return OpenReceived(message)
        case Keepalive():
            return KeepaliveReceived()
        case Notification():
            return NotificationReceived(message)
        case _:
            return RouteRefreshReceived()


@dataclass
class Link:
    """One TCP connection, or the attempt at one: what is on its way to each side, and who still listens."""

    up: bool = False
    hears: list[bool] = field(default_factory=lambda: [True, True])
    on_the_way: tuple[deque[Event], deque[Event]] = field(default_factory=lambda: (deque(), deque()))

    def key(self) -> tuple[object, ...]:
        """Return what tells this link from another."""
        return (self.up, *self.hears, tuple(self.on_the_way[0]), tuple(self.on_the_way[1]))


class World:
    """Sides 0 and 1; ``links[side]`` is the connection that this side dialled."""

    def __init__(self, configs: tuple[SessionConfig, SessionConfig]) -> None:
        """Start both peers, so that both dial."""
        self.peers = [Peer(config) for config in configs]
        self.links: list[Link | None] = [None, None]
        self.delayed: set[tuple[int, Slot]] = set()
        self.sessions: list[list[Slot | None]] = [[], []]
        for side in (0, 1):
            self._give(side, Started(), Slot.OUTGOING)

    def moves(self) -> Iterator[Move]:
        """Yield all that may happen next."""
        for dialler, link in enumerate(self.links):
            if link is None:
                continue
            if not link.up:
                yield ("connect", dialler, dialler)
            for hearer in (0, 1):
                if link.hears[hearer] and link.on_the_way[hearer]:
                    yield ("deliver", dialler, hearer)
        for side, slot in sorted(self.delayed, key=repr):
            yield ("expire", side, int(slot is Slot.INCOMING))

    def after(self, move: Move) -> "World":
        """Return the world in which ``move`` has happened."""
        world = copy.deepcopy(self)
        kind, dialler, hearer = move
        if kind == "expire":
            slot = Slot.INCOMING if hearer else Slot.OUTGOING
            world.delayed.remove((dialler, slot))
            world._give(dialler, TimerExpired(Timer.DELAY_OPEN), slot)
            return world
        link = world.links[dialler]
        assert link is not None
        if kind == "connect":
            link.up = True
            link.on_the_way[dialler].append(TransportOpened())
            link.on_the_way[1 - dialler].append(TransportAccepted())
        else:
            event = link.on_the_way[hearer].popleft()
            world._give(hearer, event, Slot.OUTGOING if hearer == dialler else Slot.INCOMING)
        return world

    def key(self) -> tuple[object, ...]:
        """Return what tells this world from another."""
        links = tuple(link.key() if link else None for link in self.links)
        admits = tuple(peer.admits_incoming for peer in self.peers)
        return (repr(self.peers), admits, links, frozenset(self.delayed), repr(self.sessions))

    def agreed(self) -> int | None:
        """Return the side that dialled the one connection on which both sides are Established, or None."""
        slots = [peer.session_slot for peer in self.peers]
        if any(peer.state is not State.ESTABLISHED for peer in self.peers) or slots[0] is slots[1]:
            return None
        return slots.index(Slot.OUTGOING)

    def _give(self, side: int, event: Event, slot: Slot) -> None:
        for effect in self.peers[side].handle(event, slot):
            match effect:
                case OpenTransport():
                    self.links[side] = Link()
                case CloseTransport(slot):
                    self._close(side, slot)
                case SendMessage(slot, message):
                    self._to_other(side, slot, received(message))
                case StartTimer(slot, Timer.DELAY_OPEN, _):
                    self.delayed.add((side, slot))
                case StopTimer(slot, Timer.DELAY_OPEN):
                    self.delayed.discard((side, slot))
                case EstablishSession(slot, _):
                    self.sessions[side].append(slot)
                case ReleaseSession(_):
                    self.sessions[side].append(None)
                case _:
                    pass

    def _link(self, side: int, slot: Slot) -> tuple[int, Link | None]:
        dialler = side if slot is Slot.OUTGOING else 1 - side
        return dialler, self.links[dialler]

    def _to_other(self, side: int, slot: Slot, event: Event) -> None:
        _, link = self._link(side, slot)
        assert link is not None
        assert link.hears[side], "nothing is sent on a connection that was closed"
        link.on_the_way[1 - side].append(event)

    def _close(self, side: int, slot: Slot) -> None:
        dialler, link = self._link(side, slot)
        if link is None or not link.hears[side]:
            return
        link.hears[side] = False
        link.on_the_way[side].clear()
        if link.up and link.hears[1 - side]:
            link.on_the_way[1 - side].append(TransportFailed("closed by peer"))
        elif not link.up:
            self.links[dialler] = None


def outcomes(configs: tuple[SessionConfig, SessionConfig]) -> tuple[int, list[World]]:
    """Return how many worlds can be reached, and those in which nothing is left to happen."""
    first = World(configs)
    seen = {first.key()}
    waiting = [first]
    ends: list[World] = []
    while waiting:
        world = waiting.pop()
        moves = list(world.moves())
        if not moves:
            ends.append(world)
        for move in moves:
            following = world.after(move)
            if following.key() not in seen:
                seen.add(following.key())
                waiting.append(following)
    return len(seen), ends
