"""Routes of our own: what the embedder announces and withdraws."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from bgpkit.errors import ConfigError
from bgpkit.speaker.destination import locate
from bgpkit.wire import Nlri, encode_attributes
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import AsPath, Origin, Path, PathAttributes, Source, Table, make_path

SLICE: Final = 5000
"""Keys announced before others get their turn."""


@dataclass(slots=True)
class Destinations:
    """Keys of one family that share what their NLRI say beside them."""

    family: Family
    rest: bytes
    keys: list[bytes] = field(default_factory=list[bytes])


class Origination:
    """Puts the speaker's own routes into the tables."""

    def __init__(self, source: Source, tables: Mapping[Family, Table]) -> None:
        """Announce as ``source``."""
        self.source = source
        self._tables = tables

    async def announce(
        self,
        destinations: Iterable[str | Nlri],
        *,
        family: Family | None,
        next_hop: str | IPv4Address | IPv6Address | None,
        attributes: PathAttributes | None,
        path_id: int = 0,
    ) -> None:
        """Originate ``destinations``, all of them or, for a ValueError or ConfigError, none."""
        if not 0 <= path_id < 1 << 32:
            raise ValueError(f"path_id {path_id} does not fit 4 octets (RFC 7911, section 3)")
        chosen = attributes or PathAttributes(origin=Origin.IGP, as_path=AsPath())
        if next_hop is not None:
            chosen = replace(chosen, next_hop=ip_address(str(next_hop)))
        groups = list(self.group(destinations, family))
        paths = [self.path(chosen, group.family, group.rest, path_id) for group in groups]
        for group, path in zip(groups, paths, strict=True):
            for start in range(0, len(group.keys), SLICE):
                self._tables[group.family].announce(path, group.keys[start : start + SLICE])
                await asyncio.sleep(0)

    async def withdraw(self, destinations: Iterable[str | Nlri], *, family: Family | None, path_id: int = 0) -> None:
        """Stop originating ``destinations``; those not originated are passed over."""
        for group in list(self.group(destinations, family)):
            for start in range(0, len(group.keys), SLICE):
                self._tables[group.family].withdraw(self.source, group.keys[start : start + SLICE], path_id)
                await asyncio.sleep(0)

    def group(self, destinations: Iterable[str | Nlri], family: Family | None) -> Iterable[Destinations]:
        """Return the keys of ``destinations``, by family and by what is beside the key; ValueError as `locate`."""
        groups: dict[tuple[Family, bytes], Destinations] = {}
        for destination in destinations:
            of, key, rest = locate(destination, family)
            if of not in self._tables:
                raise ConfigError(f"this speaker has no table for {of}; name it in families")
            groups.setdefault((of, rest), Destinations(of, rest)).keys.append(key)
        return groups.values()

    def path(self, attributes: PathAttributes, family: Family, rest: bytes = b"", path_id: int = 0) -> Path:
        """Return a path of our own; ValueError when its next hop is not one for ``family``."""
        hop = attributes.next_hop
        if family == IPV4_UNICAST and isinstance(hop, IPv6Address):
            raise ValueError(f"{hop} is not a next hop for IPv4 prefixes: no session here takes one (RFC 8950)")
        return make_path(
            self.source,
            encode_attributes(attributes, family),
            next_hop=b"" if hop is None else hop.packed,
            origin=int(attributes.origin),
            as_path_length=attributes.as_path.length,
            neighbor_as=attributes.as_path.neighbor_as,
            med=attributes.med,
            local_pref=attributes.local_pref,
            rest=rest,
            path_id=path_id,
        )
