"""Who may hear of a path inside the AS, and when a reflected path has come round. RFC 4456."""

from collections.abc import Collection

from bgpkit_rib.source import SourceKind


def may_advertise(kind: SourceKind, to: SourceKind, *, client_to_client: bool = True) -> bool:
    """Tell whether a best path from a source of ``kind`` may go to a peer of kind ``to``.

    One way is closed: from an internal peer that is no client to another. So is, where clients are fully meshed
    among themselves, that from client to client, unless ``client_to_client``. That the peer which sent the path does
    not get it back is for the caller to see to, and so are communities and policy. ValueError when ``to`` is LOCAL,
    which is no peer.

    RFC 4271, section 9.2; RFC 4456, section 6.
    """
    if to is SourceKind.LOCAL:
        raise ValueError("the speaker does not advertise to itself")
    if kind is SourceKind.CLIENT and to is SourceKind.CLIENT:
        return client_to_client
    return to is not SourceKind.NON_CLIENT or kind is not SourceKind.NON_CLIENT


def reflection_loop(
    *, bgp_identifier: int, cluster_ids: Collection[int], originator_id: int | None, cluster_list: bytes
) -> str:
    """Return why a path with these attributes has been here before and is to be ignored, or nothing.

    ``bgp_identifier`` and ``cluster_ids`` are the own ones, ``cluster_list`` the attribute's octets, four for each
    cluster. RFC 4456, section 8.
    """
    if originator_id == bgp_identifier:
        return "ORIGINATOR_ID is our own BGP Identifier"
    clusters = (int.from_bytes(cluster_list[at : at + 4], "big") for at in range(0, len(cluster_list), 4))
    return "our own cluster is in CLUSTER_LIST" if any(cluster in cluster_ids for cluster in clusters) else ""
