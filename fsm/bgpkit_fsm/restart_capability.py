"""Capabilities that keep routes while a speaker is away (RFC 4724, RFC 8538, RFC 9494)."""

from dataclasses import dataclass

from bgpkit_fsm.family import Family


@dataclass(frozen=True, slots=True)
class ForwardingState:
    """One family of a graceful restart capability and its Forwarding State (F) bit. RFC 4724, section 3."""

    family: Family
    preserved: bool
    """True when the speaker kept its forwarding state for this family through the restart."""
    reserved: int = 0
    """The seven bits that a receiver ignores, 0 to 127. RFC 4724, section 3."""

    def __str__(self) -> str:
        """Return the family, and ``preserved`` when its F bit is set."""
        return f"{self.family} preserved" if self.preserved else str(self.family)


@dataclass(frozen=True, slots=True, kw_only=True)
class GracefulRestartCapability:
    """Capability 64: graceful restart. RFC 4724, section 3; the N bit: RFC 8538, section 2."""

    restarted: bool = False
    """The Restart State (R) bit: the speaker has just restarted."""
    notification: bool = False
    """The N bit: NOTIFICATIONs and hold timer expiry, too, keep routes."""
    restart_time: int = 120
    """Seconds, 0 to 4095, that the peer should wait for the speaker's return."""
    families: tuple[ForwardingState, ...] = ()
    reserved: int = 0
    """The two flag bits that a receiver ignores, 0 to 3. RFC 8538, section 2."""

    def __str__(self) -> str:
        """Return time, bits that are set and families, such as ``graceful-restart 120 s (ipv4-unicast)``."""
        flags = " restarted" * self.restarted + " notification" * self.notification
        return f"graceful-restart {self.restart_time} s{flags}{_listed(self.families)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LongLivedState:
    """One family of a long-lived graceful restart capability. RFC 9494, section 3.1."""

    family: Family
    preserved: bool = False
    """The F bit: the speaker kept its forwarding state for this family through the restart."""
    stale_time: int
    """Seconds, 0 to 16777215, that stale routes of the family may be kept."""
    reserved: int = 0
    """The seven bits that a receiver ignores, 0 to 127. RFC 9494, section 3.1."""

    def __str__(self) -> str:
        """Return family and time, and ``preserved`` when its F bit is set."""
        return f"{self.family} {self.stale_time} s{' preserved' * self.preserved}"


@dataclass(frozen=True, slots=True)
class LongLivedGracefulRestartCapability:
    """Capability 71: stale routes are kept for long. RFC 9494, section 3.1."""

    families: tuple[LongLivedState, ...] = ()

    def __str__(self) -> str:
        """Return the families, such as ``long-lived-graceful-restart (ipv4-unicast 3600 s)``."""
        return f"long-lived-graceful-restart{_listed(self.families)}"


def _listed(states: tuple[ForwardingState, ...] | tuple[LongLivedState, ...]) -> str:
    return f" ({', '.join(map(str, states))})" if states else ""
