"""How a path looks to each kind of peer, against the sentences of the RFCs."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest

from bgpkit.adj_rib_out import Export, ExportKey, NextHopSelf
from bgpkit.policy import (
    ACCEPT_ALL,
    REJECT_ALL,
    Change,
    Policy,
    PrefixSet,
    RoutePolicy,
    Rule,
    SetMed,
    Then,
    Verdict,
)
from bgpkit.wire import decode_attributes, encode_attributes
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family
from bgpkit_rib import (
    NO_ADVERTISE,
    NO_EXPORT,
    NO_EXPORT_SUBCONFED,
    AsPath,
    Community,
    Origin,
    Path,
    PathAttributes,
    Prefix,
    Source,
    SourceKind,
    make_path,
)
from tests.support.speakers import only

OWN_ASN = 64512
OWN_ADDRESS = IPv4Address("192.0.2.1")
CLUSTER = IPv4Address("244.0.0.1")
NEXT_HOP = IPv4Address("192.0.2.99")
IDENTIFIER = IPv4Address("10.0.0.7")
KEYS = [b"\x08\x0a"]


def export(kind: SourceKind, *, policy: Policy = ACCEPT_ALL, **others: Any) -> Export:
    """Return the export towards peers of ``kind``; ``others`` are more fields of the key."""
    fields: dict[str, Any] = {
        "family": IPV4_UNICAST,
        "kind": kind,
        "local_asn": OWN_ASN,
        "cluster_id": int(CLUSTER),
        "next_hop": OWN_ADDRESS.packed,
        "policy": policy,
    }
    return Export(ExportKey(**{**fields, **others}))


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


def block_of(path: Path, towards: Export) -> bytes | None:
    """Return the one block that goes out for all keys; None when nothing does."""
    found = towards.outgoing(path, KEYS)
    if not found:
        return None
    [(block, keys)] = found
    assert keys is KEYS
    return block


def exported(path: Path, towards: Export) -> PathAttributes:
    """Return the attributes that go out, decoded."""
    block = block_of(path, towards)
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
    assert block_of(path, export(SourceKind.NON_CLIENT)) is None
    assert block_of(path, export(SourceKind.CLIENT)) is not None
    assert block_of(path, export(SourceKind.EBGP)) is not None


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
    assert exported(path, export(SourceKind.NON_CLIENT, next_hop_self=NextHopSelf.EXTERNAL)).next_hop == OWN_ADDRESS


def test_next_hop_self_leaves_reflected_routes_alone() -> None:
    """RFC 4456, section 10: a reflector does not change NEXT_HOP."""
    path = path_from(SourceKind.CLIENT)
    assert exported(path, export(SourceKind.CLIENT, next_hop_self=NextHopSelf.EXTERNAL)).next_hop == NEXT_HOP


@pytest.mark.parametrize(
    ("community", "inside", "outside"),
    [(NO_ADVERTISE, False, False), (NO_EXPORT, True, False), (NO_EXPORT_SUBCONFED, True, False)],
)
def test_well_known_communities_are_obeyed(community: Community, inside: bool, outside: bool) -> None:
    """RFC 1997: NO_EXPORT and NO_EXPORT_SUBCONFED stay in the AS, NO_ADVERTISE goes to nobody."""
    path = path_from(SourceKind.CLIENT, communities=(Community(0x00010001), community))
    assert (block_of(path, export(SourceKind.CLIENT)) is not None) is inside
    assert (block_of(path, export(SourceKind.EBGP)) is not None) is outside


def test_octets_that_only_look_like_a_community_forbid_nothing() -> None:
    """The octets of NO_ADVERTISE across the border of two communities mean nothing."""
    split = (Community(0x0000FFFF), Community(0xFF020000))
    path = path_from(SourceKind.CLIENT, communities=split)
    assert block_of(path, export(SourceKind.EBGP)) is not None


def test_a_two_octet_peer_is_sent_as_trans_and_as4_path() -> None:
    """RFC 6793, section 4.2.2."""
    path = path_from(SourceKind.EBGP, as_path=AsPath.of(4200000001, 65001), local_pref=None)
    block = block_of(path, export(SourceKind.NON_CLIENT, two_octet_as=True))
    assert block is not None
    assert bytes.fromhex("40 02 06 02 02 5ba0 fde9") in block
    assert bytes.fromhex("c0 11 0a 02 02 fa56ea01 0000fde9") in block


def test_the_policy_picks_keys() -> None:
    """A refused route is not advertised, whatever its attributes; what may be held is what would go out."""
    path = path_from(SourceKind.CLIENT)
    some = [Prefix.parse(text).key for text in ("10.1.0.0/16", "10.2.0.0/16", "11.0.0.0/8")]
    ten = export(SourceKind.CLIENT, policy=only("10.0.0.0/8"))
    [(_, keys)] = ten.outgoing(path, some)
    assert keys == some[:2] == ten.held(path, some)
    assert export(SourceKind.CLIENT).held(path, KEYS) is KEYS
    assert not export(SourceKind.CLIENT, policy=REJECT_ALL).outgoing(path, KEYS)
    assert export(SourceKind.CLIENT, policy=REJECT_ALL).held(path, KEYS) == []
    assert export(SourceKind.CLIENT).held(None, KEYS) == []


@dataclass(frozen=True)
class Medley:
    """A policy that gives every key a verdict of its own."""

    name: str = "medley"
    pure: bool = True

    def apply(self, family: Family, path: Path, keys: list[bytes]) -> Iterable[tuple[Verdict, list[bytes]]]:
        """Give one MED to the first key, another to the second, the first again to the third, and refuse the rest."""
        meds = (7, 8, 7)
        for med, key in zip(meds, keys, strict=False):
            yield Verdict(True, "med", Change((SetMed(med),))), [key]
        yield Verdict(False, "no"), keys[len(meds) :]


def test_keys_that_the_policy_treats_alike_share_a_block() -> None:
    """One block for each outcome, whatever the number of verdicts."""
    keys = [bytes((16, 10, number)) for number in range(4)]
    found = export(SourceKind.CLIENT, policy=Medley()).outgoing(path_from(SourceKind.CLIENT), keys)
    assert [(decode_attributes(block).med, group) for block, group in found] == [
        (7, [keys[0], keys[2]]),
        (8, [keys[1]]),
    ]


def test_of_a_policy_that_is_not_pure_all_may_be_held() -> None:
    """It may have said something else before; what may not go by rule was never sent, though."""
    keys = [bytes((16, 10, number)) for number in range(4)]
    towards = export(SourceKind.NON_CLIENT, policy=Medley(pure=False))
    assert towards.held(path_from(SourceKind.CLIENT), keys) is keys
    assert towards.held(path_from(SourceKind.NON_CLIENT), keys) == []


def test_a_policy_that_asks_nothing_and_lets_all_through_is_none() -> None:
    """What goes out is written once for all keys, and may be passed through unread."""
    opened = RoutePolicy("open", (), default=True)
    assert [export(SourceKind.CLIENT, policy=each).is_plain for each in (ACCEPT_ALL, opened)] == [True, True]
    marking = RoutePolicy("marking", (Rule(actions=(SetMed(7),)),), default=True)
    others = (REJECT_ALL, marking, RoutePolicy("closed", ()), only("0.0.0.0/0"))
    assert [export(SourceKind.CLIENT, policy=each).is_plain for each in others] == [False] * 4
    path = path_from(SourceKind.CLIENT)
    assert [export(SourceKind.CLIENT, policy=each).rewrite(path) is None for each in (opened, *others)] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_what_a_policy_tells_of_a_block_holds_for_what_may_go_by_rule_only() -> None:
    """A community forbids what the policy accepts, with a change or without. RFC 1997."""
    path = path_from(SourceKind.CLIENT, communities=(NO_ADVERTISE,))
    ten = PrefixSet.of("10.0.0.0/8")
    for rule in (Rule(ten, then=Then.ACCEPT), Rule(ten, (SetMed(7),), Then.ACCEPT)):
        towards = export(SourceKind.CLIENT, policy=RoutePolicy("ten", (rule,)))
        assert not towards.outgoing(path, KEYS)
        assert towards.held(path, KEYS) == []
        assert towards.outgoing(path_from(SourceKind.CLIENT), KEYS)[0][1] is KEYS
        assert towards.held(path_from(SourceKind.CLIENT), KEYS) is KEYS


def test_forgetting_lets_go_of_paths() -> None:
    """Remembered blocks would keep paths alive after they left the table."""
    towards = export(SourceKind.CLIENT)
    path = path_from(SourceKind.CLIENT)
    first = block_of(path, towards)
    assert block_of(path, towards) is first
    towards.forget()
    again = block_of(path, towards)
    assert again == first
    assert again is not first


def test_attributes_that_leave_no_room_for_a_route_are_not_advertised() -> None:
    """RFC 4271, section 9.2: a route that does not fit a message is not sent; nothing else suffers."""
    bulky = tuple(Community(number) for number in range(1000))
    path = path_from(SourceKind.CLIENT, communities=bulky)
    assert len(path.raw) < 4096
    assert block_of(path, export(SourceKind.CLIENT)) is None
    assert export(SourceKind.CLIENT).held(path, KEYS) == []
    assert block_of(path, export(SourceKind.CLIENT, maximum=65535)) is not None


def test_what_cannot_be_sent_is_told_once_for_each_source() -> None:
    """However many paths of a source do not fit, there is one word of it; another source is told of by itself."""
    told: list[tuple[str, str]] = []
    towards = export(SourceKind.CLIENT)
    towards.on_refused = lambda path, reason: told.append((path.source.name, reason))
    source = Source("source", SourceKind.CLIENT, bgp_identifier=1)
    for number in range(3):
        raw = encode_attributes(PathAttributes(communities=tuple(map(Community, range(number, 1100)))), IPV4_UNICAST)
        for origin in (source, Source(f"other {number}", SourceKind.CLIENT)):
            assert not towards.outgoing(make_path(origin, raw), KEYS)
        towards.forget()
    reason = "the attributes leave no room for a route in a message of 4096 octets"
    assert told == [(name, reason) for name in ("source", "other 0", "other 1", "other 2")]


def test_refusals_are_told_a_bounded_number_of_times() -> None:
    """Who makes ever new sources fills no log, nor memory."""
    told: list[Path] = []
    towards = export(SourceKind.CLIENT)
    towards.on_refused = lambda path, _: told.append(path)
    raw = encode_attributes(PathAttributes(communities=tuple(map(Community, range(1100)))), IPV4_UNICAST)
    for number in range(200):
        assert not towards.outgoing(make_path(Source(str(number), SourceKind.CLIENT), raw), KEYS)
    assert len(told) == 64


def test_a_next_hop_of_another_family_is_refused_with_its_reason() -> None:
    """What cannot be written is told with the reason, and stops nothing."""
    told: list[str] = []
    towards = export(SourceKind.EBGP, family=IPV6_UNICAST)
    towards.on_refused = lambda _, reason: told.append(reason)
    raw = encode_attributes(PathAttributes(next_hop=IPv6Address("2001:db8::1")), IPV6_UNICAST)
    assert not towards.outgoing(make_path(Source("s", SourceKind.CLIENT), raw, next_hop=bytes(16)), KEYS)
    assert told == ["a next hop of 4 octets is none that ipv6-unicast can have"]


def test_a_default_route_of_our_own_stands_for_that_of_the_table() -> None:
    """While it is sent, the table's default route is not, and no policy is asked of it."""
    towards = export(SourceKind.EBGP, policy=REJECT_ALL, default_originate=True)
    [(key, own)] = towards.own.items()
    assert key == Prefix.parse("0.0.0.0/0").key
    [(block, keys)] = towards.outgoing(own, [key])
    assert keys == [key] == towards.held(own, [key])
    impure = export(SourceKind.EBGP, policy=Medley(pure=False), default_originate=True)
    assert impure.held(impure.own[key], [key]) == [key]
    sent = decode_attributes(block)
    assert (sent.as_path, sent.next_hop, sent.origin) == (AsPath.of(OWN_ASN), OWN_ADDRESS, Origin.IGP)
    everything = export(SourceKind.EBGP, default_originate=True)
    [(_, keys)] = everything.outgoing(path_from(SourceKind.CLIENT), [key, *KEYS])
    assert keys == KEYS
    assert everything.barred(key) == "a default route of our own is sent in its place"
    assert everything.barred(KEYS[0]) == ""
    assert not export(SourceKind.EBGP).outgoing(own, [key])
    assert everything.held(path_from(SourceKind.CLIENT), [key]) == []


