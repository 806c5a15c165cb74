"""One BFD session: a pure machine without clock and sockets. RFC 5880, section 6.8."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

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
from bgpkit.bfd.packet import ControlPacket
from bgpkit.bfd.state import BfdState, Diagnostic
from bgpkit.bfd.timing import Intervals, Timing

_MICROSECONDS: Final = 1_000_000
_SHORTEST: Final = 0.75
"""Part of the interval after which a packet may go, at the earliest. RFC 5880, section 6.8.7."""
_LONGEST: Final = 1.0
_LONGEST_WITH_MULTIPLIER_1: Final = 0.9


class BfdMachine:
    """A session in asynchronous mode, in the active role, without the echo function.

    Every method returns what to do about what has happened, in order; none raises.
    """

    def __init__(
        self,
        *,
        discriminator: int,
        timing: Timing,
        independent: bool,
        random: Callable[[], float],
        authenticator: Authenticator | None = None,
    ) -> None:
        """Make a session that is AdminDown until :meth:`enable`.

        ``discriminator`` is not 0 and no other session's; ``independent`` says that we outlive our control plane;
        ``random`` gives numbers from 0 to 1 for the jitter.
        """
        self.discriminator = discriminator
        self.timing = timing
        self.state = BfdState.ADMIN_DOWN
        self.diagnostic: int = Diagnostic.NO_DIAGNOSTIC
        self.remote_state = BfdState.DOWN
        self.remote_diagnostic: int = Diagnostic.NO_DIAGNOSTIC
        self.remote_discriminator = 0
        self.authenticator = authenticator
        self._independent = independent
        self._remote_independent = False
        self._random = random
        self._intervals = Intervals(timing)
        self._remote_min_rx = 1
        self._remote_min_tx = 0
        self._remote_multiplier = 0
        self._remote_demand = False
        self._scheduled = 0
        self._sent: ControlPacket | None = None
        self._octets = b""
        self._silent = False
        self._steady = b""
        self._heard: tuple[BfdEffect, ...] = ()
        self._reported: ReportState | None = None

    @property
    def polling(self) -> bool:
        """Whether a Poll Sequence is under way. RFC 5880, section 6.5."""
        return self._intervals.polling

    @property
    def independent(self) -> bool:
        """Whether both ends say that they outlive their control planes (the C bit)."""
        return self._independent and self._remote_independent

    @property
    def transmit_interval(self) -> int:
        """Microseconds between our packets before jitter; 0: none are sent by the clock. RFC 5880, section 6.8.7."""
        quiet = self._remote_demand and self.state is self.remote_state is BfdState.UP and not self.polling
        if quiet or self._remote_min_rx == 0:
            return 0
        return max(self._intervals.tx_in_use, self._remote_min_rx)

    @property
    def detection_time(self) -> int:
        """Microseconds of silence after which the peer is gone; 0: it has not been heard. RFC 5880, section 6.8.4."""
        return self._remote_multiplier * max(self._intervals.rx_in_use, self._remote_min_tx)

    @property
    def remote_detection_time(self) -> int:
        """Microseconds of our silence after which the peer takes us to be gone."""
        return self.timing.detect_multiplier * max(self._intervals.tx_in_use, self._remote_min_rx)

    def enable(self) -> tuple[BfdEffect, ...]:
        """Begin, or begin again after :meth:`disable`. RFC 5880, section 6.8.16."""
        if self.state is BfdState.ADMIN_DOWN:
            self._become(BfdState.DOWN, self.diagnostic)
        return self._outcome()

    def disable(self, diagnostic: int = Diagnostic.ADMINISTRATIVELY_DOWN) -> tuple[BfdEffect, ...]:
        """End, and go on telling the peer so. RFC 5880, section 6.8.16."""
        if self.state is BfdState.ADMIN_DOWN:
            return ()
        self._become(BfdState.ADMIN_DOWN, diagnostic)
        return (*self._outcome(), StopDetectionTimer())

    def change(self, timing: Timing) -> tuple[BfdEffect, ...]:
        """Go on with another ``timing``; the session does not go down for that. RFC 5880, section 6.8.3."""
        detection_time = self.detection_time
        self.timing = timing
        self._intervals.want(timing, up=self.state is BfdState.UP)
        return (*self._outcome(), *self._detection(detection_time))

    def transmit_due(self) -> tuple[BfdEffect, ...]:
        """Send the next packet of the schedule."""
        if not self.transmit_interval:
            return ()
        return (self._send(), StartTransmitTimer(self._jittered()))

    def detection_expired(self) -> tuple[BfdEffect, ...]:
        """Take note that the peer has been silent for the Detection Time, and the second time for twice that.

        RFC 5880, sections 6.8.1 and 6.8.4.
        """
        if self._silent:
            if self.authenticator is not None:
                self.authenticator.forget()
            return ()
        self._silent = True
        patience = 2 * self.detection_time / _MICROSECONDS
        if self.state in {BfdState.INIT, BfdState.UP}:
            self._become(BfdState.DOWN, Diagnostic.CONTROL_DETECTION_TIME_EXPIRED)
        self.remote_discriminator = 0
        self.remote_state = BfdState.DOWN
        self._remote_min_rx = 1
        self._remote_demand = False
        return (*self._outcome(), StartDetectionTimer(patience))

    def received(self, octets: bytes, packet: ControlPacket) -> tuple[BfdEffect, ...]:
        """Take a packet for this session, whose ``octets`` these are. RFC 5880, section 6.8.6."""
        refusal = self._refusal(octets, packet)
        if refusal:
            return (DiscardPacket(refusal),)
        self._learn(packet)
        if self.state is BfdState.ADMIN_DOWN:
            return (DiscardPacket("the session is AdminDown"), *self._schedule())
        self._silent = False
        self._follow(packet)
        effects: list[BfdEffect] = []
        if packet.poll:
            effects.append(self._send(final=True))
        effects += self._outcome()
        detection = StartDetectionTimer(self.detection_time / _MICROSECONDS)
        if not (effects or packet.authentication):  # a signed one that comes twice is a forgery, or may be
            self._steady, self._heard = octets, (detection,)
        return (detection, *effects)

    def received_again(self, octets: bytes) -> tuple[BfdEffect, ...]:
        """Take octets that are those of the packet before, which changed nothing; empty when they are not."""
        return self._heard if octets == self._steady else ()

    def _refusal(self, octets: bytes, packet: ControlPacket) -> str:
        authenticator = self.authenticator
        if authenticator is None:
            return "it is authenticated, and no key is configured" if packet.authentication else ""
        if not packet.authentication:
            return "it is not authenticated"
        return authenticator.refusal(packet, octets, packet.detect_multiplier)

    def _learn(self, packet: ControlPacket) -> None:
        """Take over what the peer says of itself."""
        self._steady = b""
        self.remote_discriminator = packet.my_discriminator
        self.remote_state = packet.state
        self.remote_diagnostic = packet.diagnostic
        self._remote_demand = packet.demand
        self._remote_min_rx = packet.required_min_rx_interval
        self._remote_min_tx = packet.desired_min_tx_interval
        self._remote_multiplier = packet.detect_multiplier
        self._remote_independent = packet.control_plane_independent
        if packet.final:
            self._intervals.final_received()

    def _follow(self, packet: ControlPacket) -> None:
        """Change the state as that of the peer asks for. RFC 5880, section 6.8.6."""
        match self.state, packet.state:
            case BfdState.INIT | BfdState.UP, BfdState.ADMIN_DOWN:
                self._become(BfdState.DOWN, Diagnostic.NEIGHBOR_SIGNALED_SESSION_DOWN)
            case BfdState.UP, BfdState.DOWN:
                self._become(BfdState.DOWN, Diagnostic.NEIGHBOR_SIGNALED_SESSION_DOWN)
            case BfdState.DOWN, BfdState.DOWN:
                self._become(BfdState.INIT, self.diagnostic)
            case (BfdState.DOWN, BfdState.INIT) | (BfdState.INIT, BfdState.INIT | BfdState.UP):
                self._become(BfdState.UP, Diagnostic.NO_DIAGNOSTIC)
            case _:
                pass

    def _become(self, state: BfdState, diagnostic: int) -> None:
        self.state, self.diagnostic = state, diagnostic
        self._intervals.want(self.timing, up=state is BfdState.UP)

    def _outcome(self) -> tuple[BfdEffect, ...]:
        """Return what follows from what has changed: news for the peer at once, another schedule, a report."""
        self._steady = b""
        effects: list[BfdEffect] = []
        if self._remote_min_rx and self._packet() != self._sent:
            effects += (self._send(), *self._schedule(anew=True))
        else:
            effects += self._schedule()
        report = ReportState(self.state, self.diagnostic, self.remote_state, self.independent)
        if report != self._reported:
            self._reported = report
            effects.append(report)
        return tuple(effects)

    def _schedule(self, *, anew: bool = False) -> tuple[BfdEffect, ...]:
        interval = self.transmit_interval
        if interval == self._scheduled and not anew:
            return ()
        self._scheduled = interval
        return (StartTransmitTimer(self._jittered()),) if interval else (StopTransmitTimer(),)

    def _detection(self, before: int) -> tuple[BfdEffect, ...]:
        """Return how long the silence may last now, if that is not as ``before``."""
        now = self.detection_time
        if now == before or self._silent or self.state is BfdState.ADMIN_DOWN:
            return ()
        return (StartDetectionTimer(now / _MICROSECONDS),)

    def _jittered(self) -> float:
        """Return seconds to the next packet. RFC 5880, section 6.8.7."""
        longest = _LONGEST_WITH_MULTIPLIER_1 if self.timing.detect_multiplier == 1 else _LONGEST
        part = _SHORTEST + (longest - _SHORTEST) * self._random()
        return part * self.transmit_interval / _MICROSECONDS

    def _packet(self) -> ControlPacket:
        """Return what we have to say, without Poll and Final bits."""
        return ControlPacket(
            state=self.state,
            diagnostic=self.diagnostic,
            detect_multiplier=self.timing.detect_multiplier,
            my_discriminator=self.discriminator,
            your_discriminator=self.remote_discriminator,
            desired_min_tx_interval=self._intervals.desired_min_tx,
            required_min_rx_interval=self._intervals.required_min_rx,
            control_plane_independent=self._independent,
        )

    def _send(self, *, final: bool = False) -> SendPacket:
        packet = self._packet()
        changed = packet != self._sent
        if changed:
            self._sent, self._octets = packet, b""
        poll = self.polling and not final
        signs = self.authenticator
        if poll or final or (signs is not None and signs.signs_each_packet_anew):
            return SendPacket(self._sign(replace(packet, poll=poll, final=final), changed=changed), not final)
        if not self._octets:
            self._octets = self._sign(packet, changed=changed)
        return SendPacket(self._octets, not final)

    def _sign(self, packet: ControlPacket, *, changed: bool) -> bytes:
        if self.authenticator is None:
            return packet.encode()
        return self.authenticator.sign(packet, changed=changed)
