"""How a path looks to a kind of peer, if it may go there at all: a pure function, recomputed and never stored.

RFC 4271, section 9.2 (update-send process); RFC 4456, section 6 (reflection); RFC 1997 (well-known communities);
RFC 9234, section 5 (routes for customers only).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeAlias

from bgpkit.adj_rib_out.covering import Covering
from bgpkit.adj_rib_out.export_key import ExportKey
from bgpkit.adj_rib_out.long_lived import LongLivedStale, stale_block
from bgpkit.adj_rib_out.outgoing import Outgoing
from bgpkit.policy import Change, CommonVerdict, Verdict, by_destination, is_keyed, is_pure, verdicts
from bgpkit.wire import ROWS, Rewrite, attribute_value, encode_attributes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from bgpkit_rib import Path, PathAttributes, Source, SourceKind, make_path, may_advertise

_COMMUNITIES: Final = 8
_MP_REACH: Final = 14
_NEXT_HOP_LENGTH: Final = 3
"""Where MP_REACH_NLRI says how long its next hop is. RFC 4760, section 3."""
_ONLY_TO_CUSTOMER: Final = 35
_NO_EXPORT, _NO_ADVERTISE, _NO_EXPORT_SUBCONFED = (
    bytes.fromhex("ffffff01"),
    bytes.fromhex("ffffff02"),
    bytes.fromhex("ffffff03"),
)
WELL_KNOWN_START: Final = bytes.fromhex("ffffff")
"""How well-known communities begin. RFC 1997."""
_BESIDE: Final = 48
"""Octets of an UPDATE beside the attributes: header, lengths, and the longest single NLRI. RFC 4271, section 9.2."""

_ADDED: Final = 1024
"""Octets that a rewrite adds to a block of attributes, at most."""

Outgoings: TypeAlias = Sequence[tuple[bytes, list[bytes]]]
"""Attribute blocks, each with the keys that it is sent for."""
_NOTHING: Final[Outgoings] = ()
_UNKNOWN: Final = b"not looked at yet"
_DEFAULT_ROUTE: Final = b"\0"
_OWN: Final = Source("default-originate", SourceKind.LOCAL)
_TOLD: Final = 64
"""Refusals that are told at most; a peer that sends what cannot be sent on sends much of it."""


class Export:
    """Computes, for one kind of peer, what is sent of a path."""

    __slots__ = (
        "_closed",
        "_closed_to_marked",
        "_every",
        "_forbidden_hops",
        "_guarded",
        "_held_back",
        "_keyed",
        "_memo",
        "_outgoing",
        "_pure",
        "_summaries",
        "_surely_fits",
        "_told",
        "common",
        "is_plain",
        "key",
        "longest",
        "on_refused",
        "own",
    )

    def __init__(self, key: ExportKey, on_refused: Callable[[Path, str], None] | None = None) -> None:
        """Serve the peers that share ``key``.

        ``on_refused`` is told of a path that would go out but cannot be written, and why: once for each source and
        reason, and a few dozen times in all.
        """
        self.key = key
        self.on_refused: Callable[[Path, str], None] | None = on_refused
        self.own: Mapping[bytes, Path] = _own_routes(key)
        """Keys with the path of our own that goes out whatever the table holds for them: the default route."""
        self._summaries = Covering(key.summaries)
        self._held_back = bool(self.own or key.summaries)
        self._closed = {kind: _closed_way(kind, key) for kind in SourceKind}
        self._guarded = {kind for kind in SourceKind if self._closed[kind] or kind is SourceKind.LOCAL}
        if key.route_targets is not None or key.closed_to_marked:
            self._guarded.update(SourceKind)
        self._closed_to_marked = key.closed_to_marked
        self._told: set[tuple[Source, str]] = set()
        self._outgoing = Outgoing(key)
        self.longest = key.maximum - _BESIDE
        """Octets of attributes at most."""
        row = ROWS.get(key.family)
        self._forbidden_hops = frozenset[int]() if row is None or key.extended_next_hop else row.ipv6_next_hop_lengths
        self._surely_fits = self.longest - _ADDED
        self._keyed, self._pure = is_keyed(key.policy), is_pure(key.policy)
        found = by_destination(key.policy, key.family)
        self._every = isinstance(found, Verdict) and found.accepted and found.change is None
        self.common: CommonVerdict | None = None if found is None or isinstance(found, Verdict) else found
        """What tells of a block of keys what the policy says of all of them, where it does not ask about paths."""
        self.is_plain = self._every and not self._held_back
        """Whether of a path all keys go out, or none, and no policy is asked."""
        self._memo: dict[tuple[Path, Change | None] | Path, bytes | None] = {}

    def outgoing(self, path: Path, keys: list[bytes]) -> Outgoings:
        """Return what is sent for ``keys`` with ``path``: blocks with their keys, the very list where it is one.

        Of `own` routes the table's paths are not sent, and what is sent of the own ones no policy is asked.
        """
        if self._held_back:
            if path.source is _OWN:
                return self._always(path, keys)
            keys = self._not_held_back(keys)
            if not keys:
                return _NOTHING
        if self.common is not None:
            verdict = self.common(keys)
            if verdict is None:
                return self._by_key(path, keys)
            if not verdict.accepted:
                return _NOTHING
            if verdict.change is not None:
                block = self._block(path, verdict.change) if self._may_go(path) else None
                return _NOTHING if block is None else ((block, keys),)
        elif not self._every and (self._keyed or not self._pure):
            return self._by_key(path, keys)
        block = self._memo.get(path, _UNKNOWN)
        if block is _UNKNOWN:
            block = self._memo[path] = self._judged(path, keys)
        return _NOTHING if block is None else ((block, keys),)

    def rewrite(self, path: Path) -> Rewrite | None:
        """Return what becomes of all paths of the kind of ``path`` and of sources with that BGP Identifier.

        That is where the policy accepts them as they are, by what `common` says if there is that. None where rules
        have a say beside well-known communities, or the policy about paths, or for a path without a next hop.
        """
        usual = (self._every or self.common is not None) and not (self._held_back or self.key.graceful_shutdown)
        if not usual or path.kind in self._guarded or not path.next_hop:
            return None
        if self._forbidden_hops and self.key.family != IPV4_UNICAST:
            return None  # each path is looked at for an IPv6 next hop; IPv4 unicast shows one by MP_REACH_NLRI
        return self._outgoing.rewrite(path)

    def held(self, path: Path | None, keys: list[bytes]) -> list[bytes]:
        """Return those of ``keys`` that a peer may hold with ``path``; the very list when it may hold all.

        Of a policy that may have changed its mind since, nobody knows: all count.
        """
        if path is None:
            return []
        surely_written = len(path.raw) <= self._surely_fits and len(path.next_hop) not in self._forbidden_hops
        if surely_written and not self._held_back:
            verdict = None if self.common is None else self.common(keys)
            if self._every or (verdict is not None and verdict.change is None):
                # What may go has gone: the octets need not be written again.
                return keys if (verdict is None or verdict.accepted) and self._may_go(path) else []
        if not self._pure and path.source is not _OWN:
            keys = self._not_held_back(keys) if self._held_back else keys
            return keys if self._may_go(path) else []
        found = self.outgoing(path, keys)
        if len(found) == 1:
            return found[0][1]
        return [key for _, group in found for key in group]

    def forget(self) -> None:
        """Drop remembered attribute blocks, which would keep paths alive."""
        self._memo.clear()

    def _by_key(self, path: Path, keys: list[bytes]) -> Outgoings:
        if not self._may_go(path):
            return _NOTHING
        found: dict[bytes, list[bytes]] = {}
        for verdict, group in verdicts(self.key.policy, self.key.family, path, keys):
            block = self._block(path, verdict.change) if verdict.accepted else None
            if block is None:
                continue
            if group is keys:
                return ((block, keys),)
            found.setdefault(block, []).extend(group)
        return tuple(found.items())

    def _judged(self, path: Path, keys: list[bytes]) -> bytes | None:
        """Return the block of a path whose keys do not matter any more, or None when it must not be sent."""
        if not self._may_go(path):
            return None
        if self._every or self.common is not None:
            return self._written(path, None)
        verdict = verdicts(self.key.policy, self.key.family, path, keys)[0][0]
        return self._written(path, verdict.change) if verdict.accepted else None

    def _block(self, path: Path, change: Change | None) -> bytes | None:
        known = (path, change)
        block = self._memo.get(known, _UNKNOWN)
        if block is _UNKNOWN:
            block = self._memo[known] = self._written(path, change)
        return block

    def _always(self, path: Path, keys: list[bytes]) -> Outgoings:
        block = self._block(path, None)
        return _NOTHING if block is None else ((block, keys),)

    def _not_held_back(self, keys: list[bytes]) -> list[bytes]:
        """Return those of ``keys`` that the table's paths go out for; the very list when it is all of them."""
        inside = self._summaries.over(keys)
        out = set(self.own).union(*inside.values())
        if out.isdisjoint(keys):
            return keys
        return [key for key in keys if key not in out]

    def _written(self, path: Path, change: Change | None) -> bytes | None:
        try:
            block = self._outgoing.block(path, change)
            if path.least_preferred:
                block = stale_block(block, self.key.long_lived_stale)
        except ValueError as error:  # an attribute would be too long, or the next hop is of another family
            self._refuse(path, str(error))
            return None
        if self._forbidden_hops and (change is not None or len(path.next_hop) in self._forbidden_hops):
            reach = attribute_value(block, _MP_REACH)
            if reach is not None and reach[_NEXT_HOP_LENGTH] in self._forbidden_hops:
                self._refuse(path, "its next hop is an IPv6 one, which has not been agreed on (RFC 8950, section 4)")
                return None
        if len(block) <= self.longest:
            return block
        self._refuse(path, f"the attributes leave no room for a route in a message of {self.key.maximum} octets")
        return None

    def _refuse(self, path: Path, reason: str) -> None:
        told = (path.source, reason)
        if self.on_refused is not None and told not in self._told and len(self._told) < _TOLD:
            self._told.add(told)
            self.on_refused(path, reason)

    def barrier(self, path: Path) -> str:
        """Return the rule that keeps ``path`` from these peers whatever a policy says, or nothing."""
        key = self.key
        if path.source is _OWN:
            return "the default route of our own is for other peers"
        closed, raw = self._closed[path.kind], path.raw
        if closed:
            return closed
        if key.route_targets is not None and not key.route_targets.meets(raw):
            return "the peer asks for none of its Route Targets (RFC 4684, section 6)"
        if self._closed_to_marked and attribute_value(raw, _ONLY_TO_CUSTOMER) is not None:
            return "the route has OTC, and is for customers only (RFC 9234, section 5)"
        if path.least_preferred and key.long_lived_stale is LongLivedStale.WITHHELD:
            return "long-lived stale, and the peer does not do long-lived graceful restart (RFC 9494, section 4.3)"
        if WELL_KNOWN_START not in raw:
            return ""
        communities = set(_in_fours(attribute_value(raw, _COMMUNITIES) or b""))
        if _NO_ADVERTISE in communities:
            return "community no-advertise (RFC 1997)"
        # Members of a confederation are inside it, but each is an AS of its own to NO_EXPORT_SUBCONFED.
        if _NO_EXPORT_SUBCONFED in communities and key.kind in {SourceKind.EBGP, SourceKind.CONFEDERATION}:
            return "community no-export-subconfed (RFC 1997)"
        if _NO_EXPORT in communities and key.kind is SourceKind.EBGP:
            return "community no-export (RFC 1997)"
        return ""

    def barred(self, key: bytes) -> str:
        """Return why no path that the table holds for ``key`` goes to these peers, or nothing."""
        if key in self.own:
            return "a default route of our own is sent in its place"
        for summary in self._summaries.over((key,)):
            return f"the aggregate {ROWS[self.key.family].decode(summary, b'')} is sent in its place"
        return ""

    def _may_go(self, path: Path) -> bool:
        # Most paths are of a kind that no rule here forbids: they need no closer look. One octet is found quickest;
        # LLGR_STALE has it, too.
        raw = path.raw
        if path.kind in self._guarded or (255 in raw and (path.least_preferred or raw.find(WELL_KNOWN_START) >= 0)):
            return not self.barrier(path)
        return True


def _closed_way(kind: SourceKind, key: ExportKey) -> str:
    """Return why paths of sources of ``kind`` do not go to the peers of ``key``, or nothing."""
    if key.own_only and kind is not SourceKind.LOCAL:
        return "routes of others are held back until peers have sent theirs after our restart (RFC 4724, section 4.1)"
    if may_advertise(kind, key.kind, client_to_client=key.client_to_client):
        return ""
    if kind is SourceKind.CLIENT:
        return "clients are fully meshed and do not get each other's routes (RFC 4456, section 10)"
    return "internal peers that are no clients do not get each other's routes (RFC 4456, section 6)"


def _own_routes(key: ExportKey) -> Mapping[bytes, Path]:
    """Return the default route, where it is asked for and the family has one."""
    if not key.default_originate or key.family not in {IPV4_UNICAST, IPV6_UNICAST}:
        return MappingProxyType({})
    return MappingProxyType({_DEFAULT_ROUTE: make_path(_OWN, encode_attributes(PathAttributes(), key.family))})


def _in_fours(octets: bytes) -> Iterable[bytes]:
    return (octets[start : start + 4] for start in range(0, len(octets), 4))
