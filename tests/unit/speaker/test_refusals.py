"""What cannot be sent is logged, once, and disturbs nothing else."""

import struct

from structlog.testing import capture_logs

from bgpkit.adj_rib_out import ExportKey
from bgpkit.policy import ACCEPT_ALL
from bgpkit.speaker.refusals import log_refused
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Path, Source, SourceKind
from tests.support import octets
from tests.support.speakers import THEIRS, THIRD, holds, scripted, speaker_at, towards_scripted


def test_the_word_says_what_goes_not_where_and_why() -> None:
    """Family, source, kind of peer, reason."""
    key = ExportKey(
        family=IPV4_UNICAST, kind=SourceKind.EBGP, local_asn=1, cluster_id=1, next_hop=bytes(4), policy=ACCEPT_ALL
    )
    with capture_logs() as logs:
        log_refused(key, Path(Source("192.0.2.1", SourceKind.CLIENT), b""), "too long")
    assert logs == [
        {
            "event": "route.not_sent",
            "log_level": "warning",
            "family": "ipv4-unicast",
            "source": "192.0.2.1",
            "towards": "ebgp peers",
            "reason": "too long",
        }
    ]


async def test_attributes_that_fit_no_message_of_a_peer_are_told_once() -> None:
    """A peer with long messages sends ten thousand communities; one without gets the other routes."""

    def bulky(number: int) -> bytes:
        """Return an UPDATE with many communities."""
        values = struct.pack("!10000I", *range(number, 10000 + number))
        block = octets.attributes(1, local_pref=100) + octets.attribute(0xC0, 8, values)
        return octets.update(block, f"10.{number}.0.0/16")

    with capture_logs() as logs:
        async with speaker_at() as speaker:
            await speaker.add_peer(towards_scripted(route_reflector_client=True))
            await speaker.add_peer(towards_scripted(THIRD, route_reflector_client=True))
            async with (
                await scripted(speaker, octets.EXTENDED_MESSAGE_CAPABILITY) as feeder,
                await scripted(speaker, address=THIRD) as peer,
            ):
                assert (await peer.update()).is_end_of_rib
                await feeder.send(bulky(1), bulky(2), bulky(3))
                await feeder.send(octets.update(octets.attributes(1, local_pref=100), "11.0.0.0/8"))
                await holds(speaker, ["10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16", "11.0.0.0/8"])
                assert (await peer.update()).announced == ("11.0.0.0/8",)
                await feeder.send(octets.withdraw("10.1.0.0/16", "11.0.0.0/8"))
                assert (await peer.update()).withdrawn == ("11.0.0.0/8",)
    told = [log for log in logs if log["event"] == "route.not_sent"]
    assert [(log["source"], log["towards"]) for log in told] == [(THEIRS, "client peers")]
