"""Two BFD machines at the ends of a line, in a time of its own: packets get lost, or arrive late, as a test says."""

import heapq
import itertools
from collections.abc import Callable
from random import Random

from bgpkit.bfd.authentication import Authenticator
from bgpkit.bfd.effect import (
    BfdEffect,
    DiscardPacket,
    ReportState,
    SendPacket,
    StartDetectionTimer,
    StartTransmitTimer,
    StopDetectionTimer,
    StopTransmitTimer,
)
from bgpkit.bfd.machine import BfdMachine
from bgpkit.bfd.packet import ControlPacket, decode_packet
from bgpkit.bfd.state import BfdState
from bgpkit.bfd.timing import Timing
from bgpkit.speaker import BfdAuthentication

SECOND = 1_000_000


def timing(tx: float = 0.1, rx: float = 0.1, multiplier: int = 3) -> Timing:
    """Return a timing in seconds."""
    return Timing(desired_min_tx=round(tx * SECOND), required_min_rx=round(rx * SECOND), detect_multiplier=multiplier)


def machine(
    discriminator: int = 1,
    wanted: Timing | None = None,
    *,
    independent: bool = False,
    random: Callable[[], float] = lambda: 1.0,
    authentication: BfdAuthentication | None = None,
) -> BfdMachine:
    """Return a machine that is AdminDown yet; without ``random`` it sends as late as it may."""
    authenticator = None if authentication is None else Authenticator(authentication, random)
    return BfdMachine(
        discriminator=discriminator,
        timing=wanted or timing(),
        independent=independent,
        random=random,
        authenticator=authenticator,
    )


class End:
    """One end: a machine, its two timers, and all that it did."""

    def __init__(self, line: "Line", made: BfdMachine) -> None:
        """Drive ``made`` by the time of ``line``."""
        self._line = line
        self.machine = made
        self.transmit_at: float | None = None
        self.detect_at: float | None = None
        self.transmitted_at = self.heard_at = 0.0
        self.sent: list[tuple[float, ControlPacket]] = []
        self.reports: list[tuple[float, ReportState]] = []
        self.discarded: list[str] = []

    @property
    def state(self) -> BfdState:
        """The machine's state."""
        return self.machine.state

    def perform(self, effects: tuple[BfdEffect, ...]) -> None:
        """Do what the machine says."""
        now = self._line.now
        for effect in effects:
            match effect:
                case SendPacket(octets, scheduled):
                    self.transmitted_at = now if scheduled else self.transmitted_at
                    self.sent.append((now, decode_packet(octets)))
                    self._line.carry(self, octets)
                case StartTransmitTimer(seconds):
                    self.transmit_at = max(now, self.transmitted_at + seconds)
                case StopTransmitTimer():
                    self.transmit_at = None
                case StartDetectionTimer(seconds):
                    self.detect_at = self.heard_at + seconds
                case StopDetectionTimer():
                    self.detect_at = None
                case DiscardPacket(reason):
                    self.discarded.append(reason)
                case ReportState():
                    self.reports.append((now, effect))

    def receive(self, octets: bytes) -> None:
        """Take a packet from the line."""
        again = self.machine.received_again(octets)
        effects = again or self.machine.received(octets, decode_packet(octets))
        if not isinstance(effects[0], DiscardPacket):
            self.heard_at = self._line.now
        self.perform(effects)

    def wake(self) -> None:
        """Let the timers that are due expire."""
        now = self._line.now
        if self.transmit_at is not None and self.transmit_at <= now:
            self.transmit_at = None
            self.perform(self.machine.transmit_due())
        if self.detect_at is not None and self.detect_at <= now:
            self.detect_at = None
            self.perform(self.machine.detection_expired())


class Line:
    """The line, its two ends and its clock."""

    def __init__(self, left: BfdMachine, right: BfdMachine, *, delay: float = 0.001) -> None:
        """Lay a line that loses nothing."""
        self.now = 0.0
        self.delay: Callable[[], float | None] = lambda: delay
        """Returns how long the next packet takes; None loses it."""
        self.left, self.right = End(self, left), End(self, right)
        self._flying: list[tuple[float, int, End, bytes]] = []
        self._numbers = itertools.count()

    def enable(self) -> None:
        """Begin at both ends."""
        for end in (self.left, self.right):
            end.perform(end.machine.enable())

    def cut(self) -> None:
        """Lose everything from now on, also what is on its way."""
        self._flying.clear()
        self.delay = lambda: None

    def mend(self, delay: float = 0.001) -> None:
        """Lose nothing from now on."""
        self.delay = lambda: delay

    def lossy(self, random: Random, loss: float, longest: float) -> None:
        """Lose a part of the packets from now on, and take up to ``longest`` seconds for the others."""
        self.delay = lambda: None if random.random() < loss else random.uniform(0.0, longest)

    def carry(self, sender: End, octets: bytes) -> None:
        """Take a packet on its way."""
        delay = self.delay()
        if delay is not None:
            other = self.right if sender is self.left else self.left
            heapq.heappush(self._flying, (self.now + delay, next(self._numbers), other, octets))

    def run(self, seconds: float) -> None:
        """Let time pass; a packet that arrives when a timer expires comes first."""
        until = self.now + seconds
        while (at := self._next()) <= until:
            self.now = max(self.now, at)
            while self._flying and self._flying[0][0] <= self.now:
                _, _, end, octets = heapq.heappop(self._flying)
                end.receive(octets)
            for end in (self.left, self.right):
                end.wake()
        self.now = until

    def run_up(self, patience: float = 10.0) -> None:
        """Let time pass until both ends are Up and have told each other all."""
        deadline = self.now + patience
        while not self.settled:
            assert self.now < deadline, f"{self.left.state}, {self.right.state}"
            self.run(0.01)

    @property
    def settled(self) -> bool:
        """Whether both ends are Up and poll no more."""
        return all(end.state is BfdState.UP and not end.machine.polling for end in (self.left, self.right))

    def _next(self) -> float:
        times = [end.transmit_at for end in (self.left, self.right)] + [self.left.detect_at, self.right.detect_at]
        times.append(self._flying[0][0] if self._flying else None)
        return min((time for time in times if time is not None), default=float("inf"))


def up_line(left: BfdMachine | None = None, right: BfdMachine | None = None) -> Line:
    """Return a line whose ends are Up."""
    line = Line(left or machine(1), right or machine(2))
    line.enable()
    line.run_up()
    return line
