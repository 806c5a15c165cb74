"""What a BFD session tells of itself."""

from dataclasses import dataclass
from typing import Self

from bgpkit.bfd.session import BfdSession
from bgpkit.bfd.state import diagnostic_name


@dataclass(frozen=True, slots=True, kw_only=True)
class BfdSessionStatus:
    """One session, as it is now; no key is in it. Times are seconds."""

    remote: str
    local: str | None
    interface: str | None
    multihop: bool
    state: str
    """AdminDown, Down, Init or Up."""
    diagnostic: str
    """Why it changed last; empty when there is nothing to say."""
    remote_state: str
    remote_diagnostic: str
    discriminator: int
    remote_discriminator: int
    transmit_interval: float
    """Between our packets, before jitter; 0: none are sent by the clock."""
    detection_time: float
    """How long the peer may be silent; 0: it has not been heard."""
    independent: bool
    """Whether both ends outlive their control planes."""
    authenticated: bool
    up_count: int
    """How often it has come up."""
    source_port: int
    """The UDP port that all our packets of the session come from."""
    packets_sent: int
    packets_received: int
    packets_discarded: int
    watchers: int

    @classmethod
    def of(cls, session: BfdSession, *, watchers: int) -> Self:
        """Return the status of a session."""
        machine, options = session.machine, session.path.options
        return cls(
            remote=session.path.remote,
            local=session.path.local,
            interface=options.interface,
            multihop=options.multihop,
            state=machine.state.title,
            diagnostic=diagnostic_name(machine.diagnostic) if machine.diagnostic else "",
            remote_state=machine.remote_state.title,
            remote_diagnostic=diagnostic_name(machine.remote_diagnostic) if machine.remote_diagnostic else "",
            discriminator=machine.discriminator,
            remote_discriminator=machine.remote_discriminator,
            transmit_interval=machine.transmit_interval / 1_000_000,
            detection_time=machine.detection_time / 1_000_000,
            independent=machine.independent,
            authenticated=options.authentication is not None,
            up_count=session.up_count,
            source_port=session.source_port,
            packets_sent=session.packets_sent,
            packets_received=session.packets_received,
            packets_discarded=session.packets_discarded,
            watchers=watchers,
        )
