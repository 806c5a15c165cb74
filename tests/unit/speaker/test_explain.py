"""What is told of a destination agrees with what the speaker does with it."""

import json
from collections.abc import AsyncGenerator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from ipaddress import IPv4Address
from typing import Any

import pytest

from bgpkit import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    Community,
    ConfigError,
    Family,
    Path,
    PathAttributes,
    Prefix,
    SourceKind,
    Speaker,
)
from bgpkit.policy import ACCEPT_ALL, Verdict
from bgpkit.rpki import Roa, RoaTable, RpkiState
from bgpkit.speaker import ExplainedExport, Explanation, Resolution
from bgpkit.wire import to_plain
from bgpkit_rib import NO_ADVERTISE, DecisionStep
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer, eventually
from tests.support.speakers import (
    ASN,
    EVERYTHING,
    OURS,
    THEIRS,
    THIRD,
    holds,
    only,
    scripted,
    settled,
    speaker_at,
    towards_scripted,
)

PREFIX = "10.2.0.0/16"
CLIENT = {"route_reflector_client": True}
SIX = {"families": (IPV6_UNICAST,), "capability": octets.IPV6_CAPABILITY}


class Lab:
    """A speaker and the scripted peers that it has."""

    def __init__(self, speaker: Speaker, stack: AsyncExitStack) -> None:
        """Let ``stack`` close the peers."""
        self.speaker = speaker
        self._stack = stack

    async def joined(self, address: str, *, asn: int = ASN, capability: bytes = b"", **options: Any) -> ScriptedPeer:
        """Bring up a peer; it has been sent what there is, unless it speaks of another family."""
        await self.speaker.add_peer(towards_scripted(address, asn=asn, **options))
        peer = await scripted(self.speaker, capability, address=address, asn=asn)
        await self._stack.enter_async_context(peer)
        if not capability:
            assert await peer.routes() is not None
        return peer


@asynccontextmanager
async def lab(**options: Any) -> AsyncGenerator[Lab]:
    """Run a speaker with scripted peers to come."""
    async with speaker_at(**options) as speaker, AsyncExitStack() as stack:
        yield Lab(speaker, stack)


def to(explanation: Explanation, peer: str) -> ExplainedExport:
    """Return the one answer for a peer."""
    (answer,) = [each for each in explanation.exports if each.peer == peer]
    return answer


async def test_two_paths_the_step_that_ranked_them_and_who_gets_what() -> None:
    """The shorter AS path wins; the winner's peer gets nothing back, others get it reflected."""
    async with lab() as it:
        speaker = it.speaker
        one = await it.joined(THEIRS, route_reflector_client=True)
        other = await it.joined(THIRD, route_reflector_client=True)
        await one.send(octets.update(octets.attributes(64999, local_pref=100), PREFIX))
        await other.send(octets.update(octets.attributes(64999, 64998, local_pref=100, med=5), PREFIX))
        await eventually(lambda: len(speaker.paths(PREFIX)) == 2, "both paths")
        await settled()
        told = speaker.explain(PREFIX)
        assert (told.family, told.destination) == (IPV4_UNICAST, PREFIX)
        assert [(path.peer, path.step, path.lost_to) for path in told.paths] == [
            (THEIRS, DecisionStep.BEST, ""),
            (THIRD, DecisionStep.AS_PATH_LENGTH, THEIRS),
        ]
        assert told.best is told.paths[0]
        assert told.paths[1].attributes.med == 5
        assert told.paths[1].kind is SourceKind.CLIENT
        assert to(told, THEIRS).reason == "it is the peer's own path, which does not go back to it"
        sent = to(told, THIRD)
        assert (sent.sent, sent.path_from, sent.reason, sent.pending) == (True, THEIRS, "", False)
        assert sent.changed == ("originator_id", "cluster_list")
        assert sent.attributes is not None
        assert sent.attributes.originator_id == IPv4Address("10.0.0.2")
        assert sent.policy is not None
        assert (sent.policy.rule, sent.policy.certain) == ("accept-all", True)
        assert [each.peer for each in speaker.explain(PREFIX, THIRD).exports] == [THIRD]


