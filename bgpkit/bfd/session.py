"""The driver of one session's machine: its clock and its socket."""

import asyncio
import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Final, assert_never

import structlog

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
from bgpkit.bfd.errors import BfdError
from bgpkit.bfd.machine import BfdMachine
from bgpkit.bfd.packet import decode_packet
from bgpkit.bfd.sockets import MULTIHOP_PORT, SINGLE_HOP_PORT
from bgpkit.bfd.state import BfdState, diagnostic_name
from bgpkit.bfd.timing import Timing
from bgpkit.speaker import Liveness, LivenessState, MonitoredPath

_GONE: Final = Liveness(state=LivenessState.UNKNOWN, reason="the session has ended")


class BfdSession:
    """One session: runs its machine, and tells what comes of it."""

    def __init__(
        self,
        path: MonitoredPath,
        machine: BfdMachine,
        sending: socket.socket,
        *,
        changed: Callable[["BfdSession"], None],
        drain: Callable[[], None],
    ) -> None:
        """Send through ``sending``, which is closed with the session.

        ``drain`` reads what has arrived: who looks late at the clock must not miss what came in time.
        """
        self.path = path
        self.machine = machine
        self.liveness = Liveness(state=LivenessState.DOWN, reason="BFD has not come up yet")
        self.packets_sent = self.packets_received = self.packets_discarded = 0
        self.up_count = 0
        self._sending = sending
        self._changed = changed
        self._drain = drain
        self._loop = asyncio.get_running_loop()
        self._transmitted_at = self._heard_at = self._loop.time()
        self._transmit: asyncio.TimerHandle | None = None
        self._detect: asyncio.TimerHandle | None = None
        self._detect_at = 0.0
        port = MULTIHOP_PORT if path.options.multihop else SINGLE_HOP_PORT
        self._target = _target(path.remote, port)
        self._log = structlog.get_logger("bgpkit.bfd").bind(peer=path.remote)

    @property
    def source_port(self) -> int:
        """The UDP port that all packets of the session come from."""
        return int(self._sending.getsockname()[1])

    def change(self, path: MonitoredPath) -> None:
        """Go on by other options for the same path."""
        self.path = path
        self.perform(self.machine.change(Timing.of(path.options)))

    def perform(self, effects: tuple[BfdEffect, ...]) -> None:
        """Do what the machine says."""
        for effect in effects:
            match effect:
                case SendPacket():
                    self._send(effect)
                case StartTransmitTimer(seconds):
                    self._start_transmit_timer(seconds)
                case StartDetectionTimer(seconds):
                    self._start_detection_timer(seconds)
                case StopTransmitTimer():
                    self._stop_transmit_timer()
                case StopDetectionTimer():
                    self._detect_at = 0.0
                case ReportState():
                    self._report(effect)
                case DiscardPacket(reason):
                    self._discard(reason)
                case _:
                    assert_never(effect)

    def received(self, octets: bytes, ttl: int) -> None:
        """Take a datagram whose discriminator, or whose addresses, are this session's."""
        if ttl < self.path.options.least_ttl:
            self._discard(f"TTL {ttl} is less than {self.path.options.least_ttl}")
            return
        again = self.machine.received_again(octets)
        if again:
            self.packets_received += 1
            self._heard_at = self._loop.time()
            self.perform(again)
            return
        try:
            packet = decode_packet(octets)
        except BfdError as error:
            self._discard(str(error))
            return
        effects = self.machine.received(octets, packet)
        if not isinstance(effects[0], DiscardPacket):
            self.packets_received += 1
            self._heard_at = self._loop.time()
        self.perform(effects)

    def close(self) -> None:
        """Send and wait no more."""
        self._stop_transmit_timer()
        if self._detect is not None:
            self._detect.cancel()
        self._detect_at = 0.0
        self.liveness = _GONE
        self._sending.close()

    def _send(self, effect: SendPacket) -> None:
        if effect.scheduled:
            self._transmitted_at = self._loop.time()
        try:
            self._sending.sendto(effect.octets, self._target)
        except OSError as error:  # no route, or no room: the peer will notice the silence
            self._log.debug("bfd.not_sent", reason=error.strerror or str(error))
        else:
            self.packets_sent += 1

    def _start_transmit_timer(self, seconds: float) -> None:
        self._stop_transmit_timer()
        self._transmit = self._loop.call_at(self._transmitted_at + seconds, self._transmit_due)

    def _stop_transmit_timer(self) -> None:
        if self._transmit is not None:
            self._transmit.cancel()
            self._transmit = None

    def _transmit_due(self) -> None:
        self._transmit = None
        self.perform(self.machine.transmit_due())

    def _start_detection_timer(self, seconds: float) -> None:
        """Note when the silence is too long; the timer that runs looks again when it is earlier than that."""
        self._detect_at = self._heard_at + seconds
        if self._detect is not None and self._detect.when() <= self._detect_at:
            return
        if self._detect is not None:
            self._detect.cancel()
        self._detect = self._loop.call_at(self._detect_at, self._look)

    def _look(self) -> None:
        self._detect = None
        if not self._detect_at:
            return
        if self._detect_at <= self._loop.time():
            self._drain()
        if not self._detect_at:
            return
        if self._detect_at <= self._loop.time():
            self._detect_at = 0.0
            self.perform(self.machine.detection_expired())
        elif self._detect is None:
            self._detect = self._loop.call_at(self._detect_at, self._look)

    def _discard(self, reason: str) -> None:
        self.packets_discarded += 1
        self._log.debug("bfd.packet_discarded", reason=reason)

    def _report(self, report: ReportState) -> None:
        liveness = _liveness(report)
        if liveness == self.liveness:
            return
        came_up = liveness.state is LivenessState.UP and self.liveness.state is not LivenessState.UP
        self.up_count += came_up
        self.liveness = liveness
        self._log.info("bfd.state_changed", state=report.state.title, reason=liveness.reason)
        self._changed(self)


def _liveness(report: ReportState) -> Liveness:
    reason = diagnostic_name(report.diagnostic) if report.diagnostic else ""
    match report.state, report.remote_state:
        case BfdState.UP, _:
            state = LivenessState.UP
        case BfdState.ADMIN_DOWN, _:
            state, reason = LivenessState.DISABLED, "BFD is turned off here"
        case _, BfdState.ADMIN_DOWN:
            state, reason = LivenessState.DISABLED, "BFD is turned off at the peer"
        case _:
            state, reason = LivenessState.DOWN, reason or "BFD has not come up yet"
    return Liveness(state=state, reason=reason, independent=report.independent)


def _target(remote: str, port: int) -> tuple[str, int] | tuple[str, int, int, int]:
    """Return where to send to, as the socket wants it."""
    address, _, zone = remote.partition("%")
    if ip_address(address).version == 4:
        return address, port
    scope = 0 if not zone else int(zone) if zone.isdecimal() else socket.if_nametoindex(zone)
    return address, port, 0, scope
