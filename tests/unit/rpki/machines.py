"""A machine under test, and what it was told and told to do."""

from bgpkit.rpki import RoaTable, RtrIntervals
from bgpkit.rpki.effects import (
    CloseConnection,
    PublishTable,
    ReportProblem,
    RtrEffect,
    RtrTimer,
    SendOctets,
    StartTimer,
    StopTimer,
)
from bgpkit.rpki.machine import MAXIMUM_ROAS, RtrMachine
from tests.unit.rpki import octets


class Driven:
    """A machine whose effects are kept by kind."""

    def __init__(self, *, intervals: RtrIntervals | None = None, maximum_roas: int = MAXIMUM_ROAS) -> None:
        """Make a machine that has no connection."""
        self.machine = RtrMachine(intervals=intervals, maximum_roas=maximum_roas)
        self.sent: list[bytes] = []
        self.published: list[RoaTable | None] = []
        self.problems: list[str] = []
        self.closed: list[CloseConnection] = []
        self.timers: dict[RtrTimer, float] = {}

    def connect(self) -> "Driven":
        """Open a connection; what was sent and closed before is forgotten."""
        self.sent.clear()
        self.closed.clear()
        self.perform(self.machine.connected())
        return self

    def hear(self, *pdus: bytes, limit: int = 1000) -> "Driven":
        """Let the cache say something."""
        self.machine.feed(b"".join(pdus))
        more = True
        while more:
            effects, more = self.machine.process(limit)
            self.perform(effects)
        return self

    def lose(self) -> "Driven":
        """Let the connection go."""
        self.perform(self.machine.disconnected())
        return self

    def expire(self, timer: RtrTimer) -> "Driven":
        """Let a timer that runs fire."""
        del self.timers[timer]
        self.perform(self.machine.timer_expired(timer))
        return self

    def perform(self, effects: tuple[RtrEffect, ...]) -> None:
        """Keep what is to be done."""
        for effect in effects:
            match effect:
                case SendOctets(sent):
                    self.sent.append(sent)
                case StartTimer(timer, seconds):
                    self.timers[timer] = seconds
                case StopTimer(timer):
                    self.timers.pop(timer, None)
                case PublishTable(table):
                    self.published.append(table)
                case ReportProblem(reason):
                    self.problems.append(reason)
                case CloseConnection():
                    self.closed.append(effect)

    @property
    def roas(self) -> list[str]:
        """The ROAs of the machine's table, as texts."""
        return [] if self.machine.table is None else sorted(map(str, self.machine.table))

    @property
    def error(self) -> tuple[int, bytes] | None:
        """Code and quoted PDU of the Error Report that was sent last, None when the last PDU was none."""
        if not self.sent or self.sent[-1][1] != octets.REPORT:
            return None
        last = self.sent[-1]
        length = int.from_bytes(last[8:12], "big")
        return int.from_bytes(last[2:4], "big"), last[12 : 12 + length]


ONE, TWO = octets.prefix("192.0.2.0/24", 64500), octets.prefix("2001:db8::/32", 64501, 48)
ONE_GONE = octets.prefix("192.0.2.0/24", 64500, announce=False)
ONE_TEXT, TWO_TEXT = "192.0.2.0/24-24 AS64500", "2001:db8::/32-48 AS64501"


def loaded(*, intervals: RtrIntervals | None = None, serial: int = 1) -> Driven:
    """Return a machine that has loaded two ROAs."""
    driven = Driven(intervals=intervals).connect()
    driven.hear(octets.response(), ONE, TWO, octets.end(serial))
    driven.sent.clear()
    return driven
