"""What of a node's resources makes its agent start another speaker."""

import asyncio

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, EndOfRibReceived, PeerConfig, Speaker
from bgpkit.bfd import BfdService
from bgpkit_node.agent.own_speaker import OwnSpeaker
from bgpkit_node.errors import NodeError
from bgpkit_node.peering.cluster import WATCHED
from bgpkit_node.resources import (
    BGPConfiguration,
    BGPConfigurationSpec,
    BGPPeer,
    Metadata,
    Node,
)
from bgpkit_node.resources.bgp_configuration import BindMode
from bgpkit_node.resources.bgp_identifier import name_hash
from bgpkit_node.startup.router_id import RouterId
from tests.support.clusters import cluster, node
from tests.support.scripted_peer import eventually

ONE, DUAL = node("a", "10.4.7.11/24"), node("a", "10.4.7.11/24", "fd00::11/64")


def configuration(bind: BindMode) -> BGPConfiguration:
    """Make a BGPConfiguration."""
    spec = BGPConfigurationSpec(as_number=63400, listen_port=1790, bind_mode=bind)
    return BGPConfiguration(metadata=Metadata(name="default"), spec=spec)


@pytest.mark.parametrize(
    ("own", "bind", "places"),
    [
        (ONE, BindMode.NONE, (("0.0.0.0", 1790),)),
        (DUAL, BindMode.NONE, (("0.0.0.0", 1790), ("::", 1790))),
        (ONE, BindMode.NODE_IP, (("10.4.7.11", 1790),)),
        (DUAL, BindMode.NODE_IP, (("10.4.7.11", 1790), ("fd00::11", 1790))),
    ],
)
def test_it_listens_in_each_ip_version_that_the_node_has(
    own: Node, bind: BindMode, places: tuple[tuple[str, int], ...]
) -> None:
    """Everywhere, or at the node's own addresses."""
    due = OwnSpeaker.of(cluster(own, configuration(bind)), own)
    assert due.places == places
    assert due.next_hops == ("10.4.7.11", "fd00::11" * (own is DUAL))
    assert due.families == ((IPV4_UNICAST, IPV6_UNICAST) if own is DUAL else (IPV4_UNICAST,))


def test_the_speaker_is_as_the_resources_say() -> None:
    """Its AS number, its identifier, and its families."""
    speaker = OwnSpeaker.of(cluster(DUAL, configuration(BindMode.NONE)), DUAL).speaker(restarting=False)
    assert (speaker.asn, str(speaker.bgp_identifier)) == (63400, "10.4.7.11")
    assert speaker.families == (IPV4_UNICAST, IPV6_UNICAST)


def test_another_way_of_listening_or_another_address_is_another_speaker() -> None:
    """All else is followed by the one that runs."""
    due = OwnSpeaker.of(cluster(ONE, configuration(BindMode.NONE)), ONE)
    assert due == OwnSpeaker.of(cluster(ONE, configuration(BindMode.NONE), node("b", "10.4.7.12/24")), ONE)
    assert due != OwnSpeaker.of(cluster(ONE, configuration(BindMode.NODE_IP)), ONE)
    assert due != OwnSpeaker.of(cluster(DUAL, configuration(BindMode.NONE)), DUAL)


def test_bfd_is_there_when_a_peering_asks_for_it() -> None:
    """Nothing listens for it before; a BGPPeer that asks is another speaker."""
    watched = BGPPeer(metadata=Metadata(name="office", annotations={WATCHED: "true"}))
    with_bfd, without = OwnSpeaker.of(cluster(ONE, watched), ONE), OwnSpeaker.of(cluster(ONE), ONE)
    assert with_bfd != without
    assert without.bfd() is None
    assert isinstance(with_bfd.bfd(), BfdService)


def test_a_node_with_ipv6_alone_has_an_identifier_all_the_same() -> None:
    """Made of its name, or what the operator says; it listens, and names next hops, in IPv6 only."""
    six = node("a", "", "fd00::11/64")
    due = OwnSpeaker.of(cluster(six), six)
    assert due.places == (("::", 179),)
    assert (due.next_hops, due.families) == (("", "fd00::11"), (IPV6_UNICAST,))
    assert due.speaker(restarting=False).bgp_identifier == name_hash("a")
    given = OwnSpeaker.of(cluster(six), six, RouterId.parse("10.0.0.9"))
    assert str(given.speaker(restarting=False).bgp_identifier) == "10.0.0.9"
    assert given != due


def test_a_node_without_an_address_has_none() -> None:
    """One sentence says what is missing."""
    with pytest.raises(NodeError, match=r"Node\(a\) has neither spec\.bgp\.ipv4Address"):
        OwnSpeaker.of(cluster(), node("a"))


async def test_blocks_are_told_at_once_after_a_restart_and_the_end_later() -> None:
    """A peer hears of the node's block while another peer is still waited for."""
    here, there = node("a", "127.0.84.1/24"), node("b", "127.0.84.2/24")
    both = cluster(here, there, configuration(BindMode.NODE_IP))
    own = OwnSpeaker.of(both, here)._replace(port=0).speaker(restarting=True)
    other = OwnSpeaker.of(both, there)._replace(port=0).speaker(restarting=False)
    async with own, other:
        told: list[str] = []
        listening = asyncio.create_task(_listen(other, told))
        await own.announce("10.244.1.0/26", next_hop="127.0.84.1")
        (address, port), asn = own.addresses[0], own.asn
        await own.add_peer(PeerConfig(address="127.0.84.9", asn=asn, passive=True))
        await own.add_peer(PeerConfig(address="127.0.84.2", asn=asn, passive=True))
        await other.add_peer(PeerConfig(address=address, port=port, asn=asn, local_address="127.0.84.2"))
        await eventually(lambda: [str(each.prefix) for each in other.routes()] == ["10.244.1.0/26"], "the block")
        assert own.deferral.active
        assert told == []
        listening.cancel()


async def _listen(speaker: Speaker, told: list[str]) -> None:
    told.extend([event.peer async for event in speaker.events() if isinstance(event, EndOfRibReceived)])


async def test_a_node_without_bgp_listens_nowhere() -> None:
    """And nothing watches paths for it: its speaker is only where it keeps what it would announce."""
    watched = BGPPeer(metadata=Metadata(name="office", annotations={WATCHED: "true"}))
    due = OwnSpeaker.of(cluster(ONE, watched), ONE)._replace(listens=False)
    assert (due.places, due.bfd()) == ((), None)
    async with due.speaker(restarting=False) as speaker:
        assert speaker.addresses == ()
