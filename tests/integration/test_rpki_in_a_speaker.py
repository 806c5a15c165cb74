"""ROAs in a speaker: routes are judged anew when they change, by whoever's policy asks for their state."""

from bgpkit import Prefix, Speaker
from bgpkit.policy import Policy, RoutePolicy, RpkiIs, Rule, Then
from bgpkit.rpki import Roa, RoaTable, RpkiState
from tests.support import octets
from tests.support.scripted_peer import eventually
from tests.support.speakers import THEIRS, THIRD, connect, scripted, speaker_at, towards_scripted

PREFIXES = {"10.1.0.0/16", "10.2.0.0/16"}


def table(*roas: tuple[str, int]) -> RoaTable:
    """Return a table of ROAs: prefix and AS."""
    return RoaTable(Roa(Prefix.parse(text), Prefix.parse(text).length, asn) for text, asn in roas)


def no_invalid() -> Policy:
    """Return a policy that refuses invalid routes."""
    return RoutePolicy("rov", (Rule(RpkiIs(RpkiState.INVALID), then=Then.REJECT),), default=True)


def chosen(speaker: Speaker) -> set[str]:
    """Return the prefixes with a best route."""
    return {str(route.prefix) for route in speaker.routes()}


async def test_a_route_that_becomes_invalid_goes_and_comes_back() -> None:
    """On import; no session is reset, and what no ROA speaks of is not touched."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(import_policy=no_invalid()))
        async with await scripted(speaker) as peer:
            await peer.send(octets.update(octets.attributes(64700), *PREFIXES))
            await eventually(lambda: chosen(speaker) == PREFIXES, "both routes")
            speaker.use_roas(table(("10.1.0.0/16", 64999)))
            await eventually(lambda: chosen(speaker) == {"10.2.0.0/16"}, "the invalid one has gone")
            (held,) = speaker.paths("10.1.0.0/16")
            assert held.path.reason.startswith("import policy rov")
            speaker.use_roas(table(("10.1.0.0/16", 64999), ("10.1.0.0/16", 64700)))
            await eventually(lambda: chosen(speaker) == PREFIXES, "it is valid now")
            speaker.use_roas(None)
            assert chosen(speaker) == PREFIXES
            assert speaker.peers()[0].established_count == 1


async def test_what_goes_out_follows_the_roas_too() -> None:
    """An export policy that asks for the state: the peer is sent the difference."""
    async with speaker_at() as speaker, speaker_at(THIRD) as other:
        await connect(speaker, other, {"export_policy": no_invalid(), "route_reflector_client": True})
        await speaker.add_peer(towards_scripted(route_reflector_client=True))
        async with await scripted(speaker, address=THEIRS) as peer:
            await peer.send(octets.update(octets.attributes(64700), *PREFIXES))
            await eventually(lambda: chosen(other) == PREFIXES, "both routes")
            speaker.use_roas(table(("10.1.0.0/16", 64999)))
            await eventually(lambda: chosen(other) == {"10.2.0.0/16"}, "the invalid one is withdrawn")
            assert chosen(speaker) == PREFIXES
