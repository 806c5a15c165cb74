"""Sessions in Calico's fields: by IP version, with their type and state, counted."""

from datetime import UTC, datetime
from typing import Any

from bgpkit import PeerConfig
from bgpkit_node.node_status.peer_rows import bgp_status
from bgpkit_node.resources.part import to_plain
from tests.support.running_nodes import ASN, DOWN, UP, looked_at


async def test_sessions_are_told_with_type_and_state() -> None:
    """One of the mesh that is up, a global one that is not, and one of IPv6 that nobody asks for any more."""
    async with looked_at() as agent:
        await agent.serving.speaker.add_peer(PeerConfig(address="::1", asn=ASN, port=9, passive=True))
        now = datetime.now(UTC)
        told: dict[str, Any] = to_plain(bgp_status(agent.serving, now))
        peers = {peer.address: peer for peer in agent.serving.speaker.peers()}
    four = told["peersV4"]
    assert [(one["peerIP"], one["type"]) for one in four] == [(UP, "NodeMesh"), (DOWN, "GlobalPeer")]
    assert four[0]["state"] == "Established"
    assert four[1]["state"] in {"Idle", "Connect", "Active"}
    assert four[0]["since"] == peers[UP].since.astimezone().strftime("%H:%M:%S")
    (six,) = told["peersV6"]
    assert (six["peerIP"], "type" in six) == ("::1", False)
    assert [told[f"number{word}V{version}"] for version in (4, 6) for word in ("Established", "NotEstablished")] == [
        1,
        1,
        0,
        1,
    ]


def test_without_a_speaker_there_are_no_sessions() -> None:
    """The counts are there all the same: they are required."""
    told = to_plain(bgp_status(None, datetime.now(UTC)))
    assert told == {
        "numberEstablishedV4": 0,
        "numberNotEstablishedV4": 0,
        "numberEstablishedV6": 0,
        "numberNotEstablishedV6": 0,
    }
