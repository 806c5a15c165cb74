"""RFC 8326, section 4.2: a receiver prefers other routes to those that are about to go; a policy of two rules here."""

import pytest

from bgpkit.policy import Communities, RoutePolicy, Rule, SetLocalPref, Then
from bgpkit_rib import GRACEFUL_SHUTDOWN
from tests.support import octets
from tests.support.speakers import holds, route_to, scripted, speaker_at, towards_scripted

POLICY = RoutePolicy(
    "graceful-shutdown",
    (
        Rule(Communities.of(GRACEFUL_SHUTDOWN), (SetLocalPref(0),)),
        Rule(then=Then.ACCEPT),
    ),
)


@pytest.mark.rfc("8326", "4.2")
async def test_a_route_that_is_about_to_go_is_the_last_choice() -> None:
    """The receiver SHOULD match the GRACEFUL_SHUTDOWN community on import and set LOCAL_PREF to a low value: 0."""
    async with speaker_at() as speaker:
        await speaker.add_peer(towards_scripted(asn=65001, import_policy=POLICY))
        async with await scripted(speaker, asn=65001) as peer:
            marked = octets.attributes(65001) + octets.attribute(0xC0, 8, bytes.fromhex("ffff0000"))
            await peer.send(octets.update(marked, "10.1.0.0/16"))
            await peer.send(octets.update(octets.attributes(65001), "10.2.0.0/16"))
            await holds(speaker, ["10.1.0.0/16", "10.2.0.0/16"])
            found = [route_to(speaker, prefix).path.local_pref for prefix in ("10.1.0.0/16", "10.2.0.0/16")]
            assert found == [0, 100]
