"""The sessions of a node in the fields of a CalicoNodeStatus."""

from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Final

from bgpkit_node.peering import Peering, PeeringKind
from bgpkit_node.resources.node_status import BGPStatus, PeerOrigin, PeerStatus, SessionState
from bgpkit_node.running import Serving, since_text, state_word

_ORIGINS: Final[Mapping[PeeringKind, PeerOrigin]] = {
    PeeringKind.MESH: PeerOrigin.MESH,
    PeeringKind.NODE: PeerOrigin.NODE,
    PeeringKind.GLOBAL: PeerOrigin.GLOBAL,
}


def bgp_status(serving: Serving | None, now: datetime) -> BGPStatus:
    """Return the sessions by IP version, with how many are Established; none while no speaker runs."""
    rows: dict[int, list[PeerStatus]] = {4: [], 6: []}
    peerings: Mapping[str, Peering] = {} if serving is None else serving.peerings
    for peer in () if serving is None else serving.speaker.peers():
        address = peer.address.partition("%")[0]
        peering = peerings.get(peer.address)
        rows[ip_address(address).version].append(
            PeerStatus(
                peer_ip=peer.address,
                type=None if peering is None else _ORIGINS[peering.kind],
                state=SessionState(state_word(peer.state)),
                since=since_text(peer.since, now),
            )
        )
    up = {version: sum(row.state is SessionState.ESTABLISHED for row in found) for version, found in rows.items()}
    return BGPStatus(
        number_established_v4=up[4],
        number_not_established_v4=len(rows[4]) - up[4],
        number_established_v6=up[6],
        number_not_established_v6=len(rows[6]) - up[6],
        peers_v4=tuple(rows[4]),
        peers_v6=tuple(rows[6]),
    )
