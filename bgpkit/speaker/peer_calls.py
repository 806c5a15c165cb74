"""The calls of a speaker that concern its peers: who they are, what they are to be, and how they are."""

from collections.abc import Callable, Iterable

from bgpkit.speaker.config import PeerConfig
from bgpkit.speaker.ending import PEER_DE_CONFIGURED
from bgpkit.speaker.explain_peer import explain_peer
from bgpkit.speaker.peer_explanation import PeerExplanation
from bgpkit.speaker.peer_plan import ChangePlan, PeerPlan
from bgpkit.speaker.running import Running
from bgpkit.speaker.status import PeerStatus
from bgpkit.transport import Secret, TransportOptions
from bgpkit_fsm import Notification
from bgpkit_rib import Prefix


class PeerCalls(Running):
    """A part of `Speaker`."""

    async def add_peer(self, config: PeerConfig) -> None:
        """Add a peer and start its session; ConfigError when there is one of that address."""
        self._peers().add(config)

    async def remove_peer(self, address: str, *, notification: Notification | None = PEER_DE_CONFIGURED) -> None:
        """End the session with the peer and drop its routes; ``notification`` None closes without a word."""
        self._peers().remove(address, notification)

    async def update_peer(self, config: PeerConfig) -> ChangePlan:
        """Change a peer; what its session went through is returned. A change of nothing sends nothing.

        A peer that came from a range is a configured one after a reset: its range would make it what it was.
        ConfigError when there is no such peer, or when it cannot be so; then it stays as it was.
        """
        return self._peers().update(config)

    async def reset_peer(self, address: str) -> None:
        """End the session with the peer and open it anew; one that a limit has shut down may come back so.

        ConfigError when there is no such peer.
        """
        self._peers().reset(address)

    def plan_peer(self, config: PeerConfig) -> PeerPlan:
        """Tell what adding or changing a peer so would do, and because of what; nothing is done.

        ConfigError when it cannot be so.
        """
        return self._peers().plan_peer(config)

    def plan(self, configs: Iterable[PeerConfig]) -> tuple[PeerPlan, ...]:
        """Tell of each peer what making the configured peers ``configs`` would do; nothing is done.

        Peers that are not among them would go, but for those that came from a range. ConfigError when one cannot be.
        """
        return self._peers().plan(configs)

    async def apply(self, configs: Iterable[PeerConfig]) -> tuple[PeerPlan, ...]:
        """Make the configured peers ``configs``: what `plan` tells, and what is returned, is done.

        ConfigError when one of them cannot be; then all stay as they were.
        """
        return self._peers().apply(configs)

    async def accept_peers(
        self,
        prefix: str | Prefix,
        configure: Callable[[str], PeerConfig],
        *,
        limit: int = 10_000,
        rate: float | None = None,
        md5_key: Secret | None = None,
    ) -> None:
        """Make a peer of whoever connects from an address in ``prefix``: what ``configure(address)`` says.

        Such a peer is removed when its session has ended and none of its routes are kept for its return. There are at
        most ``limit`` of them at a time, of whom ``rate`` come in a second at most (None: no bound), and with
        ``md5_key`` only those that sign with it (RFC 2385). ConfigError when the range is there already, or is none,
        or cannot have a key.
        """
        self._peers().accept(prefix, configure, limit, rate, TransportOptions(md5_key=md5_key))

    async def discover_peers(self, interface: str, configure: Callable[[str], PeerConfig], *, limit: int = 1) -> None:
        """Make a peer of the router on an interface: unnumbered, what ``configure("fe80::1%eth0")`` says.

        Router advertisements both ways tell who is there (RFC 4861). Such a peer is removed as one of `accept_peers`
        is, and comes back when it is heard again. ConfigError when that cannot be.
        """
        self._peers().discover(interface, configure, limit)

    async def refuse_peers(self, prefix: str | Prefix) -> None:
        """Accept nobody from a prefix or an interface any more, and remove its peers; ConfigError for no range."""
        self._peers().refuse(prefix)

    def explain_peer(self, address: str) -> PeerExplanation:
        """Tell in one sentence why the session with a peer is not Established, and what to do, with the facts.

        What is returned has a text for people, and `bgpkit.wire.to_plain` makes JSON of it. ConfigError when there is
        no such peer.
        """
        peer = self._peers().known(address)
        own = peer.session.machine.config
        return explain_peer(peer, own.local_asn, str(own.bgp_identifier))

    def peers(self) -> tuple[PeerStatus, ...]:
        """Return all peers as they are now, in the order in which they were added."""
        return () if self._roster is None else self._roster.status()

    def peer_config(self, address: str) -> PeerConfig:
        """Return the configuration in force of the peer ``address``."""
        return self._peers().known(address).config
