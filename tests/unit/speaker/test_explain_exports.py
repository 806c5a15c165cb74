"""Why a peer is sent nothing of a family, or none of the paths; the rules for single paths are in test_explain."""

from contextlib import AsyncExitStack

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, PeerConfig, RibView, Speaker
from bgpkit_rib import BEST_EXTERNAL, AddPathAll
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.speakers import (
    ASN,
    THEIRS,
    THIRD,
    established,
    holds,
    port_of,
    scripted,
    settled,
    speaker_at,
    towards_scripted,
)

PREFIX = "10.2.0.0/16"


def reason(speaker: Speaker, peer: str) -> str:
    """Return why a peer is sent nothing."""
    (answer,) = speaker.explain(PREFIX, peer).exports
    assert not answer.sent
    return answer.reason


async def test_after_a_restart_of_ours_routes_are_held_back() -> None:
    """Until the peers have sent theirs. RFC 4724, section 4.1."""
    async with speaker_at(restarting=True) as speaker:
        await speaker.add_peer(towards_scripted(families=(IPV4_UNICAST,)))
        await speaker.announce(PREFIX)
        async with await scripted(speaker, octets.graceful_restart((1, True))) as peer:
            await settled()
            assert reason(speaker, THEIRS).startswith("routes are held back until peers have sent theirs")
            await peer.send(octets.end_of_rib())
            await eventually(lambda: speaker.explain(PREFIX, THEIRS).exports[0].sent, "it is sent")


async def test_without_a_next_hop_of_the_family_nothing_is_sent() -> None:
    """IPv4 routes on an IPv6 session need an address from ``next_hops``."""
    async with Speaker(asn=ASN, bgp_identifier="10.0.0.1", listen=[("::1", 0)]) as speaker:
        families = (IPV6_UNICAST, IPV4_UNICAST)
        await speaker.add_peer(PeerConfig(address="::1", asn=ASN, passive=True, families=families))
        await speaker.announce(PREFIX)
        async with await ScriptedPeer.dial("::1", port_of(speaker), local="::1") as peer:
            await peer.handshake(ASN, "10.0.0.2", octets.IPV4_CAPABILITY, octets.IPV6_CAPABILITY)
            await established(speaker, "::1")
            await settled()
            assert (
                reason(speaker, "::1") == "we have no next hop for ipv4-unicast on this session; next_hops names none"
            )


async def test_a_session_that_failed_tells_its_error() -> None:
    """The state, and what happened last."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        async with await scripted(speaker) as peer:
            assert (await peer.update()).is_end_of_rib
        await eventually(lambda: "the session is not up (" in reason(speaker, THEIRS), "the session is down")
        assert reason(speaker, THEIRS).endswith("the peer closed the connection)")


async def test_where_the_selection_leaves_nothing_it_is_not_for_want_of_a_path() -> None:
    """The best external path is asked for, and there are only internal ones."""
    async with speaker_at() as speaker, AsyncExitStack() as stack:
        await speaker.add_peer(towards_scripted(THEIRS))
        await speaker.add_peer(towards_scripted(THIRD, advertise=BEST_EXTERNAL))
        one = await stack.enter_async_context(await scripted(speaker))
        await stack.enter_async_context(await scripted(speaker, address=THIRD))
        await one.send(octets.update(octets.attributes(), PREFIX))
        await holds(speaker, {PREFIX})
        await settled()
        assert reason(speaker, THIRD) == "of the paths none is for peers of this kind"


async def test_with_add_path_there_is_an_answer_for_each_path() -> None:
    """Each with the number that the peer is told."""
    async with speaker_at() as speaker:
        await speaker.announce(PREFIX)
        await speaker.announce(PREFIX, path_id=1)
        await speaker.add_peer(towards_scripted(advertise=AddPathAll()))
        async with await scripted(speaker, octets.IPV4_CAPABILITY, bytes.fromhex("450400010101")):
            await settled()
            answers = speaker.explain(PREFIX, THEIRS).exports
            assert [answer.sent for answer in answers] == [True, True]
            numbers = {route.sent_path_id for route in speaker.routes(peer=THEIRS, view=RibView.ADJ_RIB_OUT)}
            assert {answer.path_id for answer in answers} == numbers
