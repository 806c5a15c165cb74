"""How a path looks to a kind of peer, if it may go there at all: a pure function, recomputed and never stored.

RFC 4271, section 5 (attributes), 9.2 (update-send process); RFC 4456, section 6 and 8 (reflection);
RFC 1997 (well-known communities).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from bgpkit.policy import Policy, accepted_keys
from bgpkit.wire import Rewrite, attribute_value, rewrite
from bgpkit_fsm import Family
from bgpkit_rib import INTERNAL, Path, SourceKind, may_advertise

_COMMUNITIES: Final = 8
_MED, _LOCAL_PREF, _ORIGINATOR_ID, _CLUSTER_LIST, _TUNNEL, _AIGP, _PREFIX_SID = 4, 5, 9, 10, 23, 26, 40
_NO_EXPORT, _NO_ADVERTISE, _NO_EXPORT_SUBCONFED = (
    bytes.fromhex("ffffff01"),
    bytes.fromhex("ffffff02"),
    bytes.fromhex("ffffff03"),
)
_DEFAULT_LOCAL_PREF: Final = 100
_BESIDE: Final = 48
"""Octets of an UPDATE beside the attributes: header, lengths, and the longest single NLRI. RFC 4271, section 9.2."""
_REMEMBERED: Final = 4096
"""BGP Identifiers for which the prepared change is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportKey:
    """Everything that changes the octets sent to a peer; peers that share it share an update group."""

    family: Family
    kind: SourceKind
    """What the peers are to us."""
    local_asn: int
    cluster_id: int
    next_hop: bytes
    """Our own address on the session, packed: the next hop where we are it."""
    next_hop_self: bool = False
    """Name ourselves as next hop also in routes learned from external peers."""
    two_octet_as: bool = False
    maximum: int = 4096
    """Longest message, in octets."""
    policy: Policy


class Export:
    """Computes, for one kind of peer, the attributes with which a path is advertised."""

    __slots__ = ("_changes", "_memo", "key")

    def __init__(self, key: ExportKey) -> None:
        """Serve the peers that share ``key``."""
        self.key = key
        self._memo: dict[Path, bytes | None] = {}
        self._changes: dict[tuple[int, SourceKind, bool], Rewrite] = {}

    def attributes(self, path: Path) -> bytes | None:
        """Return the attribute block to send for ``path``, or None when it must not be advertised."""
        try:
            return self._memo[path]
        except KeyError:
            block = self._memo[path] = self._attributes(path)
            return block

    def selected(self, path: Path | None, keys: list[bytes]) -> list[bytes]:
        """Return those of ``keys`` that go out with ``path``; the very list when all do."""
        if path is None or self.attributes(path) is None:
            return []
        return accepted_keys(self.key.policy, self.key.family, path, keys)

    def forget(self) -> None:
        """Drop remembered attribute blocks, which would keep paths alive."""
        self._memo.clear()
        if len(self._changes) > _REMEMBERED:
            self._changes.clear()

    def _attributes(self, path: Path) -> bytes | None:
        key = self.key
        if not may_advertise(path, key.kind) or self._forbidden_by_community(path):
            return None
        # Preparing a change costs more than making it, and all paths of a source get the same.
        known = (path.source.bgp_identifier, path.kind, bool(path.next_hop))
        change = self._changes.get(known)
        if change is None:
            change = self._changes[known] = self._change_for(path)
        try:
            block = rewrite(path.raw, change)
        except ValueError:  # an attribute would be too long, or the next hop is of another family
            return None
        return block if len(block) + _BESIDE <= key.maximum else None

    def _change_for(self, path: Path) -> Rewrite:
        key = self.key
        unnamed = key.next_hop if not path.next_hop else None
        if key.kind is SourceKind.EBGP:
            kept_med = path.kind is SourceKind.LOCAL
            return Rewrite(
                prepend_as=key.local_asn,
                next_hop=unnamed if path.kind is SourceKind.LOCAL else key.next_hop,
                remove=_NOT_TO_EXTERNAL if kept_med else _NOT_TO_EXTERNAL | {_MED},
                two_octet_as=key.two_octet_as,
            )
        if path.kind in INTERNAL:
            return Rewrite(
                originator_id=path.source.bgp_identifier, cluster_id=key.cluster_id, two_octet_as=key.two_octet_as
            )
        replaced = key.next_hop if key.next_hop_self and path.kind is SourceKind.EBGP else unnamed
        return Rewrite(next_hop=replaced, local_pref=_DEFAULT_LOCAL_PREF, two_octet_as=key.two_octet_as)

    def _forbidden_by_community(self, path: Path) -> bool:
        raw = path.raw
        if _WELL_KNOWN_START not in raw:
            return False
        communities = set(_in_fours(attribute_value(raw, _COMMUNITIES) or b""))
        if _NO_ADVERTISE in communities:
            return True
        return self.key.kind is SourceKind.EBGP and not communities.isdisjoint((_NO_EXPORT, _NO_EXPORT_SUBCONFED))


_NOT_TO_EXTERNAL: Final = frozenset({_LOCAL_PREF, _ORIGINATOR_ID, _CLUSTER_LIST, _TUNNEL, _AIGP, _PREFIX_SID})
"""Attributes of the inside of an AS.

RFC 4271, section 5.1.5; RFC 4456, section 8; TUNNEL_ENCAPSULATION: RFC 9012, section 11; AIGP: RFC 7311, section 3.3;
PREFIX_SID: RFC 8669, section 4.
"""
_WELL_KNOWN_START: Final = bytes.fromhex("ffffff")


def _in_fours(octets: bytes) -> Iterable[bytes]:
    return (octets[start : start + 4] for start in range(0, len(octets), 4))
