"""The parts of a running agent, as they are at this moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from bgpkit import PeerStatus, Prefix, Speaker, State
from bgpkit.fib import Fib
from bgpkit_node.datastore import Datastore
from bgpkit_node.ipam.leak_collector import LeakTally
from bgpkit_node.peering import Peering
from bgpkit_node.peering.sessions import Sessions
from bgpkit_node.running.fib_tally import FibTally
from bgpkit_node.running.outages import Outages
from bgpkit_node.running.policy_tally import PolicyTally
from bgpkit_node.running.route_news import RouteNews


class AnnouncedRoutes(Protocol):
    """The routes that the node originates."""

    @property
    def blocks(self) -> tuple[Prefix, ...]:
        """The blocks, in order."""
        ...

    @property
    def borrowed(self) -> tuple[Prefix, ...]:
        """Addresses out of other nodes' blocks, in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A speaker with all that hangs on it; another AS number, port or address makes another one."""

    speaker: Speaker
    fib: Fib
    sessions: Sessions
    routes: AnnouncedRoutes
    news: RouteNews
    """What has come of routes, and when."""

    @property
    def peerings(self) -> Mapping[str, Peering]:
        """Why each session is there, by address, those that linger included."""
        return {**self.sessions.lingering, **self.sessions.wanted}

    @property
    def wanted_peers(self) -> tuple[PeerStatus, ...]:
        """The peers that the plan asks for; one that only lingers is none of them."""
        return tuple(peer for peer in self.speaker.peers() if peer.address in self.sessions.wanted)

    @property
    def down(self) -> tuple[str, ...]:
        """The addresses of sessions that the plan asks for and that are not Established, whatever the reason."""
        up = {peer.address for peer in self.wanted_peers if peer.state is State.ESTABLISHED}
        return tuple(address for address in self.sessions.wanted if address not in up)

    @property
    def established(self) -> int:
        """How many of the wanted peers are Established."""
        return sum(peer.state is State.ESTABLISHED for peer in self.wanted_peers)


@dataclass(slots=True, kw_only=True)
class RunningNode:
    """One agent from its start to its end; the agent alone changes it."""

    name: str
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    serving: Serving | None = None
    """None before the first speaker runs, and for a moment between two of them."""
    datastore: Datastore | None = None
    """None as long as it has not been reached."""
    outages: Outages = field(default_factory=Outages)
    fib_tally: FibTally = field(default_factory=FibTally)
    leaks: LeakTally = field(default_factory=LeakTally)
    policies: PolicyTally = field(default_factory=PolicyTally)
    stopping: bool = False

    @property
    def begins(self) -> str:
        """What the agent does before it serves, in words."""
        return f"starting; {self.outages.reason}" if self.outages.reason else "starting"

    def datastore_gone(self) -> None:
        """Read nothing of a datastore that is about to be closed."""
        self.datastore = None

    def served_no_more(self) -> None:
        """Show nothing of a speaker that is about to stop."""
        self.serving = None
