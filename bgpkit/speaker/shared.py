"""What all peers of a speaker share: its identity, its tables, its update groups."""

import asyncio
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import Protocol

from bgpkit.policy import Policy, bind
from bgpkit.rpki import RoaTable
from bgpkit.session import SYSTEM_JITTER
from bgpkit.speaker.access import Access
from bgpkit.speaker.clusters import Clusters
from bgpkit.speaker.config import Confederation, PeerConfig
from bgpkit.speaker.event_log import EventLog
from bgpkit.speaker.events import EndOfRibSent
from bgpkit.speaker.judging_again import judge_again
from bgpkit.speaker.liveness import LivenessDetector
from bgpkit.speaker.next_hops import NextHops
from bgpkit.speaker.outputs import Outputs
from bgpkit.speaker.route_targets import RouteTargets
from bgpkit.speaker.selection_deferral import SelectionDeferral
from bgpkit_fsm import Family
from bgpkit_rib import DecisionOptions, Path, Source, SourceKind, Table


class Judge(Protocol):
    """Who knows the rules and the policy for the routes of one source."""

    def judge(self, family: Family, path: Path, keys: list[bytes]) -> None:
        """Judge ``path`` anew for ``keys``."""
        ...

    def forget(self) -> None:
        """Forget what has been made of attribute blocks: it is to be made anew."""
        ...


@dataclass(slots=True, kw_only=True)
class Shared:
    """The common ground of a speaker's peers."""

    asn: int
    bgp_identifier: IPv4Address
    cluster_id: IPv4Address
    tables: Mapping[Family, Table]
    outputs: Outputs
    deferral: SelectionDeferral
    restarted: bool
    """The speaker began as a restart that kept its forwarding state."""
    own_routes_first: bool = False
    """While the choice of routes is held back after a restart, those of our own are sent."""
    holds_end_of_rib: bool = False
    """End-of-RIB is held back from the start, until the embedder says otherwise."""
    next_hops: NextHops
    decision: DecisionOptions
    confederation: Confederation | None
    client_to_client: bool
    roas: RoaTable | None = None
    """The ROAs in force; None while nobody has given any."""
    summaries: Callable[[Family], frozenset[bytes]] = lambda _: frozenset()
    """Tells the keys of the aggregates whose more specific routes are not sent."""
    access: Access = field(default_factory=Access)
    """The ways to and from peers."""
    liveness: LivenessDetector | None = None
    """Who watches the paths to peers."""
    jitter: random.Random = SYSTEM_JITTER
    """Where timers get their jitter from."""
    events: EventLog = field(default_factory=EventLog)
    """Who is told what happens to peers."""
    judges: dict[Source, Judge] = field(default_factory=dict[Source, Judge])
    """Who judges the paths of each source."""
    clusters: Clusters = field(init=False)
    route_targets: RouteTargets = field(init=False)

    def __post_init__(self) -> None:
        """Make what follows the tables."""
        self.clusters = Clusters(self.cluster_id, self._clusters_changed)
        self.route_targets = RouteTargets(self.tables, self.run)
        self.outputs.concerned = self.route_targets.concerned
        if self.holds_end_of_rib:
            self.outputs.hold_end_of_rib()
        if self.own_routes_first and self.deferral.active:
            self.outputs.hold_end_of_rib()
        self.outputs.end_of_rib_sent = self._end_of_rib_sent

    @property
    def sends_nothing_yet(self) -> bool:
        """Whether no routes at all are sent, since a restart of ours is not over. RFC 4724, section 4.1."""
        return self.deferral.active and not self.own_routes_first

    def kind_of(self, config: PeerConfig) -> SourceKind:
        """Return what a peer of that configuration is to us."""
        if config.asn == self.asn:
            return SourceKind.CLIENT if config.route_reflector_client else SourceKind.NON_CLIENT
        if self.confederation is not None and config.asn in self.confederation.members:
            return SourceKind.CONFEDERATION
        return SourceKind.EBGP

    def policies(self, config: PeerConfig) -> tuple[Policy, Policy]:
        """Return the import and the export policy in force for a peer, with the ROAs in force."""
        external = self.kind_of(config) is SourceKind.EBGP
        inward, outward = config.policies(external=external)
        own_asn = self.session_asn(SourceKind.EBGP)
        return bind(inward, self.roas, own_asn), bind(outward, self.roas, own_asn)

    def session_asn(self, kind: SourceKind) -> int:
        """Return our AS number as a peer of ``kind`` knows it. RFC 5065, section 4."""
        if self.confederation is not None and kind is SourceKind.EBGP:
            return self.confederation.identifier
        return self.asn

    def own_addresses(self, addresses: Iterable[bytes]) -> None:
        """Take note of addresses of our own: no route may have one as next hop."""
        self.next_hops_changed(self.next_hops.own(addresses))

    def next_hops_changed(self, changed: frozenset[bytes]) -> None:
        """Judge the paths with ``changed`` next hops anew."""
        if changed:
            for judge in self.judges.values():
                judge.forget()
            self.judge_again(lambda path: path.next_hop in changed)

    def _end_of_rib_sent(self, source: Source, family: Family) -> None:
        self.events.publish(EndOfRibSent(peer=source.name, family=family))

    def _clusters_changed(self) -> None:
        """Judge the paths that have been reflected anew."""
        for judge in self.judges.values():
            judge.forget()
        self.judge_again(lambda path: path.cluster_length > 0)

    def judge_again(
        self, wanted: Callable[[Path], bool], among: Callable[[Family, list[bytes]], list[bytes]] | None = None
    ) -> None:
        """Judge the paths of peers that are ``wanted`` anew, of all keys or those ``among`` them, in slices."""
        for family, table in self.tables.items():
            steps = judge_again(
                family, table, lambda path: path.source in self.judges and wanted(path), self._judge, among
            )
            self.run(steps)

    def _judge(self, family: Family, path: Path, keys: list[bytes]) -> None:
        judge = self.judges.get(path.source)
        if judge is not None:
            judge.judge(family, path, keys)

    def run(self, steps: Iterator[None]) -> None:
        """Run ``steps`` to the end, letting others have their turn between them; the first step runs at once."""
        try:
            next(steps)
        except StopIteration:
            return
        asyncio.get_running_loop().call_soon(self.run, steps)
