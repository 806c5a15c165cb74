"""The request ``routes``."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from bgpkit import BgpError, PathAttributes, Prefix, Route, Speaker
from bgpkit.control import Words, route_answer
from bgpkit.control.route_answer import family_of, in_slices, routes_answer
from bgpkit_fsm import IPV6_UNICAST, Family
from tests.support import octets
from tests.support.scripted_peer import eventually
from tests.support.speakers import THEIRS, scripted, speaker_at, towards_scripted


async def asked(speaker: Speaker, **words: object) -> list[dict[str, Any]]:
    """Return the routes that are answered."""
    return [
        json.loads(item) for items in [items async for items in routes_answer(speaker, Words(words))] for item in items
    ]


async def named(speaker: Speaker, **words: object) -> list[str]:
    """Return destination and peer of each."""
    return [f"{route['destination']} {route['peer']}" for route in await asked(speaker, **words)]


async def test_views_prefixes_and_addresses() -> None:
    """Each gives what is asked for."""
    async with speaker_at() as speaker:
        await speaker.announce("10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32")
        await speaker.add_peer(towards_scripted())
        peer = await scripted(speaker)
        await peer.send(octets.update(octets.attributes(64700), "10.1.0.0/16"))
        await peer.send(octets.update(octets.attributes(64700), "10.1.2.0/24"))
        await eventually(lambda: speaker.peers()[0].prefixes_received == 2, "two routes")
        ours, theirs = "10.1.0.0/16 local", f"10.1.0.0/16 {THEIRS}"
        longer = f"10.1.2.0/24 {THEIRS}"
        assert await named(speaker) == ["10.0.0.0/8 local", ours, longer]
        assert await named(speaker, family="ipv6-unicast") == ["2001:db8::/32 local"]
        assert await named(speaker, prefix="2001:db8::/32") == ["2001:db8::/32 local"]
        assert await named(speaker, prefix="10.1.0.0/16") == [ours, theirs]
        assert await named(speaker, prefix="10.1.0.0/16", view="loc-rib") == [ours]
        assert await named(speaker, prefix="10.1.0.0/16", peer=THEIRS) == [theirs]
        assert await named(speaker, prefix="10.1.0.0/16", view="received") == [theirs]
        assert await named(speaker, prefix="10.1.0.0/16", longer=True) == [ours, longer]
        assert await named(speaker, peer=THEIRS) == [theirs, longer]
        assert await named(speaker, peer=THEIRS, view="sent") == ["10.0.0.0/8 local", ours]
        assert await named(speaker, peer=THEIRS, view="sent", prefix="10.1.0.0/16") == [ours]
        assert await named(speaker, prefix="10.1.2.3") == [longer]
        assert await named(speaker, prefix="10.9.2.3") == ["10.0.0.0/8 local"]
        assert await named(speaker, prefix="10.1.9.3", peer=THEIRS) == [theirs]
        assert await named(speaker, prefix="11.0.0.1") == []
        assert await named(speaker, prefix="2001:db8::9") == ["2001:db8::/32 local"]
        await peer.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"view": "all"}, "there is no view 'all'; known: received, accepted, loc-rib, sent"),
        ({"family": "ipv5"}, "unknown address family 'ipv5'"),
        ({"family": "l2vpn-evpn"}, "this speaker has no table for l2vpn-evpn"),
        ({"peer": "192.0.2.7"}, "there is no peer 192.0.2.7"),
        ({"peer": "192.0.2.7", "prefix": "10.0.0.0/8"}, "there is no peer 192.0.2.7"),
        ({"prefix": "10.0.0.1/8"}, "has host bits set"),
        ({"prefix": "x"}, "'x' is neither an address nor a prefix"),
        ({"longer": True}, "longer asks for what lies inside a prefix"),
        ({"view": "sent"}, "name the peer"),
        ({"what": "x"}, "there is no word 'what' here"),
    ],
)
async def test_what_cannot_be_asked_is_told(words: dict[str, object], said: str) -> None:
    """In a sentence."""
    async with speaker_at() as speaker:
        with pytest.raises((BgpError, ValueError)) as caught:
            await asked(speaker, **words)
        assert said in str(caught.value)


async def test_a_long_answer_comes_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others have their turn between them, also while nothing that is looked at is wanted."""
    monkeypatch.setattr(route_answer, "SLICE_SECONDS", 0.0)
    async with speaker_at() as speaker:
        await speaker.announce("10.0.0.0/8", attributes=PathAttributes())
        (route,) = speaker.routes()
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        def many() -> Iterator[Route | None]:
            for number in range(3200):
                yield None if number < 1600 else route

        task = asyncio.create_task(others())
        sizes = [len(items) async for items in in_slices(many())]
        task.cancel()
        assert sum(sizes) == 1600
        assert max(sizes) <= 32
        assert turns >= 99


def test_the_family_is_named_or_follows_from_the_prefix() -> None:
    """IPv4 where nothing says otherwise."""
    assert family_of(Words({"family": "ipv4-multicast"})) == Family.parse("ipv4-multicast")
    assert family_of(Words({}), [Prefix.parse("::/0")]) == IPV6_UNICAST
    assert str(family_of(Words({}))) == "ipv4-unicast"
