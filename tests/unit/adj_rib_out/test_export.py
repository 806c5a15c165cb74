"""How a path looks to each kind of peer, against the sentences of the RFCs."""

from ipaddress import IPv4Address

import pytest

from bgpkit.adj_rib_out import Export, ExportKey
from bgpkit.policy import ACCEPT_ALL, REJECT_ALL, Policy
from bgpkit.wire import decode_attributes, encode_attributes
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import (
    NO_ADVERTISE,
    NO_EXPORT,
    NO_EXPORT_SUBCONFED,
    AsPath,
    Community,
    Origin,
    Path,
    PathAttributes,
    Source,
    SourceKind,
    make_path,
)

OWN_ASN = 64512
OWN_ADDRESS = IPv4Address("192.0.2.1")
CLUSTER = IPv4Address("244.0.0.1")
NEXT_HOP = IPv4Address("192.0.2.99")
IDENTIFIER = IPv4Address("10.0.0.7")
KEYS = [b"\x08\x0a"]


def export(kind: SourceKind, *, policy: Policy = ACCEPT_ALL, next_hop_self: bool = False, two: bool = False) -> Export:
    """Return the export towards peers of ``kind``."""
    return Export(
        ExportKey(
            family=IPV4_UNICAST,
            kind=kind,
            local_asn=OWN_ASN,
            cluster_id=int(CLUSTER),
            next_hop=OWN_ADDRESS.packed,
            next_hop_self=next_hop_self,
            two_octet_as=two,
            policy=policy,
        )
    )


def path_from(
    kind: SourceKind,
    *,
    next_hop: IPv4Address | None = NEXT_HOP,
    as_path: AsPath | None = None,
    local_pref: int | None = 150,
    communities: tuple[Community, ...] = (),
    originator_id: IPv4Address | None = None,
    cluster_list: tuple[IPv4Address, ...] = (),
) -> Path:
    """Return a path from a source of ``kind``, with MED 50."""
    attributes = PathAttributes(
        origin=Origin.IGP,
        as_path=AsPath.of(65001) if as_path is None else as_path,
        next_hop=next_hop,
        med=50,
        local_pref=local_pref,
        communities=communities,
        originator_id=originator_id,
        cluster_list=cluster_list,
    )
    source = Source("source", kind, bgp_identifier=int(IDENTIFIER))
    raw = encode_attributes(attributes, IPV4_UNICAST)
    return make_path(source, raw, next_hop=b"" if next_hop is None else next_hop.packed)


def exported(path: Path, towards: Export) -> PathAttributes:
    """Return the attributes that go out, decoded."""
    block = towards.attributes(path)
    assert block is not None
    return decode_attributes(block)


def test_reflection_adds_originator_and_cluster_and_changes_nothing_else() -> None:
    """RFC 4456, section 8 adds two attributes; section 10 forbids to change the others."""
    path = path_from(SourceKind.CLIENT, communities=(Community(0x00640064),))
    sent = exported(path, export(SourceKind.CLIENT))
    before = decode_attributes(path.raw)
    assert sent.originator_id == IDENTIFIER
    assert sent.cluster_list == (CLUSTER,)
    assert (sent.as_path, sent.next_hop, sent.med, sent.local_pref, sent.communities) == (
        before.as_path,
        before.next_hop,
        before.med,
        before.local_pref,
        before.communities,
    )


def test_reflection_keeps_the_originator_that_is_there() -> None:
    """RFC 4456, section 8: ORIGINATOR_ID is created once; CLUSTER_LIST grows on the left."""
    there, cluster = IPv4Address("10.9.9.9"), IPv4Address("244.0.0.2")
    path = path_from(SourceKind.CLIENT, originator_id=there, cluster_list=(cluster,))
    sent = exported(path, export(SourceKind.NON_CLIENT))
    assert sent.originator_id == there
    assert sent.cluster_list == (CLUSTER, cluster)


def test_a_route_of_a_non_client_does_not_go_to_another_non_client() -> None:
    """RFC 4456, section 6 (1): from a non-client to clients only."""
    path = path_from(SourceKind.NON_CLIENT)
    assert export(SourceKind.NON_CLIENT).attributes(path) is None
    assert export(SourceKind.CLIENT).attributes(path) is not None
    assert export(SourceKind.EBGP).attributes(path) is not None


def test_an_external_peer_sees_our_as_first_and_us_as_next_hop() -> None:
    """RFC 4271, sections 5.1.2 and 5.1.3; 5.1.4 and 5.1.5: MED of others and LOCAL_PREF stay inside."""
    sent = exported(path_from(SourceKind.CLIENT, cluster_list=(CLUSTER,)), export(SourceKind.EBGP))
    assert sent.as_path == AsPath.of(OWN_ASN, 65001)
    assert sent.next_hop == OWN_ADDRESS
    assert (sent.local_pref, sent.med, sent.originator_id, sent.cluster_list) == (None, None, None, ())


