"""What a speaker answers."""

import asyncio
import json
from typing import Any

import pytest

from bgpkit import BgpError, Speaker
from bgpkit.control import SpeakerAnswers, Words
from tests.support.scripted_peer import eventually
from tests.support.speakers import ASN, OURS, THEIRS, scripted, speaker_at, towards_scripted


async def asked(answers: SpeakerAnswers, do: str, **words: object) -> list[dict[str, Any]]:
    """Return the items of an answer that ends."""
    return [json.loads(item) async for items in answers.answerers()[do](Words(words)) for item in items]


async def first(answers: SpeakerAnswers, do: str, count: int, **words: object) -> list[dict[str, Any]]:
    """Return the first items of an answer that goes on."""
    found: list[dict[str, Any]] = []
    answer = answers.answerers()[do](Words(words))
    async for items in answer:
        found += map(json.loads, items)
        if len(found) >= count:
            await answer.aclose()
            return found
    return found


async def test_status_tells_who_and_how_many() -> None:
    """With what the program adds."""
    async with speaker_at() as speaker:
        await speaker.announce("10.0.0.0/8")
        await speaker.add_peer(towards_scripted())
        (status,) = await asked(SpeakerAnswers(speaker, facts=lambda: {"configuration": "a.toml"}), "status")
        assert (status["asn"], status["bgp_identifier"]) == (ASN, "10.0.0.1")
        assert (status["peers"], status["peers_established"]) == (1, 0)
        assert status["routes"] == {"ipv4-unicast": 1, "ipv6-unicast": 0}
        assert status["listen"] == [f"{OURS}:{speaker.addresses[0][1]}"]
        assert status["configuration"] == "a.toml"


async def test_peers_are_told_all_or_one() -> None:
    """However its address is written; an unknown one is told."""
    async with Speaker(asn=ASN, bgp_identifier="192.0.2.1") as speaker:
        await speaker.add_peer(towards_scripted())
        await speaker.add_peer(towards_scripted("2001:db8::1"))
        answers = SpeakerAnswers(speaker)
        assert [peer["address"] for peer in await asked(answers, "peers")] == [THEIRS, "2001:db8::1"]
        assert [peer["address"] for peer in await asked(answers, "peers", peer="2001:DB8:0::1")] == ["2001:db8::1"]
        with pytest.raises(BgpError, match=r"there is no peer 192\.0\.2\.7"):
            await asked(answers, "peers", peer="192.0.2.7")


async def test_explanations_have_a_text_and_a_value() -> None:
    """Of a prefix, and of a peer."""
    async with Speaker(asn=ASN, bgp_identifier="192.0.2.1") as speaker:
        await speaker.announce("10.0.0.0/8")
        await speaker.add_peer(towards_scripted())
        answers = SpeakerAnswers(speaker, forwarding=lambda: None)
        (prefix,) = await asked(answers, "explain", prefix="10.0.0.0/8")
        assert prefix["text"].startswith("10.0.0.0/8 (ipv4-unicast): 1 path")
        assert prefix["explanation"]["paths"][0]["peer"] == "local"
        (peer,) = await asked(answers, "explain", peer=THEIRS)
        assert "is not Established" in peer["text"]
        assert peer["explanation"]["type"] == "peer-explanation"
        with pytest.raises(BgpError, match="name a prefix, a peer or both"):
            await asked(answers, "explain")


async def test_watching_tells_the_picture_then_changes() -> None:
    """With ``news`` the changes alone."""
    async with Speaker(asn=ASN, bgp_identifier="192.0.2.1") as speaker:
        await speaker.announce("10.0.0.0/8", "11.0.0.0/8")
        answers = SpeakerAnswers(speaker)
        start, route, end = await first(answers, "watch", 3, prefixes=["10.0.0.0/8"])
        assert (start, end) == ({"event": "snapshot-start"}, {"event": "snapshot-end"})
        assert (route["event"], route["destination"], route["route"]["peer"]) == ("route", "10.0.0.0/8", "local")
        watching = asyncio.create_task(first(answers, "watch", 3, news=True))
        await asyncio.sleep(0.05)
        await speaker.withdraw("10.0.0.0/8")
        assert (await watching)[2] == {
            "event": "route",
            "family": "ipv4-unicast",
            "destination": "10.0.0.0/8",
            "route": None,
        }
        with pytest.raises(BgpError, match="two families"):
            await asked(answers, "watch", prefixes=["10.0.0.0/8", "::/0"])


async def test_events_tell_what_happens_to_peers() -> None:
    """From now on, until the speaker stops."""
    async with speaker_at() as speaker:
        answers = SpeakerAnswers(speaker)
        listening = asyncio.create_task(asked(answers, "events"))
        await asyncio.sleep(0)
        await speaker.add_peer(towards_scripted())
        peer = await scripted(speaker)
        await eventually(lambda: speaker.peers()[0].established_count == 1, "the session")
        await speaker.stop()
        told = [event["type"] for event in await listening]
        assert told[:2] == ["peer-added", "peer-up"]
        assert "peer-down" in told
        await peer.close()
