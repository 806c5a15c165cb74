"""Bringing a speaker's sessions in line with the plan, make before break.

A session that is no longer wanted lingers until every prefix that came over it has another path; then it is closed
without a NOTIFICATION, so that the other end, which may need its own last moment, keeps our routes, too. Prefixes of
nodes to which the plan leaves no path at all are not waited for: an operator has said so.

A node that joins a cluster of reflectors must refuse what the others of the cluster reflect (RFC 4456, section 8): a
session that is there keeps the former cluster ID until each prefix that would be refused has another path, too. One
that leaves it takes back the ID of the sessions that linger, so that what the others reflect counts at once.
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import replace
from ipaddress import IPv4Address, IPv6Address
from typing import Final

import structlog

from bgpkit import ConfigError, PeerConfig, Route, Speaker, State
from bgpkit_node.errors import PasswordError
from bgpkit_node.peering.plan import Peering
from bgpkit_node.peering.session_config import Terms, peer_config

LOOK_SECONDS: Final = 0.25
"""How often a lingering session is looked at."""


class Sessions:
    """The sessions of one node's speaker."""

    def __init__(self, speaker: Speaker) -> None:
        """Manage all peers of ``speaker``; nobody else adds or removes any."""
        self._speaker = speaker
        self._wanted: dict[str, Peering] = {}
        self._lingering: dict[str, Peering] = {}
        self._refused: dict[str, str] = {}
        self._cut_off: frozenset[bytes] = frozenset()
        self._held_back: dict[str, PeerConfig] = {}
        """What sessions will be once their routes have another path; until then they have another cluster ID."""
        self._turn = asyncio.Lock()
        self._log = structlog.get_logger("bgpkit_node.peering")

    @property
    def wanted(self) -> Mapping[str, Peering]:
        """The sessions that should be, by address."""
        return self._wanted

    @property
    def lingering(self) -> Mapping[str, Peering]:
        """The sessions that wait for another path before they close, by address."""
        return self._lingering

    @property
    def refused(self) -> Mapping[str, str]:
        """Why sessions that should be are not, or not as they should be: a sentence for each address."""
        return self._refused

    async def follow(
        self,
        peerings: tuple[Peering, ...],
        terms: Terms,
        nodes: frozenset[str],
        cut_off: frozenset[IPv4Address | IPv6Address] = frozenset(),
    ) -> None:
        """Bring the sessions in line with ``peerings``; ``nodes`` are the names of the nodes that exist.

        A session to a node that has left the cluster does not linger. ``cut_off`` are the addresses of nodes to which
        ``peerings`` give no path: for routes by way of them no session lingers.
        """
        async with self._turn:
            self._cut_off = frozenset(address.packed for address in cut_off)
            wanted = {peering.address: peering for peering in peerings}
            for address, peering in {**self._wanted, **self._lingering}.items():
                if address in wanted:
                    continue
                if peering.node in nodes and address not in self._lingering:
                    self._lingering[address] = peering
                    self._log.info("peering.lingers", peer=address, node=peering.node)
                elif peering.node not in nodes:
                    self._lingering.pop(address, None)
                    await self._speaker.remove_peer(address)
            present = {status.address for status in self._speaker.peers()}
            self._wanted = wanted
            self._held_back.clear()
            before, self._refused = self._refused, {}
            for address, peering in wanted.items():
                self._lingering.pop(address, None)
                try:
                    await self._bring_about(peering, terms, present)
                except (ConfigError, PasswordError) as error:  # one that cannot be is no reason to leave out the others
                    self._refused[address] = str(error)
                    if before.get(address) != str(error):
                        self._log.warning("peering.refused", peer=address, resource=peering.resource, reason=str(error))
            await self._leave_cluster(terms.cluster_id)

    async def _bring_about(self, peering: Peering, terms: Terms, present: set[str]) -> None:
        config = peer_config(peering, terms)
        if peering.address in present:
            await self._change(config)
            return
        former = next((self._speaker.peer_config(each).cluster_id for each in present), None)
        await self._speaker.add_peer(self._for_now(config, former) if present else config)
        self._log.info("peering.added", peer=peering.address, kind=peering.kind.value)

    async def _leave_cluster(self, cluster_id: IPv4Address | None) -> None:
        """Take another cluster ID than that of sessions that linger back, which counts for the routes of all."""
        if cluster_id is None:
            for address in self._lingering:
                config = self._speaker.peer_config(address)
                if config.cluster_id is not None:
                    await self._speaker.update_peer(replace(config, cluster_id=None))

    async def run(self) -> None:
        """Close lingering sessions when they are no longer needed; runs until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._lingering:
                await self.close_replaced()
            if self._held_back:
                await self.change_held_back()

    async def close_replaced(self) -> None:
        """Close each lingering session whose routes all have another path."""
        async with self._turn:
            for address in tuple(self._lingering):
                if self._replaced(address):
                    del self._lingering[address]
                    await self._speaker.remove_peer(address, notification=None)
                    self._log.info("peering.closed", peer=address, reason="every prefix has another path")

    async def change_held_back(self) -> None:
        """Give each session that kept a former cluster ID its new one, when no prefix loses its path by that."""
        async with self._turn:
            for config in tuple(self._held_back.values()):
                await self._change(config)

    async def _change(self, config: PeerConfig) -> None:
        """Bring a present session in line with ``config``, but for the cluster ID while that would refuse a path."""
        former = self._speaker.peer_config(config.address).cluster_id
        plan = await self._speaker.update_peer(self._for_now(config, former))
        self._log.debug("peering.changed", peer=config.address, plan=plan.value)

    def _for_now(self, config: PeerConfig, former: IPv4Address | None) -> PeerConfig:
        """Return ``config``, with the ``former`` cluster ID while the new one would refuse the last path of a prefix.

        A cluster ID of one session counts for the routes of all (RFC 4456, section 8).
        """
        if config.cluster_id in {None, former} or not self._refuses_a_path(config.cluster_id):
            self._held_back.pop(config.address, None)
            return config
        self._held_back[config.address] = config
        return replace(config, cluster_id=former)

    def _refuses_a_path(self, cluster: IPv4Address | None) -> bool:
        """Tell whether a new cluster ID would refuse the last path of a prefix; one that is in use refuses no more."""
        used = {self._speaker.peer_config(status.address).cluster_id for status in self._speaker.peers()}
        if cluster in used:
            return False
        staying = self._staying()
        return any(
            route.path.cluster_length  # only what has been reflected is read
            and cluster in route.attributes.cluster_list
            and not any(
                other.eligible and other.peer in staying and cluster not in other.attributes.cluster_list
                for other in self._speaker.paths(route.prefix)
            )
            for route in self._routes()
        )

    def _staying(self) -> set[str]:
        """Return the addresses of the Established sessions that stay."""
        return {
            status.address
            for status in self._speaker.peers()
            if status.state is State.ESTABLISHED and status.address not in self._lingering
        }

    def _replaced(self, address: str) -> bool:
        """Tell whether every prefix from ``address`` has another path, over an Established session that stays."""
        staying = self._staying()
        return all(
            any(other.eligible and other.peer in staying for other in self._speaker.paths(route.prefix))
            for route in self._routes(address)
            if route.eligible and route.path.next_hop not in self._cut_off
        )

    def _routes(self, peer: str | None = None) -> Iterator[Route]:
        """Yield the best routes of every family, or those of a peer."""
        for family in self._speaker.families:
            yield from self._speaker.routes(family, peer=peer)
