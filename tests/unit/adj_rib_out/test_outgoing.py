"""What becomes of attributes on the way out: AS_PATH by who the peer is, next hops by family, policy and rules."""

from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest

from bgpkit.adj_rib_out import ExportKey, NextHopSelf, PrivateAs
from bgpkit.adj_rib_out.outgoing import Outgoing
from bgpkit.policy import (
    ACCEPT_ALL,
    Change,
    NextHopUnchanged,
    Prepend,
    PrependedAs,
    SetLocalPref,
    SetMed,
    SetNextHop,
    SetNextHopSelf,
)
from bgpkit.wire import attribute_value, decode_attributes, encode_attributes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import AsPath, Path, PathAttributes, Source, SourceKind, make_path

OWN, LOCAL, PEER = 64512, 65100, 65001
OURS, OURS6 = IPv4Address("192.0.2.1"), IPv6Address("2001:db8::1")
HOP, HOP6 = IPv4Address("198.51.100.1"), IPv6Address("2001:db8:5::1")
VPNV4, VPNV6, LABELED, EVPN, FLOWSPEC = Family(1, 128), Family(2, 128), Family(1, 4), Family(25, 70), Family(1, 133)
NO_DISTINGUISHER = bytes(8)


def towards(kind: SourceKind, family: Family = IPV4_UNICAST, **others: Any) -> Outgoing:
    """Return what writes attributes for peers of ``kind``."""
    fields: dict[str, Any] = {
        "family": family,
        "kind": kind,
        "local_asn": OWN,
        "cluster_id": 1,
        "next_hop": OURS.packed,
        "policy": ACCEPT_ALL,
    }
    return Outgoing(ExportKey(**{**fields, **others}))


def path_from(
    kind: SourceKind, as_path: str = "65001 65002", family: Family = IPV4_UNICAST, *, hop: Any = HOP, **attributes: Any
) -> Path:
    """Return a path of a source of ``kind``."""
    values = PathAttributes(as_path=AsPath.parse(as_path), next_hop=hop, **attributes)
    raw = encode_attributes(values, family)
    return make_path(Source("source", kind, bgp_identifier=7), raw, b"" if hop is None else hop.packed)


def sent(outgoing: Outgoing, path: Path, *actions: Any) -> PathAttributes:
    """Return the attributes that go out, after a policy's ``actions`` if there are any."""
    return decode_attributes(outgoing.block(path, Change(actions) if actions else None))


@pytest.mark.parametrize(
    ("fields", "before", "after"),
    [
        ({}, "65001 65002", "64512 65001 65002"),
        ({}, "(64600) 65001", "64512 65001"),
        ({"local_asn": LOCAL, "replaced_asn": OWN}, "65002", "65100 64512 65002"),
        ({"local_asn": LOCAL}, "65002", "65100 65002"),
        ({"as_override": True, "peer_asn": PEER}, "65001 65002 65001", "64512 64512 65002 64512"),
        (
            {"as_override": True, "peer_asn": PEER, "local_asn": LOCAL, "replaced_asn": OWN},
            "65001",
            "65100 64512 65100",
        ),
        ({"private_as": PrivateAs.REMOVE}, "65001 65002", "64512"),
        ({"private_as": PrivateAs.REMOVE}, "65001 1", "64512 65001 1"),
        ({"private_as": PrivateAs.REMOVE_ALL}, "65001 1 65002", "64512 1"),
        ({"private_as": PrivateAs.REMOVE_ALL, "peer_asn": PEER}, "65001 1 65002", "64512 65001 1"),
        ({"private_as": PrivateAs.REPLACE_ALL}, "65001 1", "64512 64512 1"),
        ({"private_as": PrivateAs.REMOVE_ALL, "local_asn": 3, "replaced_asn": OWN}, "65001 1", "3 64512 1"),
    ],
)
def test_as_path_towards_an_external_peer(fields: dict[str, Any], before: str, after: str) -> None:
    """What was in it is settled first; then our own numbers come before it, private or not."""
    assert str(sent(towards(SourceKind.EBGP, **fields), path_from(SourceKind.CLIENT, before)).as_path) == after