async def test_the_import_policy_is_asked_again_and_names_its_rule() -> None:
    """A route that it refuses stays in the table with the rule; nobody is told of it."""
    async with lab() as it:
        speaker = it.speaker
        one = await it.joined(THEIRS, import_policy=only("10.1.0.0/16"))
        await one.send(octets.update(octets.attributes(), PREFIX))
        await holds(speaker, {PREFIX}, peer=THEIRS)
        (path,) = speaker.explain(PREFIX).paths
        assert path.policy is not None
        assert (path.eligible, path.step, path.policy.accepted) == (False, DecisionStep.NOT_ELIGIBLE, False)
        assert path.policy.rule in path.reason
        assert to(speaker.explain(PREFIX), THEIRS).reason == "no path may be chosen"


@dataclass(frozen=True)
class Moody:
    """A policy that is not pure."""

    name: str = "moody"
    pure: bool = False

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Accept everything, today."""
        return ((Verdict(True, self.name), keys),)


async def test_of_a_policy_that_is_not_pure_it_is_said_so() -> None:
    """On the way in and on the way out."""
    async with lab() as it:
        speaker = it.speaker
        one = await it.joined(THEIRS, import_policy=Moody())
        await it.joined(THIRD, export_policy=Moody(), route_reflector_client=True)
        await one.send(octets.update(octets.attributes(), PREFIX))
        await holds(speaker, {PREFIX})
        told = speaker.explain(PREFIX)
        assert told.paths[0].policy is not None
        assert not told.paths[0].policy.certain
        answer = to(told, THIRD).policy
        assert answer is not None
        assert not answer.certain
        assert "it is not pure and may have said otherwise before" in str(told)


@pytest.mark.parametrize(
    ("options", "community", "reason"),
    [
        ({}, None, "internal peers that are no clients do not get each other's routes (RFC 4456, section 6)"),
        (CLIENT, NO_ADVERTISE, "community no-advertise (RFC 1997)"),
        (
            {"route_reflector_client": True, "export_policy": only("10.1.0.0/16")},
            None,
            "export policy only 10.1.0.0/16",
        ),
        ({"asn": 64999, "export_policy": ACCEPT_ALL}, Community.parse("no-export"), "community no-export (RFC 1997)"),
        ({"asn": 64999}, None, "export policy reject-all"),
        (SIX, None, "ipv4-unicast has not been agreed on for the session"),
    ],
)
async def test_why_a_peer_is_not_told(options: dict[str, Any], community: Community | None, reason: str) -> None:
    """Rules before policies, and each with its words."""
    async with lab() as it:
        speaker = it.speaker
        one = await it.joined(THEIRS)
        await it.joined(THIRD, **options)
        block = octets.attributes()
        if community is not None:
            block += octets.attribute(0xC0, 8, int(community).to_bytes(4, "big"))
        await one.send(octets.update(block, PREFIX))
        await holds(speaker, {PREFIX})
        answer = to(speaker.explain(PREFIX), THIRD)
        assert not answer.sent
        assert answer.reason.startswith(reason)


async def test_a_peer_without_a_session_is_told_nothing_for_that_reason() -> None:
    """The state and the last error are named."""
    async with lab() as it:
        speaker = it.speaker
        await speaker.add_peer(towards_scripted())
        await speaker.announce(PREFIX)
        answer = to(speaker.explain(PREFIX), THEIRS)
        assert (answer.sent, answer.path_from) == (False, "")
        assert answer.reason.startswith("the session is not up (active")


async def test_next_hops_and_the_rpki_are_told() -> None:
    """A metric for one that can be reached, a reason for the other; ROAs that cover the prefix."""

    class Ways:
        def resolve(self, address: bytes) -> Resolution:
            return Resolution(address[-1] != 66, 7)

    async with lab(next_hops=Ways()) as it:
        speaker = it.speaker
        one = await it.joined(THEIRS)
        await one.send(octets.update(octets.attributes(64999), PREFIX))
        await one.send(octets.update(octets.attributes(64999, next_hop="192.0.2.66"), "10.3.0.0/16"))
        await holds(speaker, {PREFIX})
        (path,) = speaker.explain(PREFIX).paths
        hop = path.next_hop
        assert (hop.address, hop.reachable, hop.metric, path.rpki, path.roas) == ("192.0.2.99", True, 7, None, ())
        await holds(speaker, {PREFIX, "10.3.0.0/16"}, peer=THEIRS)
        (lost,) = speaker.explain("10.3.0.0/16").paths
        assert (lost.next_hop.reachable, lost.policy) == (False, None)
        assert lost.next_hop.reason == lost.reason == "the next hop 192.0.2.66 cannot be reached"
        speaker.use_roas(RoaTable([Roa(Prefix.parse("10.0.0.0/8"), 16, 64998)]))
        (path,) = speaker.explain(PREFIX).paths
        assert path.rpki is RpkiState.INVALID
        assert path.roas == ("10.0.0.0/8 up to /16 from AS 64998",)


@dataclass(frozen=True)
class Installed:
    """What a forwarding table has."""

    installed: bool

    def __str__(self) -> str:
        """Return the way."""
        return "via 192.0.2.1 dev eth0"


class Kernel:
    """A forwarding table."""

    def state(self, prefix: Prefix, /) -> Installed:
        """Have one route."""
        return Installed(str(prefix) == PREFIX)


async def test_a_forwarding_table_is_asked_when_it_is_given() -> None:
    """Its word stands in the explanation, and in its text."""
    async with lab() as it:
        speaker = it.speaker
        assert speaker.explain(PREFIX).forwarding is None
        told = speaker.explain(PREFIX, fib=Kernel())
        assert told.forwarding is not None
        assert (told.forwarding.installed, told.forwarding.text) == (True, "via 192.0.2.1 dev eth0")
        assert "Forwarding: in use; via 192.0.2.1 dev eth0." in str(told)


async def test_every_explanation_has_a_form_in_json() -> None:
    """With the keys of its fields, as all values have."""
    async with lab() as it:
        speaker = it.speaker
        one = await it.joined(THEIRS, import_policy=EVERYTHING)
        await one.send(octets.update(octets.attributes(64999, local_pref=7), PREFIX))
        await speaker.announce(PREFIX, attributes=PathAttributes(local_pref=7))
        await eventually(lambda: len(speaker.paths(PREFIX)) == 2, "both paths")
        plain = json.loads(json.dumps(to_plain(speaker.explain(PREFIX, fib=Kernel()))))
        assert (plain["type"], plain["family"], plain["destination"]) == ("explanation", "ipv4-unicast", PREFIX)
        assert [(path["peer"], path["step"]) for path in plain["paths"]] == [
            ("local", "best"),
            (THEIRS, "local-origin"),
        ]
        assert plain["paths"][1]["attributes"]["local_pref"] == 7
        assert plain["forwarding"]["installed"] is True


async def test_what_is_not_there_is_said_so() -> None:
    """A prefix that nobody has; a family without a table, a peer that there is not, no prefix at all."""
    async with lab() as it:
        speaker = it.speaker
        await it.joined(THEIRS)
        told = speaker.explain("10.77.0.0/16")
        assert (told.paths, told.best, to(told, THEIRS).reason) == ((), None, "there is no path")
        assert str(told).splitlines()[0] == "10.77.0.0/16 (ipv4-unicast): no path."
        with pytest.raises(ConfigError, match="no table"):
            speaker.explain(Prefix.parse("10.0.0.0/8"), family=Family(1, 2))
        with pytest.raises(ConfigError, match="there is no peer"):
            speaker.explain(PREFIX, OURS)
        with pytest.raises(ValueError, match="nonsense"):
            speaker.explain("nonsense")


async def test_what_a_stalled_peer_has_not_been_sent_is_pending() -> None:
    """Until it reads: the state is decided, the octets are still to go."""
    async with lab() as it:
        speaker = it.speaker
        await speaker.add_peer(towards_scripted())
        async with await scripted(speaker) as one:
            assert (await one.update()).is_end_of_rib
            await speaker.announce(PREFIX)
            await holds(speaker, {PREFIX})
            assert (await one.update()).announced == (PREFIX,)
            assert not to(speaker.explain(PREFIX), THEIRS).pending
            await speaker.update_peer(replace(speaker.peer_config(THEIRS), export_policy=only("10.1.0.0/16")))
            told = to(speaker.explain(PREFIX), THEIRS)
            assert (told.sent, told.pending) == (False, True)
            assert (await one.update()).withdrawn == (PREFIX,)
            await settled()
            assert not to(speaker.explain(PREFIX), THEIRS).pending
