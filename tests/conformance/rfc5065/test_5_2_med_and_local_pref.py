"""RFC 5065, section 5.2, MED and LOCAL_PREF Handling: what stays as it is inside the confederation."""

from ipaddress import IPv4Address

import pytest

from bgpkit.adj_rib_out import Export, ExportKey
from bgpkit.policy import ACCEPT_ALL
from bgpkit.wire import attribute_value, decode_attributes, encode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import (
    NO_ADVERTISE,
    NO_EXPORT,
    NO_EXPORT_SUBCONFED,
    AsPath,
    Community,
    Path,
    PathAttributes,
    Source,
    SourceKind,
    make_path,
)
from tests.conformance.rfc5065.test_4_operation import CONFEDERATION, MEMBER, OPEN_POLICIES, OUTSIDE, block
from tests.support import octets
from tests.support.speakers import ASN, THIRD, scripted, speaker_at, towards_scripted

HOP = IPv4Address("198.51.100.1")
PEERS = (SourceKind.CLIENT, SourceKind.CONFEDERATION, SourceKind.EBGP)


def export(to: SourceKind) -> Export:
    """Return the export to peers of kind ``to``."""
    key = ExportKey(
        family=IPV4_UNICAST, kind=to, local_asn=64512, cluster_id=1, next_hop=bytes((192, 0, 2, 1)), policy=ACCEPT_ALL
    )
    return Export(key)


def path_from(source: SourceKind, *communities: Community, local_pref: int | None = 70) -> Path:
    """Return a path with MED 50 of a source of kind ``source``."""
    values = PathAttributes(
        as_path=AsPath.parse("(64513) 1"), next_hop=HOP, med=50, local_pref=local_pref, communities=communities
    )
    raw = encode_attributes(values, IPV4_UNICAST)
    return make_path(Source("source", source, bgp_identifier=9), raw, next_hop=HOP.packed)


@pytest.mark.rfc("5065", "5.2")
@pytest.mark.parametrize("source", [SourceKind.CLIENT, SourceKind.CONFEDERATION, SourceKind.EBGP])
def test_next_hop_and_med_go_unchanged_to_a_neighboring_member(source: SourceKind) -> None:
    """It SHALL be legal to send them unchanged; the restriction on LOCAL_PREF does not hold inside either."""
    [(raw, _)] = export(SourceKind.CONFEDERATION).outgoing(path_from(source), [b"\0"])
    values = decode_attributes(raw)
    assert (values.next_hop, values.med, values.local_pref) == (HOP, 50, 70)


@pytest.mark.rfc("5065", "5.2")
@pytest.mark.rfc("4271", "5.1.5")
def test_a_route_without_local_pref_gets_it_at_the_border_and_loses_it_there() -> None:
    """What comes from outside has none; members are sent one, external peers are not."""
    found = {
        to: decode_attributes(export(to).outgoing(path_from(SourceKind.EBGP, local_pref=None), [b"\0"])[0][0])
        for to in PEERS
    }
    assert [found[to].local_pref for to in PEERS] == [100, 100, None]
    assert [found[to].med for to in PEERS] == [50, 50, None]


@pytest.mark.rfc("4456", "8")
@pytest.mark.parametrize("to", [SourceKind.CONFEDERATION, SourceKind.EBGP])
def test_what_reflectors_write_stays_in_the_as(to: SourceKind) -> None:
    """ORIGINATOR_ID is the identifier of the originator in the local AS, here the member AS; so is a cluster."""
    values = PathAttributes(next_hop=HOP, originator_id=HOP, cluster_list=(HOP,))
    source = Source("source", SourceKind.CLIENT, bgp_identifier=9)
    path = make_path(source, encode_attributes(values, IPV4_UNICAST), next_hop=HOP.packed)
    [(raw, _)] = export(to).outgoing(path, [b"\0"])
    assert attribute_value(raw, 9) is attribute_value(raw, 10) is None


@pytest.mark.parametrize(
    ("community", "allowed"),
    [
        (NO_EXPORT, {SourceKind.CLIENT, SourceKind.CONFEDERATION}),
        (NO_EXPORT_SUBCONFED, {SourceKind.CLIENT}),
        (NO_ADVERTISE, set[SourceKind]()),
    ],
)
def test_well_known_communities_have_their_borders(community: Community, allowed: set[SourceKind]) -> None:
    """RFC 1997: that of the confederation, that of the member AS, that of the router."""
    path = path_from(SourceKind.EBGP, community)
    assert {to for to in PEERS if export(to).outgoing(path, [b"\0"])} == allowed


@pytest.mark.rfc("5065", "5.2")
async def test_local_pref_of_a_member_is_taken_and_none_of_it_leaves() -> None:
    """Through sessions: in from a member, out to an external peer."""
    async with speaker_at(confederation=CONFEDERATION) as speaker:
        await speaker.add_peer(towards_scripted(asn=MEMBER))
        await speaker.add_peer(towards_scripted(THIRD, asn=OUTSIDE, **OPEN_POLICIES))
        async with await scripted(speaker, asn=MEMBER) as member:
            await member.send(octets.update(block((3, (MEMBER,)), (2, (1,)), local_pref=300), "10.1.0.0/16"))
            async with await scripted(speaker, address=THIRD, asn=OUTSIDE) as outside:
                heard: dict[str, octets.HeardUpdate] = {}
                while "10.1.0.0/16" not in heard:
                    heard |= await outside.routes()
                update = heard["10.1.0.0/16"]
                assert update.as_path == (CONFEDERATION.identifier, 1)
                assert (update.local_pref, ASN in update.as_path) == (None, False)
                [route] = speaker.routes()
                assert route.path.local_pref == 300
