"""Service addresses that a node announces as its own, ranges and single ones, and that no kernel is told of."""

from collections.abc import Iterable

import structlog

from bgpkit import Prefix, Speaker


class ServiceRoutes:
    """Keeps announcements: whoever is outside of the cluster sends service traffic to this node then."""

    def __init__(self, speaker: Speaker, next_hop: str, next_hop6: str = "") -> None:
        """Announce with these addresses as next hops; without the second one nothing of IPv6 is announced."""
        self._speaker = speaker
        self._next_hops = {width: address for width, address in ((32, next_hop), (128, next_hop6)) if address}
        self._present: frozenset[Prefix] = frozenset()
        self._log = structlog.get_logger("bgpkit_node.services")

    @property
    def present(self) -> tuple[Prefix, ...]:
        """What is announced, in order."""
        return tuple(sorted(self._present))

    async def follow(self, prefixes: Iterable[Prefix]) -> None:
        """Announce these prefixes, and no others."""
        wanted = frozenset(prefix for prefix in prefixes if prefix.width in self._next_hops)
        new, old = wanted - self._present, self._present - wanted
        self._present = wanted
        for width, next_hop in self._next_hops.items():
            await self._speaker.announce(*(prefix for prefix in new if prefix.width == width), next_hop=next_hop)
            await self._speaker.withdraw(*(prefix for prefix in old if prefix.width == width))
        for prefix in sorted(new):
            self._log.info("services.announced", prefix=str(prefix))
        for prefix in sorted(old):
            self._log.info("services.withdrawn", prefix=str(prefix))
