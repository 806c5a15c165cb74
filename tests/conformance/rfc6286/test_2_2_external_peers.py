"""RFC 6286, section 2.2: identifiers are unique within an AS, not beyond."""

import pytest

from bgpkit import PeerConfig, Speaker
from tests.support import octets
from tests.support.scripted_peer import eventually
from tests.support.speakers import EVERYTHING, THEIRS, THIRD, prefixes, scripted, speaker_at


async def holds_of(speaker: Speaker, peer: str, expected: set[str]) -> None:
    """Wait until a peer's routes are these."""
    await eventually(lambda: prefixes(speaker, peer=peer) == expected, f"{peer} has {expected}")


@pytest.mark.rfc("6286", "2.2")
@pytest.mark.parametrize("identifier", ["10.0.0.7", "10.0.0.1"], ids=["of both peers", "ours, too"])
async def test_external_peers_may_have_the_same_identifier(identifier: str) -> None:
    """Both sessions are up, and the routes of one are not taken for those of the other."""
    async with speaker_at() as speaker:
        for address, asn in ((THEIRS, 64601), (THIRD, 64602)):
            await speaker.add_peer(PeerConfig(address=address, asn=asn, passive=True, import_policy=EVERYTHING))
        one = await scripted(speaker, address=THEIRS, asn=64601, identifier=identifier)
        other = await scripted(speaker, address=THIRD, asn=64602, identifier=identifier)
        async with one, other:
            await one.send(octets.update(octets.attributes(64601), "10.1.0.0/16", "10.2.0.0/16"))
            await other.send(octets.update(octets.attributes(64602), "10.1.0.0/16"))
            await holds_of(speaker, THEIRS, {"10.1.0.0/16", "10.2.0.0/16"})
            await holds_of(speaker, THIRD, {"10.1.0.0/16"})
            await one.send(octets.withdraw("10.1.0.0/16"))
            await holds_of(speaker, THEIRS, {"10.2.0.0/16"})
            assert prefixes(speaker, peer=THIRD) == {"10.1.0.0/16"}
            assert prefixes(speaker) == {"10.1.0.0/16", "10.2.0.0/16"}
