"""RFC 4271, section 6.3, the end: AS_PATH of an external peer begins with its AS number."""

import struct
from dataclasses import replace

import pytest

from bgpkit import ChangePlan, State
from bgpkit.policy import ACCEPT_ALL
from tests.support import octets
from tests.support.speakers import (
    THEIRS,
    holds,
    prefixes,
    route_to,
    scripted,
    speaker_at,
    state,
    towards_scripted,
)

ASN, OTHER, LOCAL = 64600, 64700, 65100
GOOD, BAD = "10.1.0.0/16", "10.2.0.0/16"
REASON = f"AS_PATH does not begin with the peer's AS number {ASN}"


@pytest.mark.rfc("4271", "6.3")
@pytest.mark.parametrize("local_asn", [None, LOCAL])
@pytest.mark.parametrize("asns", [(OTHER, ASN), (OTHER,), ()], ids=["another first", "another alone", "none"])
async def test_a_route_that_begins_with_another_as_is_not_chosen(asns: tuple[int, ...], local_asn: int | None) -> None:
    """Nor passed on, and the session stays; who asks is told why. Until the peer is said to be a route server."""
    async with speaker_at() as speaker:
        config = towards_scripted(asn=ASN, import_policy=ACCEPT_ALL, local_asn=local_asn)
        await speaker.add_peer(config)
        async with await scripted(speaker, asn=ASN) as peer:
            await peer.send(octets.update(octets.attributes(ASN, OTHER), GOOD))
            await peer.send(octets.update(octets.attributes(*asns), BAD))
            await holds(speaker, {GOOD, BAD}, peer=THEIRS)
            assert prefixes(speaker) == {GOOD}
            assert route_to(speaker, BAD, peer=THEIRS).path.reason == REASON
            assert speaker.explain(BAD).paths[0].reason == REASON
            assert await speaker.update_peer(replace(config, enforce_first_as=False)) is ChangePlan.SOFT
            await holds(speaker, {GOOD, BAD})
            assert await speaker.update_peer(config) is ChangePlan.SOFT
            await holds(speaker, {GOOD})
            assert state(speaker, THEIRS) is State.ESTABLISHED


@pytest.mark.rfc("4271", "6.3")
async def test_a_path_that_begins_with_a_set_begins_with_nobody() -> None:
    """A set has no leftmost number."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=ASN, import_policy=ACCEPT_ALL, accept_as_sets=True))
        async with await scripted(speaker, asn=ASN) as peer:
            path = octets.attribute(0x40, 2, struct.pack("!BBI", 1, 1, ASN))
            block = octets.attributes().replace(octets.attribute(0x40, 2, b""), path)
            await peer.send(octets.update(block, BAD))
            await holds(speaker, {BAD}, peer=THEIRS)
            assert route_to(speaker, BAD, peer=THEIRS).path.reason == REASON


@pytest.mark.rfc("4271", "6.3")
async def test_the_rule_is_for_external_peers() -> None:
    """Routes of internal ones begin with whom the AS has them from, or are its own."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        async with await scripted(speaker) as peer:
            await peer.send(octets.update(octets.attributes(OTHER), GOOD), octets.update(octets.attributes(), BAD))
            await holds(speaker, {GOOD, BAD})
