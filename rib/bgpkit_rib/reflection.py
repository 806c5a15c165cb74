"""Who may hear of a path inside the AS, and when a reflected path has come round. RFC 4456."""

from bgpkit_rib.path import Path
from bgpkit_rib.source import SourceKind


def may_advertise(path: Path, to: SourceKind) -> bool:
    """Tell whether a best path may go to a peer of kind ``to``, by where it came from.

    Only one way is closed: from an internal peer that is no client to another. That the peer which sent the
    path does not get it back is for the caller to see to, and so are communities and policy. ValueError when
    ``to`` is LOCAL, which is no peer.

    RFC 4271, section 9.2; RFC 4456, section 6.
    """
    if to is SourceKind.LOCAL:
        raise ValueError("the speaker does not advertise to itself")
    return to is not SourceKind.NON_CLIENT or path.kind is not SourceKind.NON_CLIENT


def has_come_round(*, bgp_identifier: int, cluster_id: int, originator_id: int | None, cluster_list: bytes) -> bool:
    """Tell whether a path with these attributes has been here before and is to be ignored.

    ``bgp_identifier`` and ``cluster_id`` are the own ones, ``cluster_list`` the attribute's octets, four for
    each cluster. RFC 4456, section 8.
    """
    if originator_id == bgp_identifier:
        return True
    own = cluster_id.to_bytes(4, "big")
    return own in cluster_list and any(cluster_list[at : at + 4] == own for at in range(0, len(cluster_list), 4))
