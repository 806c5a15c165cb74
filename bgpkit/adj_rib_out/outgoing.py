"""What becomes of a path's attributes on the way to a kind of peer.

RFC 4271, section 5 (attributes); RFC 4456, sections 8 and 10 (reflection); RFC 5065, sections 4.1 and 5.2
(confederations); RFC 7705, section 3 (a local AS); RFC 8326, section 4 (before a shutdown); RFC 9234, section 5 (OTC).
"""

from typing import Final

from bgpkit.adj_rib_out.export_key import ExportKey, NextHopSelf
from bgpkit.policy import Change
from bgpkit.wire import ROWS, AttributeCode, Rewrite, set_attributes, with_communities
from bgpkit.wire.as_path_rewrite import AsPathRewrite
from bgpkit_rib import GRACEFUL_SHUTDOWN, INTERNAL, Path, SourceKind

_NEXT_HOP: Final = frozenset({AttributeCode.NEXT_HOP, AttributeCode.MP_REACH_NLRI})
_NOTHING: Final[frozenset[int]] = frozenset()
_REFLECTION: Final = frozenset({AttributeCode.ORIGINATOR_ID, AttributeCode.CLUSTER_LIST})
"""Attributes of the inside of an AS, a member AS of a confederation included. RFC 4456, section 8."""
_NOT_TO_EXTERNAL: Final = _REFLECTION | {
    AttributeCode.LOCAL_PREF,
    AttributeCode.TUNNEL_ENCAPSULATION,
    AttributeCode.AIGP,
    AttributeCode.PREFIX_SID,
}
"""Attributes of the inside of a confederation, or of an AS that is in none.

RFC 4271, section 5.1.5; TUNNEL_ENCAPSULATION: RFC 9012, section 11; AIGP: RFC 7311, section 3.3; PREFIX_SID: RFC 8669,
section 4.
"""
_OUR_AS: Final = INTERNAL | {SourceKind.LOCAL}
_DEFAULT_LOCAL_PREF: Final = 100
_LOWEST: Final = {int(AttributeCode.LOCAL_PREF): bytes(4)}
"""RFC 8326, section 4, proposes 0."""
_PREPENDED_MAXIMUM: Final = 255
"""AS numbers that fit the segment that is put before a path. RFC 4271, section 4.3."""
_REMEMBERED: Final = 4096
"""Prepared changes that are kept."""


