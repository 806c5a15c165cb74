"""The RIBs as people see them; what a peer is sent is what a peer has received."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, ConfigError, Family, Path, Route, Speaker
from bgpkit.policy import Change, Verdict
from bgpkit.policy.actions import SetLocalPref
from bgpkit.speaker import RibView
from bgpkit_rib import AddPathAll
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer
from tests.support.speakers import (
    EVERYTHING,
    THEIRS,
    THIRD,
    holds,
    only,
    scripted,
    settled,
    speaker_at,
    towards_scripted,
)


class Preferring:
    """An import policy that changes all and refuses some."""

    name = "preferring"
    keyed = True

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Refuse 10.9.0.0/16, give all else a local preference of 300."""
        del family, path
        refused = [key for key in keys if key == bytes((16, 10, 9))]
        yield Verdict(True, "preferring", Change((SetLocalPref(300),))), [key for key in keys if key not in refused]
        if refused:
            yield Verdict(False, "preferring: not this one"), refused


def shown(routes: Iterable[Route]) -> dict[str, tuple[str, int | None, bool]]:
    """Return what there is to see of routes: peer, local preference, eligible."""
    return {str(route.prefix): (route.peer, route.attributes.local_pref, route.eligible) for route in routes}


async def two_peers(speaker: Speaker) -> tuple[ScriptedPeer, ScriptedPeer]:
    """Bring up two internal peers; both have been sent what there is."""
    for address in (THEIRS, THIRD):
        await speaker.add_peer(towards_scripted(address, import_policy=Preferring(), route_reflector_client=True))
    peers = [await scripted(speaker, address=address) for address in (THEIRS, THIRD)]
    for peer in peers:
        assert (await peer.update()).is_end_of_rib
    return peers[0], peers[1]


async def test_each_rib_shows_its_own_side_of_a_route() -> None:
    """Before the import policy, after it, chosen: the same routes, refused ones marked and not chosen."""
    async with speaker_at() as speaker:
        one, other = await two_peers(speaker)
        await speaker.announce("10.1.0.0/16")
        await one.send(octets.update(octets.attributes(), "10.2.0.0/16", "10.9.0.0/16"))
        await holds(speaker, {"10.1.0.0/16", "10.2.0.0/16"})
        before = shown(speaker.routes(view=RibView.ADJ_RIB_IN_PRE))
        assert {prefix: fields[1] for prefix, fields in before.items()} == {"10.2.0.0/16": None, "10.9.0.0/16": None}
        after = {"10.2.0.0/16": (THEIRS, 300, True), "10.9.0.0/16": (THEIRS, None, False)}
        assert shown(speaker.routes(view=RibView.ADJ_RIB_IN_POST)) == after
        assert shown(speaker.routes(peer=THEIRS)) == after
        assert shown(speaker.routes(peer=THIRD, view=RibView.ADJ_RIB_IN_PRE)) == {}
        assert shown(speaker.routes(peer=THEIRS, view=RibView.LOC_RIB)) == {"10.2.0.0/16": (THEIRS, 300, True)}
        assert set(shown(speaker.routes())) == set(shown(speaker.routes(view=RibView.LOC_RIB)))
        assert set(shown(speaker.routes())) == {"10.1.0.0/16", "10.2.0.0/16"}
        for peer in (one, other):
            await peer.close()


async def test_the_adj_rib_out_is_what_the_peer_has_received() -> None:
    """No echo, the export policy, attributes as sent: the view equals what a scripted peer heard."""
    async with speaker_at() as speaker:
        one, other = await two_peers(speaker)
        config = replace(speaker.peer_config(THIRD), import_policy=EVERYTHING, export_policy=only("10.0.0.0/14"))
        await speaker.update_peer(config)
        await one.send(octets.update(octets.attributes(), "10.2.0.0/16", "10.9.0.0/16"))
        await other.send(octets.update(octets.attributes(), "10.3.0.0/16"))
        await speaker.announce("10.1.0.0/16")
        heard: dict[str, octets.HeardUpdate] = {}
        while set(heard) != {"10.1.0.0/16", "10.2.0.0/16"}:
            update = await other.update()
            heard |= dict.fromkeys(update.announced, update)
        routes = {str(route.prefix): route for route in speaker.routes(peer=THIRD, view=RibView.ADJ_RIB_OUT)}
        assert set(routes) == set(heard)
        for prefix, route in routes.items():
            assert str(route.attributes.next_hop) == heard[prefix].next_hop
            assert route.sent_path_id is None
        assert routes["10.2.0.0/16"].attributes.originator_id == IPv4Address("10.0.0.2")
        assert list(speaker.routes(IPV6_UNICAST, peer=THIRD, view=RibView.ADJ_RIB_OUT)) == []
        for peer in (one, other):
            await peer.close()


async def test_the_adj_rib_out_of_an_add_path_peer_has_all_paths_with_their_numbers() -> None:
    """The numbers differ, and each is that of the path as long as it lives."""
    async with speaker_at() as speaker:
        await speaker.announce("10.1.0.0/16")
        await speaker.announce("10.1.0.0/16", path_id=1)
        await speaker.add_peer(towards_scripted(advertise=AddPathAll()))
        receives = bytes.fromhex("4504 00010101".replace(" ", ""))  # ADD-PATH for IPv4 unicast: receive
        async with await scripted(speaker, octets.IPV4_CAPABILITY, receives):
            await settled()
            first = list(speaker.routes(peer=THEIRS, view=RibView.ADJ_RIB_OUT))
            assert len({route.sent_path_id for route in first}) == 2
            assert first == list(speaker.routes(peer=THEIRS, view=RibView.ADJ_RIB_OUT))


async def test_what_cannot_be_looked_at_is_refused() -> None:
    """The Adj-RIB-Out of nobody, a peer that there is not, a family without a table."""
    async with speaker_at() as speaker:
        with pytest.raises(ConfigError, match="name the peer"):
            speaker.routes(view=RibView.ADJ_RIB_OUT)
        with pytest.raises(ConfigError, match="there is no peer"):
            speaker.routes(peer=THEIRS, view=RibView.ADJ_RIB_OUT)
        with pytest.raises(ConfigError, match="no table"):
            speaker.routes(Family(1, 128))
        assert list(speaker.routes(peer="local", view=RibView.ADJ_RIB_OUT)) == []


async def test_counting_destinations_costs_nothing_and_equals_a_recount() -> None:
    """Destinations with a best path count, per family."""
    async with speaker_at() as speaker:
        one, other = await two_peers(speaker)
        await one.send(octets.update(octets.attributes(), "10.2.0.0/16", "10.9.0.0/16"))
        await other.send(octets.update(octets.attributes(), "10.2.0.0/16", "10.3.0.0/16"))
        await holds(speaker, {"10.2.0.0/16", "10.3.0.0/16"})
        assert (speaker.size(IPV4_UNICAST), speaker.size(IPV6_UNICAST)) == (2, 0)
        await one.close()
        await holds(speaker, {"10.2.0.0/16", "10.3.0.0/16"})
        await other.close()
        await holds(speaker, set())
        assert speaker.size(IPV4_UNICAST) == 0
        await asyncio.sleep(0)