def test_as_path_of_4_octets_towards_a_2_octet_peer() -> None:
    """RFC 6793, section 4.2.2: AS_TRANS in AS_PATH and all in AS4_PATH, after the changes."""
    outgoing = towards(SourceKind.EBGP, local_asn=4_200_000_001, private_as=PrivateAs.REMOVE_ALL, two_octet_as=True)
    block = outgoing.block(path_from(SourceKind.CLIENT, "4200000009 70000 3"), None)
    assert attribute_value(block, 2) == bytes.fromhex("02 03 5ba0 5ba0 0003")
    assert attribute_value(block, 17) == bytes.fromhex("02 03 fa56ea01 00011170 00000003")
    inside = towards(SourceKind.CONFEDERATION, local_asn=70001, two_octet_as=True)
    block = inside.block(path_from(SourceKind.CLIENT, "70000"), None)
    assert attribute_value(block, 2) == bytes.fromhex("03 01 5ba0 02 01 5ba0")
    assert attribute_value(block, 17) == bytes.fromhex("02 01 00011170")


@pytest.mark.parametrize(
    ("kind", "fields", "after"),
    [
        (SourceKind.EBGP, {}, "64512 64512 64512 65001 65002"),
        (SourceKind.EBGP, {"local_asn": LOCAL, "replaced_asn": OWN}, "65100 65100 65100 64512 65001 65002"),
        (SourceKind.CONFEDERATION, {}, "(64512 64512 64512) 65001 65002"),
        (SourceKind.CLIENT, {}, "65001 65002"),
    ],
)
def test_a_policy_puts_our_number_there_more_often(kind: SourceKind, fields: dict[str, Any], after: str) -> None:
    """In our own AS it would only look like a loop (RFC 4271, section 5.1.2 (a))."""
    outgoing = towards(kind, **fields)
    path = path_from(SourceKind.CLIENT)
    assert str(sent(outgoing, path, Prepend(PrependedAs.OWN, 2)).as_path) == after
    assert sent(outgoing, path, Prepend(PrependedAs.OWN, 2), SetMed(5)).med == 5
    assert len(sent(outgoing, path).as_path.segments) == len(AsPath.parse(after).segments)


def test_what_a_policy_prepends_stands_behind_our_own_number() -> None:
    """The policy changes the route, then we send it."""
    outgoing = towards(SourceKind.EBGP, local_asn=LOCAL, replaced_asn=OWN)
    assert str(sent(outgoing, path_from(SourceKind.CLIENT), Prepend(9, 2)).as_path) == "65100 64512 9 9 65001 65002"


def test_more_prepending_than_a_segment_holds_stops_there() -> None:
    """Four actions of 64 times each are 256; a peer gets 255 at most, and no error."""
    actions = (Prepend(PrependedAs.OWN, 64),) * 4
    for kind, most in ((SourceKind.EBGP, 254), (SourceKind.CONFEDERATION, 255)):
        [first, *_] = sent(towards(kind), path_from(SourceKind.CLIENT, ""), *actions).as_path.segments
        assert first.asns == (OWN,) * most


def test_verdicts_that_differ_only_in_what_we_do_are_kept_apart() -> None:
    """A prepared change is remembered by all that it depends on."""
    outgoing, path = towards(SourceKind.NON_CLIENT), path_from(SourceKind.EBGP)
    assert sent(outgoing, path).next_hop == HOP
    assert sent(outgoing, path, SetNextHopSelf()).next_hop == OURS
    assert sent(outgoing, path).next_hop == HOP
    external = towards(SourceKind.EBGP)
    for times in (1, 2, 1):
        assert len(sent(external, path, Prepend(PrependedAs.OWN, times)).as_path.segments[0].asns) == 3 + times
    assert len(sent(external, path).as_path.segments[0].asns) == 3


@pytest.mark.parametrize("kind", [SourceKind.EBGP, SourceKind.CONFEDERATION, SourceKind.CLIENT])
def test_what_a_policy_sets_stays(kind: SourceKind) -> None:
    """A next hop, MED and LOCAL_PREF that somebody has set on purpose are sent."""
    other = IPv4Address("203.0.113.9")
    values = sent(towards(kind), path_from(SourceKind.EBGP), SetNextHop(other), SetMed(3), SetLocalPref(7))
    preference = None if kind is SourceKind.EBGP else 7
    assert (values.next_hop, values.med, values.local_pref) == (other, 3, preference)
    assert sent(towards(SourceKind.EBGP), path_from(SourceKind.EBGP), NextHopUnchanged()).next_hop == HOP