def test_only_unicast_families_have_a_default_route_of_our_own() -> None:
    """IPv4 and IPv6; elsewhere nobody knows what a default route would be."""
    assert export(SourceKind.EBGP, default_originate=True, family=IPV6_UNICAST, next_hop=bytes(16)).own
    assert not export(SourceKind.EBGP, default_originate=True, family=Family(1, 128)).own
    assert not export(SourceKind.EBGP).own


@pytest.mark.parametrize("policy", [ACCEPT_ALL, Medley(pure=False)], ids=["every", "impure"])
def test_more_specific_routes_of_a_summary_stay_here(policy: Policy) -> None:
    """The aggregate itself goes out, and what is not inside it."""
    texts = ("10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/9", "11.0.0.0/8", "0.0.0.0/0")
    aggregate, *inside, beside, default = (Prefix.parse(text).key for text in texts)
    towards = export(SourceKind.CLIENT, policy=policy, summaries=frozenset({aggregate}))
    path, all_keys = path_from(SourceKind.CLIENT), [aggregate, *inside, beside, default]
    sent = [key for _, keys in towards.outgoing(path, all_keys) for key in keys]
    assert sorted(sent) == sorted([aggregate, beside, default]) == sorted(towards.held(path, all_keys))
    assert not towards.outgoing(path, inside)
    assert towards.held(path, inside) == []
    assert {towards.barred(key) for key in inside} == {"the aggregate 10.0.0.0/8 is sent in its place"}
    [(_, same)] = export(SourceKind.CLIENT, summaries=frozenset({aggregate})).outgoing(path, KEYS)
    assert same is KEYS