def test_our_own_med_and_next_hop_reach_an_external_peer() -> None:
    """RFC 4271, section 5.1.4: MED is for the neighboring AS; section 5.1.3 allows a next hop of our choice."""
    sent = exported(path_from(SourceKind.LOCAL, as_path=AsPath()), export(SourceKind.EBGP))
    assert sent.med == 50
    assert sent.next_hop == NEXT_HOP
    assert sent.as_path == AsPath.of(OWN_ASN)


@pytest.mark.parametrize("kind", [SourceKind.CLIENT, SourceKind.NON_CLIENT, SourceKind.EBGP])
def test_an_own_route_without_next_hop_names_our_address(kind: SourceKind) -> None:
    """Each peer is told the address that we have on its session."""
    path = path_from(SourceKind.LOCAL, next_hop=None, as_path=AsPath())
    assert exported(path, export(kind)).next_hop == OWN_ADDRESS


def test_an_external_route_gets_local_pref_and_keeps_its_next_hop_inside() -> None:
    """RFC 4271, section 5.1.5: LOCAL_PREF is in every UPDATE to an internal peer."""
    path = path_from(SourceKind.EBGP, local_pref=None)
    sent = exported(path, export(SourceKind.NON_CLIENT))
    assert sent.local_pref == 100
    assert sent.next_hop == NEXT_HOP
    assert sent.originator_id is None
    assert exported(path, export(SourceKind.NON_CLIENT, next_hop_self=True)).next_hop == OWN_ADDRESS


def test_next_hop_self_leaves_reflected_routes_alone() -> None:
    """RFC 4456, section 10: a reflector does not change NEXT_HOP."""
    path = path_from(SourceKind.CLIENT)
    assert exported(path, export(SourceKind.CLIENT, next_hop_self=True)).next_hop == NEXT_HOP


@pytest.mark.parametrize(
    ("community", "inside", "outside"),
    [(NO_ADVERTISE, False, False), (NO_EXPORT, True, False), (NO_EXPORT_SUBCONFED, True, False)],
)
def test_well_known_communities_are_obeyed(community: Community, inside: bool, outside: bool) -> None:
    """RFC 1997: NO_EXPORT and NO_EXPORT_SUBCONFED stay in the AS, NO_ADVERTISE goes to nobody."""
    path = path_from(SourceKind.CLIENT, communities=(Community(0x00010001), community))
    assert (export(SourceKind.CLIENT).attributes(path) is not None) is inside
    assert (export(SourceKind.EBGP).attributes(path) is not None) is outside


def test_octets_that_only_look_like_a_community_forbid_nothing() -> None:
    """The octets of NO_ADVERTISE across the border of two communities mean nothing."""
    split = (Community(0x0000FFFF), Community(0xFF020000))
    path = path_from(SourceKind.CLIENT, communities=split)
    assert export(SourceKind.EBGP).attributes(path) is not None


def test_a_two_octet_peer_is_sent_as_trans_and_as4_path() -> None:
    """RFC 6793, section 4.2.2."""
    path = path_from(SourceKind.EBGP, as_path=AsPath.of(4200000001, 65001), local_pref=None)
    block = export(SourceKind.NON_CLIENT, two=True).attributes(path)
    assert block is not None
    assert bytes.fromhex("40 02 06 02 02 5ba0 fde9") in block
    assert bytes.fromhex("c0 11 0a 02 02 fa56ea01 0000fde9") in block


def test_the_policy_picks_keys() -> None:
    """A refused route is not advertised, whatever its attributes."""
    path = path_from(SourceKind.CLIENT)
    assert export(SourceKind.CLIENT).selected(path, KEYS) is KEYS
    assert export(SourceKind.CLIENT, policy=REJECT_ALL).selected(path, KEYS) == []
    assert export(SourceKind.CLIENT).selected(None, KEYS) == []


def test_forgetting_lets_go_of_paths() -> None:
    """Remembered blocks would keep paths alive after they left the table."""
    towards = export(SourceKind.CLIENT)
    path = path_from(SourceKind.CLIENT)
    first = towards.attributes(path)
    assert towards.attributes(path) is first
    towards.forget()
    again = towards.attributes(path)
    assert again == first
    assert again is not first


def test_attributes_that_leave_no_room_for_a_route_are_not_advertised() -> None:
    """RFC 4271, section 9.2: a route that does not fit a message is not sent; nothing else suffers."""
    bulky = tuple(Community(number) for number in range(1000))
    path = path_from(SourceKind.CLIENT, communities=bulky)
    assert len(path.raw) < 4096
    assert export(SourceKind.CLIENT).attributes(path) is None
    assert export(SourceKind.CLIENT).selected(path, KEYS) == []
