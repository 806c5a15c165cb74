"""RFC 8212, section 2: without a policy nothing comes from an external peer, and nothing goes to one."""

from dataclasses import replace
from typing import Any

import pytest

from bgpkit import ChangePlan, Confederation, PeerConfig
from bgpkit.policy import ACCEPT_ALL
from tests.support import octets
from tests.support.speakers import (
    THEIRS,
    THIRD,
    holds,
    prefixes,
    route_to,
    scripted,
    settled,
    speaker_at,
    towards_scripted,
)

EXTERNAL, INSIDE = 64600, 64513
THEIR_ROUTE, OUR_ROUTE = "10.1.0.0/16", "192.0.2.0/24"


async def exchanged(config: PeerConfig, **speaker_options: Any) -> tuple[bool, bool]:
    """Return whether the peer's route is chosen, and whether ours is sent to it."""
    async with speaker_at(**speaker_options) as speaker:
        await speaker.add_peer(config)
        await speaker.announce(OUR_ROUTE)
        async with await scripted(speaker, asn=config.asn) as peer:
            inside = config.asn == INSIDE
            path = bytes((3, 1)) + INSIDE.to_bytes(4, "big") if inside else b""
            block = octets.attributes(*(() if inside else (EXTERNAL,)))
            block = block.replace(octets.attribute(0x40, 2, b""), octets.attribute(0x40, 2, path)) if inside else block
            await peer.send(octets.update(block, THEIR_ROUTE))
            await holds(speaker, {THEIR_ROUTE}, peer=THEIRS)
            return THEIR_ROUTE in prefixes(speaker), OUR_ROUTE in await peer.routes()


@pytest.mark.rfc("8212", "2")
async def test_without_a_policy_nothing_goes_either_way() -> None:
    """Routes are not eligible for the decision process, and none go into the Adj-RIB-Out."""
    assert await exchanged(towards_scripted(asn=EXTERNAL)) == (False, False)


@pytest.mark.rfc("8212", "2")
async def test_each_way_is_opened_by_itself() -> None:
    """An import policy opens no way out, and the other way round."""
    assert await exchanged(towards_scripted(asn=EXTERNAL, import_policy=ACCEPT_ALL)) == (True, False)
    assert await exchanged(towards_scripted(asn=EXTERNAL, export_policy=ACCEPT_ALL)) == (False, True)


@pytest.mark.rfc("8212", "2")
async def test_the_way_out_of_the_rule_is_to_say_so() -> None:
    """To accept everything is a policy as well: ACCEPT_ALL, for each peer that is to have it."""
    config = towards_scripted(asn=EXTERNAL, import_policy=ACCEPT_ALL, export_policy=ACCEPT_ALL)
    assert await exchanged(config) == (True, True)


@pytest.mark.rfc("8212", "2")
async def test_internal_peers_and_members_of_a_confederation_are_not_external() -> None:
    """The rule is for EBGP sessions at the border of an AS, which a confederation is one of."""
    assert await exchanged(towards_scripted()) == (True, True)
    confederation = Confederation(identifier=65000, members=frozenset({INSIDE}))
    assert await exchanged(towards_scripted(asn=INSIDE), confederation=confederation) == (True, True)
    assert await exchanged(towards_scripted(asn=EXTERNAL), confederation=confederation) == (False, False)


@pytest.mark.rfc("8212", "2")
async def test_an_external_peer_speaking_to_a_local_as_is_external() -> None:
    """RFC 7705 does not change what it is."""
    assert await exchanged(towards_scripted(asn=EXTERNAL, local_asn=65100)) == (False, False)


@pytest.mark.rfc("8212", "2")
async def test_a_dynamic_peer_is_no_exception() -> None:
    """What a range makes of it is a configuration like any other."""
    async with speaker_at() as speaker:
        await speaker.accept_peers("127.0.0.0/24", lambda address: towards_scripted(address, asn=EXTERNAL))
        await speaker.announce(OUR_ROUTE)
        async with await scripted(speaker, asn=EXTERNAL) as peer:
            assert await peer.routes() == {}


@pytest.mark.rfc("8212", "2")
async def test_a_policy_that_is_taken_away_takes_the_routes_along() -> None:
    """Without a reset: they are withdrawn from the peer, and its own are kept but not chosen."""
    async with speaker_at() as speaker:
        config = towards_scripted(asn=EXTERNAL, import_policy=ACCEPT_ALL, export_policy=ACCEPT_ALL)
        await speaker.add_peer(config)
        await speaker.announce(OUR_ROUTE)
        async with await scripted(speaker, asn=EXTERNAL) as peer:
            assert set(await peer.routes()) == {OUR_ROUTE}
            await peer.send(octets.update(octets.attributes(EXTERNAL), THEIR_ROUTE))
            await holds(speaker, {THEIR_ROUTE, OUR_ROUTE})
            closed = replace(config, import_policy=None, export_policy=None)
            assert await speaker.update_peer(closed) is ChangePlan.SOFT
            assert (await peer.update()).withdrawn == (OUR_ROUTE,)
            await holds(speaker, {OUR_ROUTE})


@pytest.mark.rfc("8212", "2")
async def test_what_is_held_back_says_why() -> None:
    """The reason names the rule: in the route, in its explanation, and for what is not sent."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=EXTERNAL))
        await speaker.add_peer(towards_scripted(THIRD))
        await speaker.announce(OUR_ROUTE)
        async with await scripted(speaker, asn=EXTERNAL) as peer:
            await peer.routes()
            await peer.send(octets.update(octets.attributes(EXTERNAL), THEIR_ROUTE))
            await holds(speaker, {THEIR_ROUTE}, peer=THEIRS)
            assert "RFC 8212" in route_to(speaker, THEIR_ROUTE, peer=THEIRS).path.reason
            assert "RFC 8212" in speaker.explain(THEIR_ROUTE).paths[0].reason
            (export,) = speaker.explain(OUR_ROUTE, THEIRS).exports
            assert (export.sent, "RFC 8212" in export.reason) == (False, True)
            await settled()