def note(told: list[str], _path: Path, reason: str) -> None:
    """Keep why a path is not sent."""
    told.append(reason)


@pytest.mark.rfc("8950", "4")
@pytest.mark.parametrize("octets", [16, 32])
def test_an_ipv6_next_hop_of_an_ipv4_route_goes_only_where_it_has_been_agreed_on(octets: int) -> None:
    """Else it is held back, and told; where we are the next hop ourselves there is no need to agree."""
    hop = IPv6Address("2001:db8::1").packed * (octets // 16)
    reach = b"\0\1\1" + bytes((octets,)) + hop + b"\0"
    source = Source("10.0.0.7", SourceKind.CLIENT, bgp_identifier=int(IDENTIFIER))
    raw = bytes.fromhex("400101004002004005040000006e") + bytes((0x80, 14, len(reach))) + reach
    path = Path(source, raw, next_hop=hop)
    cases: tuple[tuple[dict[str, Any], bool], ...] = (
        ({}, False),
        ({"extended_next_hop": True}, True),
        ({"next_hop_self": NextHopSelf.ALL}, True),
    )
    for fields, sent in cases:
        told: list[str] = []
        one = export(SourceKind.CLIENT, **fields)
        one.on_refused = partial(note, told)
        assert [keys for _, keys in one.outgoing(path, KEYS)] == ([KEYS] if sent else [])
        assert one.held(path, KEYS) == (KEYS if sent else [])
        assert bool(told) is not sent


def test_before_routes_are_chosen_only_our_own_go_out() -> None:
    """RFC 4724, section 4.1: those of others wait, and an explanation says for what."""
    early = export(SourceKind.CLIENT, own_only=True)
    assert block_of(path_from(SourceKind.LOCAL, next_hop=None, as_path=AsPath()), early) is not None
    for kind in (SourceKind.CLIENT, SourceKind.NON_CLIENT, SourceKind.EBGP):
        learned = path_from(kind)
        assert block_of(learned, early) is None
        assert early.barrier(learned).startswith("routes of others are held back until peers have sent theirs")