class Outgoing:
    """Writes the attributes with which paths are sent to the peers of one key."""

    __slots__ = ("_key", "_may_lack_next_hop", "_rewrites", "_usual", "_usual_of")

    def __init__(self, key: ExportKey) -> None:
        """Serve the peers that share ``key``."""
        self._key = key
        row = ROWS.get(key.family)
        self._may_lack_next_hop = row is not None and 0 in row.next_hop_lengths
        self._rewrites: dict[tuple[int, SourceKind, bool, frozenset[int], bool, int], Rewrite] = {}
        # What the last path got: routes come in runs of one source.
        self._usual = Rewrite()
        self._usual_of: tuple[int, SourceKind] | None = None

    def block(self, path: Path, change: Change | None) -> bytes:
        """Return the attribute block to send for ``path``, after the policy's ``change`` if there is one.

        What the policy sets, nothing here takes away. ValueError when an attribute would be too long, or the next
        hop is of another family.
        """
        if change is None and path.next_hop and (path.source.bgp_identifier, path.kind) == self._usual_of:
            return self._usual.apply(path.raw)
        raw, kept, own_hop, own_as = path.raw, _NOTHING, False, 0
        if change is not None:
            raw, kept = change.apply(raw, self._key.family), self._kept(change)
            own_hop, own_as = change.next_hop_self, change.prepend_own
        prepared = self._prepared(path, change, kept, (own_hop, own_as))
        if self._key.graceful_shutdown:
            return self._last_choice(prepared.apply(raw))
        if change is None and path.next_hop:
            self._usual_of, self._usual = (path.source.bgp_identifier, path.kind), prepared
        return prepared.apply(raw)

    def _last_choice(self, block: bytes) -> bytes:
        """Return what the peers are told while we are about to end the session. RFC 8326, section 4."""
        block = with_communities(block, GRACEFUL_SHUTDOWN)
        return block if self._key.kind is SourceKind.EBGP else set_attributes(block, _LOWEST)

    def rewrite(self, path: Path) -> Rewrite:
        """Return what becomes of the attributes of ``path``, which no policy has changed, and of all of its like.

        Those are the paths of sources with the same BGP Identifier, of the same kind, that name a next hop or do not.
        """
        return self._prepared(path, None, _NOTHING, (False, 0))

    def _prepared(self, path: Path, change: Change | None, kept: frozenset[int], own: tuple[bool, int]) -> Rewrite:
        """Return the rewrite for ``path``: preparing one costs more than making it, and a source's paths share it."""
        known = (path.source.bgp_identifier, path.kind, bool(path.next_hop), kept, *own)
        prepared = self._rewrites.get(known)
        if prepared is None:
            if len(self._rewrites) >= _REMEMBERED:
                self._rewrites.clear()
            prepared = self._rewrites[known] = self._rewrite(path, change, kept)
        return prepared

    def _kept(self, change: Change) -> frozenset[int]:
        """Return the attributes that the policy has settled."""
        if change.next_hop is not None or change.next_hop_unchanged:
            return change.codes | _NEXT_HOP
        return change.codes - _NEXT_HOP

    def _rewrite(self, path: Path, change: Change | None, kept: frozenset[int]) -> Rewrite:
        key = self._key
        next_hop = None if kept & _NEXT_HOP else self._next_hop(path, change)
        if key.vouches_for_memberships and path.kind in _OUR_AS:
            return Rewrite(
                next_hop=next_hop or key.next_hop,
                family=key.family,
                local_pref=_DEFAULT_LOCAL_PREF,
                originator_id=key.bgp_identifier,
                cluster_id=None if path.kind is SourceKind.LOCAL else key.cluster_id,
                remove=frozenset({AttributeCode.ORIGINATOR_ID}),
                two_octet_as=key.two_octet_as,
            )
        if path.kind in INTERNAL and key.kind in INTERNAL:
            return Rewrite(
                next_hop=next_hop,
                family=key.family,
                originator_id=path.source.bgp_identifier,
                cluster_id=key.cluster_id,
                two_octet_as=key.two_octet_as,
            )
        removed, local_pref = _REFLECTION, None
        if key.kind is not SourceKind.EBGP:
            local_pref = _DEFAULT_LOCAL_PREF
        elif path.kind is SourceKind.LOCAL:
            removed = _NOT_TO_EXTERNAL
        else:
            removed = _NOT_TO_EXTERNAL | {AttributeCode.MULTI_EXIT_DISC}
        return Rewrite(
            as_path=None if key.kind in INTERNAL else self._as_path(1 if change is None else 1 + change.prepend_own),
            next_hop=next_hop,
            family=key.family,
            local_pref=local_pref,
            # A MED of the policy's goes out; what is of the inside never does, whatever a policy sets.
            remove=removed - (kept - _NOT_TO_EXTERNAL) if key.kind is SourceKind.EBGP else removed - kept,
            only_to_customer=key.local_asn if key.marks_customers else None,
            two_octet_as=key.two_octet_as,
        )

    def _as_path(self, times: int) -> AsPathRewrite:
        """Return the change of AS_PATH towards another AS, ours ``times`` on its left; in our own nothing changes.

        RFC 4271, section 5.1.2; RFC 5065, section 4.1.
        """
        key = self._key
        if key.kind is SourceKind.CONFEDERATION:
            return AsPathRewrite(prepend=(key.local_asn,) * min(times, _PREPENDED_MAXIMUM), into_confederation=True)
        behind = (key.replaced_asn,) if key.replaced_asn else ()
        return AsPathRewrite(
            leave_confederation=True,
            overridden=key.peer_asn if key.as_override else None,
            private_as=key.private_as,
            substitute=key.local_asn,
            spared=key.peer_asn or None,
            prepend=(key.local_asn,) * min(times, _PREPENDED_MAXIMUM - 1) + behind,
        )

    def _next_hop(self, path: Path, change: Change | None) -> bytes | None:
        """Return the next hop to name instead of the path's own, or None to leave that. RFC 4271, section 5.1.3.

        Inside a confederation it is left as inside an AS. RFC 5065, section 5.2.
        """
        key = self._key
        if change is not None and change.next_hop_self:
            return key.next_hop
        if not path.next_hop:
            return None if self._may_lack_next_hop else key.next_hop
        if path.kind is SourceKind.LOCAL:
            return None
        asked = key.next_hop_self is NextHopSelf.ALL or (
            key.next_hop_self is NextHopSelf.EXTERNAL and path.kind not in INTERNAL
        )
        return key.next_hop if key.kind is SourceKind.EBGP or asked else None
