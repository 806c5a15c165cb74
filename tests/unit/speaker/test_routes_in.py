"""A peer's routes on their way in: judged, judged anew, refused, dropped."""

import asyncio
from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from structlog.testing import capture_logs

from bgpkit import State
from tests.support import octets
from tests.support.scripted_peer import eventually
from tests.support.speakers import (
    ASN,
    EVERYTHING,
    THEIRS,
    THIRD,
    holds,
    only,
    prefixes,
    speaker_at,
    state,
    towards_scripted,
)
from tests.unit.speaker.joining import EXTERNAL, joined, reason


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (octets.attributes(64700, ASN, 64701), f"our own AS number {ASN} is in AS_PATH"),
        (octets.attributes(64700, originator_id="10.0.0.1"), "ORIGINATOR_ID is our own BGP Identifier"),
        (octets.attributes(64700, cluster_list=("10.0.0.7", "10.0.0.1")), "our own cluster is in CLUSTER_LIST"),
        (octets.attributes(64700, cluster_list=("10.0.0.7", "10.0.0.9")), "our own cluster is in CLUSTER_LIST"),
    ],
    ids=["AS loop", "originator", "the speaker's cluster", "the peer's cluster"],
)
@pytest.mark.rfc("4271", "9.1.2")
@pytest.mark.rfc("4456", "8")
async def test_routes_that_have_been_here_are_refused_with_a_reason(block: bytes, expected: str) -> None:
    """A looped route is held and shown, never chosen nor passed on; one that is like it but clean is."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(cluster_id=IPv4Address("10.0.0.9")))
        async with await joined(speaker) as peer:
            clean = octets.attributes(64700, 64701, originator_id="10.0.0.8", cluster_list=("10.0.0.7",))
            await peer.send(octets.update(block, "10.2.0.0/16"), octets.update(clean, "10.3.0.0/16"))
            await holds(speaker, {"10.2.0.0/16", "10.3.0.0/16"}, peer=THEIRS)
            assert reason(speaker, "10.2.0.0/16") == expected
            assert prefixes(speaker) == {"10.3.0.0/16"}


async def test_routes_that_come_after_the_change_are_of_the_new_kind() -> None:
    """Attributes that were seen before the peer became a client do not bring back what it was then."""
    async with speaker_at() as speaker:
        plain = towards_scripted(THEIRS)
        await speaker.add_peer(plain)
        await speaker.add_peer(towards_scripted(THIRD))
        async with await joined(speaker) as one, await joined(speaker, address=THIRD) as other:
            await one.send(octets.update(octets.attributes(med=1), "10.2.0.0/16"))
            await holds(speaker, {"10.2.0.0/16"})
            await speaker.update_peer(replace(plain, route_reflector_client=True))
            assert (await other.update()).announced == ("10.2.0.0/16",)
            await one.send(octets.update(octets.attributes(med=1), "10.4.0.0/16"))
            assert (await other.update()).announced == ("10.4.0.0/16",)


async def test_a_changed_import_policy_applies_to_what_is_held() -> None:
    """Routes that were refused come in and go out again as the policy says, without a word to the peer."""
    async with speaker_at() as speaker:
        narrow = towards_scripted(asn=EXTERNAL, import_policy=only("10.2.0.0/16"))
        await speaker.add_peer(narrow)
        async with await joined(speaker, asn=EXTERNAL) as peer:
            block = octets.attributes(EXTERNAL)
            await peer.send(octets.update(block, "10.2.0.0/16", "10.3.0.0/16"))
            await holds(speaker, {"10.2.0.0/16"})
            await speaker.update_peer(replace(narrow, import_policy=EVERYTHING))
            await holds(speaker, {"10.2.0.0/16", "10.3.0.0/16"})
            await speaker.update_peer(replace(narrow, import_policy=only("10.3.0.0/16")))
            await holds(speaker, {"10.3.0.0/16"})
            assert reason(speaker, "10.2.0.0/16") == "import policy only 10.3.0.0/16: default"
            await peer.send(octets.withdraw("10.2.0.0/16", "10.3.0.0/16"))
            await holds(speaker, set(), peer=THEIRS)


async def test_faulty_attributes_cost_the_route_and_not_the_session() -> None:
    """An UPDATE without ORIGIN is treated as a withdrawal of its routes. RFC 7606, section 3."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        async with await joined(speaker) as peer:
            good = octets.attributes(med=1)
            await peer.send(octets.update(good, "10.2.0.0/16", "10.3.0.0/16"))
            await holds(speaker, {"10.2.0.0/16", "10.3.0.0/16"})
            await peer.send(octets.update(good.removeprefix(octets.ORIGIN_IGP), "10.2.0.0/16"))
            await holds(speaker, {"10.3.0.0/16"})
            assert state(speaker, THEIRS) is State.ESTABLISHED


async def test_thousands_of_routes_are_evaluated_again_in_slices() -> None:
    """A new policy for 12,000 routes lets the loop turn meanwhile, and holds for all in the end."""
    async with speaker_at() as speaker:
        config = towards_scripted(asn=EXTERNAL, import_policy=EVERYTHING)
        await speaker.add_peer(config)
        texts = [f"10.{high}.{low}.0/24" for high in range(48) for low in range(250)]
        async with await joined(speaker, asn=EXTERNAL) as peer:
            for start in range(0, len(texts), 500):
                await peer.send(octets.update(octets.attributes(EXTERNAL), *texts[start : start + 500]))
            await eventually(lambda: len(prefixes(speaker)) == len(texts), "all routes")
            await speaker.update_peer(replace(config, import_policy=only("10.0.0.0/16")))
            between = len(prefixes(speaker))
            await eventually(lambda: len(prefixes(speaker)) == 250, "evaluated again")
            assert 250 < between < len(texts)
            assert speaker.peers()[0].prefixes_received == len(texts)
            await asyncio.wait_for(speaker.stop(), 30)


async def test_a_lost_session_without_graceful_restart_takes_its_routes_along() -> None:
    """The peer crashes: its routes are withdrawn from the others at once."""
    async with speaker_at() as speaker:
        for address in (THEIRS, THIRD):
            await speaker.add_peer(towards_scripted(address, route_reflector_client=True))
        async with await joined(speaker) as peer, await joined(speaker, address=THIRD) as other:
            await peer.send(octets.update(octets.attributes(), "10.2.0.0/16"))
            assert (await other.update()).announced == ("10.2.0.0/16",)
            peer.reset()
            assert (await other.update()).withdrawn == ("10.2.0.0/16",)


async def test_routes_stay_where_they_are_when_the_speaker_stops() -> None:
    """Nothing of them is swept or judged any more, and nothing fails for it."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted())
        async with await joined(speaker) as peer:
            await peer.send(octets.update(octets.attributes(), "10.2.0.0/16"))
            await holds(speaker, {"10.2.0.0/16"})
            with capture_logs() as logs:
                await speaker.stop()
            assert prefixes(speaker) == {"10.2.0.0/16"}
    assert [each["event"] for each in logs] == ["session.closed"]
