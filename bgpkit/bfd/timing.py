"""The intervals of a session: what is wanted, what is said, and what is in use meanwhile. RFC 5880, section 6.8.3."""

from dataclasses import dataclass
from typing import Final, Self

from bgpkit.speaker import BfdOptions

SLOW: Final = 1_000_000
"""Microseconds between packets, at least, of a session that is not Up. RFC 5880, section 6.8.3."""
_MICROSECONDS: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """What is wanted of a session; intervals are microseconds."""

    desired_min_tx: int
    required_min_rx: int
    detect_multiplier: int

    @classmethod
    def of(cls, options: BfdOptions) -> Self:
        """Return what ``options`` ask for."""
        return cls(
            desired_min_tx=round(options.transmit_interval * _MICROSECONDS),
            required_min_rx=round(options.receive_interval * _MICROSECONDS),
            detect_multiplier=options.detect_multiplier,
        )


class Intervals:
    """Our two intervals and the Poll Sequence by which the peer learns of a change. RFC 5880, sections 6.5, 6.8.3."""

    __slots__ = ("_again", "desired_min_tx", "polling", "required_min_rx", "rx_in_use", "tx_in_use")

    def __init__(self, timing: Timing) -> None:
        """Begin slowly, as a session does that is not Up."""
        self.desired_min_tx = max(timing.desired_min_tx, SLOW)
        """What our packets say."""
        self.required_min_rx = timing.required_min_rx
        self.tx_in_use = self.desired_min_tx
        """What we send by: a larger one waits for the peer to know of it."""
        self.rx_in_use = self.required_min_rx
        """What we judge the peer by: a smaller one waits for the peer to know of it."""
        self.polling = False
        """Whether packets carry the Poll bit."""
        self._again = False

    def want(self, timing: Timing, *, up: bool) -> None:
        """Take up ``timing`` for a session that is ``up`` or is not; a difference begins a Poll Sequence."""
        desired = timing.desired_min_tx if up else max(timing.desired_min_tx, SLOW)
        required = timing.required_min_rx
        if not up or desired < self.tx_in_use:
            self.tx_in_use = desired
        if not up or required > self.rx_in_use:
            self.rx_in_use = required
        if (desired, required) != (self.desired_min_tx, self.required_min_rx):
            self.desired_min_tx, self.required_min_rx = desired, required
            # What answers a Poll that is under way may have been sent before the peer heard of this change.
            self._again = self.polling
            self.polling = True

    def final_received(self) -> None:
        """End the Poll Sequence, or begin the next one: the peer knows what we said when it began."""
        if not self.polling:
            return
        if self._again:
            self._again = False
            return
        self.polling = False
        self.tx_in_use, self.rx_in_use = self.desired_min_tx, self.required_min_rx