@pytest.mark.parametrize(
    ("mode", "own"),
    [
        (NextHopSelf.NEVER, {SourceKind.EBGP: False, SourceKind.CONFEDERATION: False, SourceKind.CLIENT: False}),
        (NextHopSelf.EXTERNAL, {SourceKind.EBGP: True, SourceKind.CONFEDERATION: True, SourceKind.CLIENT: False}),
        (NextHopSelf.ALL, {SourceKind.EBGP: True, SourceKind.CONFEDERATION: True, SourceKind.CLIENT: True}),
    ],
)
@pytest.mark.parametrize("kind", [SourceKind.CLIENT, SourceKind.CONFEDERATION])
def test_where_we_name_ourselves_inside(kind: SourceKind, mode: NextHopSelf, own: dict[SourceKind, bool]) -> None:
    """By where the route came from; a route of our own keeps the next hop that it was given."""
    outgoing = towards(kind, next_hop_self=mode)
    found = {source: sent(outgoing, path_from(source)).next_hop == OURS for source in own}
    assert found == own
    assert sent(outgoing, path_from(SourceKind.LOCAL)).next_hop == HOP
    assert sent(outgoing, path_from(SourceKind.LOCAL, hop=None)).next_hop == OURS


@pytest.mark.parametrize(
    ("family", "ours", "hop", "octets"),
    [
        (IPV6_UNICAST, OURS6, HOP6, OURS6.packed),
        (LABELED, OURS, HOP, OURS.packed),
        (VPNV4, OURS, HOP, NO_DISTINGUISHER + OURS.packed),
        (VPNV6, OURS6, HOP6, NO_DISTINGUISHER + OURS6.packed),
        (EVPN, OURS, HOP, OURS.packed),
        (EVPN, OURS6, HOP, OURS6.packed),
        (FLOWSPEC, OURS, HOP, OURS.packed),
    ],
)
def test_our_own_next_hop_is_written_as_the_family_has_it(family: Family, ours: Any, hop: Any, octets: bytes) -> None:
    """RFC 4364, section 4.3.2: behind a route distinguisher of zero; never in NEXT_HOP beside MP_REACH_NLRI."""
    outgoing = towards(SourceKind.EBGP, family, next_hop=ours.packed)
    block = outgoing.block(path_from(SourceKind.CLIENT, family=family, hop=hop), None)
    head = family.afi.to_bytes(2, "big") + bytes((family.safi, len(octets)))
    assert attribute_value(block, 14) == head + octets + b"\0"
    assert attribute_value(block, 3) is None


def test_a_flow_specification_needs_no_next_hop() -> None:
    """RFC 8955, section 4: its length may be zero, and then it stays so."""
    path = path_from(SourceKind.CLIENT, family=FLOWSPEC, hop=None)
    for kind in (SourceKind.CLIENT, SourceKind.EBGP):
        block = towards(kind, FLOWSPEC).block(path, None)
        assert attribute_value(block, 14) == bytes.fromhex("0001 85 00 00")
    vpn = path_from(SourceKind.LOCAL, family=VPNV4, hop=None)
    assert attribute_value(towards(SourceKind.CLIENT, VPNV4).block(vpn, None), 14) == (
        bytes.fromhex("0001 80 0c") + NO_DISTINGUISHER + OURS.packed + b"\0"
    )


def test_reflection_attributes_of_a_neighbouring_member_do_not_come_inside() -> None:
    """An ORIGINATOR_ID is of one AS, and so is a cluster: in ours they would mean somebody else."""
    path = path_from(
        SourceKind.CONFEDERATION,
        "(64600) 65001",
        local_pref=50,
        originator_id=IPv4Address("10.0.0.9"),
        cluster_list=(IPv4Address("10.0.0.8"),),
    )
    values = sent(towards(SourceKind.CLIENT), path)
    assert (values.originator_id, values.cluster_list, values.local_pref) == (None, (), 50)
    assert str(values.as_path) == "(64600) 65001"


@pytest.mark.rfc("4271", "5.1.5")
def test_no_policy_sends_a_local_preference_to_an_external_peer() -> None:
    """A speaker MUST NOT include it in UPDATEs to external peers; members of a confederation do get it."""
    path = path_from(SourceKind.CLIENT)
    assert sent(towards(SourceKind.EBGP), path, SetLocalPref(300), SetMed(7)).local_pref is None
    assert sent(towards(SourceKind.EBGP), path, SetLocalPref(300), SetMed(7)).med == 7
    assert sent(towards(SourceKind.CONFEDERATION), path, SetLocalPref(300)).local_pref == 300
