"""RFC 5065, section 5.1, Error Handling: confederation segments where they must not be, and where they must."""

import pytest

from bgpkit.speaker.import_rules import ImportRules
from bgpkit.wire import canonical_inputs, encode_attributes
from bgpkit_rib import AsPath, PathAttributes
from tests.conformance.rfc5065.test_4_operation import CONFEDERATION, MEMBER, OPEN_POLICIES, OUTSIDE, block
from tests.support import octets
from tests.support.speakers import THEIRS, holds, scripted, speaker_at, towards_scripted


@pytest.mark.rfc("5065", "5.1")
@pytest.mark.rfc("7606", "7.2")
@pytest.mark.parametrize("kind", [3, 4])
@pytest.mark.parametrize("confederation", [CONFEDERATION, None], ids=["member", "no confederation"])
async def test_confederation_segments_from_outside_make_as_path_malformed(kind: int, confederation: object) -> None:
    """From a neighbor outside it is an error: AS_PATH is malformed, so the routes count as withdrawn."""
    async with speaker_at(confederation=confederation) as speaker:
        await speaker.add_peer(towards_scripted(asn=OUTSIDE, **OPEN_POLICIES))
        async with await scripted(speaker, asn=OUTSIDE) as outside:
            await outside.send(octets.update(octets.attributes(OUTSIDE), "10.1.0.0/16", "10.2.0.0/16"))
            await holds(speaker, ["10.1.0.0/16", "10.2.0.0/16"])
            await outside.send(octets.update(block((kind, (64600,)), (2, (OUTSIDE,))), "10.1.0.0/16"))
            await holds(speaker, ["10.2.0.0/16"], peer=THEIRS)


@pytest.mark.rfc("5065", "5.1")
@pytest.mark.parametrize(
    ("path", "wrong"),
    [("(64513)", False), ("(64513 64514) 1", False), ("1", True), ("", True), ("[64513] 1", True), ("1 (64513)", True)],
)
def test_a_member_puts_itself_first(path: str, wrong: bool) -> None:
    """A route of a peer in another Member-AS without AS_CONFED_SEQUENCE as first segment SHALL count as malformed.

    It is kept, to be looked at, and never chosen: to others that is a withdrawal.
    """
    rules = ImportRules(
        own_asns=frozenset({64512, 64999}),
        member_asn=64512,
        from_confederation=True,
        bgp_identifier=1,
        cluster_ids=frozenset(),
    )
    inputs = canonical_inputs(encode_attributes(PathAttributes(as_path=AsPath.parse(path))))
    assert bool(rules.loop(inputs)) is wrong
    assert any(own in inputs.as_path for own in rules.own_octets)


@pytest.mark.rfc("5065", "5.1")
async def test_a_route_of_a_member_that_is_not_in_it_is_not_chosen() -> None:
    """The same through a session; inside our own member AS there is no such rule."""
    async with speaker_at(confederation=CONFEDERATION) as speaker:
        await speaker.add_peer(towards_scripted(asn=MEMBER))
        async with await scripted(speaker, asn=MEMBER) as member:
            await member.send(octets.update(block((2, (OUTSIDE,)), local_pref=100), "10.1.0.0/16"))
            await member.send(octets.update(block((3, (MEMBER,)), local_pref=100), "10.2.0.0/16"))
            await holds(speaker, ["10.1.0.0/16", "10.2.0.0/16"], peer=THEIRS)
            await holds(speaker, ["10.2.0.0/16"])
