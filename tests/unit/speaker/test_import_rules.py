"""Loops by AS number, identifier and cluster; a local AS on the way in. The RFCs' sentences: tests/conformance."""

from ipaddress import IPv4Address
from typing import Any

import pytest

from bgpkit.speaker.import_rules import ImportRules
from bgpkit.wire import AttributeInputs, canonical_inputs, decode_attributes, encode_attributes
from bgpkit_fsm import BgpRole
from bgpkit_rib import GRACEFUL_SHUTDOWN, AsPath, Community, Path, PathAttributes, Source, SourceKind, make_path

OWN, LOCAL, MEMBER, IDENTIFIER = 64512, 65100, 64513, 64999


def rules(**fields: Any) -> ImportRules:
    """Return rules with our numbers, unless ``fields`` say otherwise."""
    usual: dict[str, Any] = {"own_asns": frozenset({OWN, LOCAL}), "bgp_identifier": 1, "cluster_ids": frozenset({2})}
    return ImportRules(**{**usual, **fields})


def inputs(as_path: str, **attributes: Any) -> AttributeInputs:
    """Return the inputs of a block with this AS_PATH."""
    return canonical_inputs(encode_attributes(PathAttributes(as_path=AsPath.parse(as_path), **attributes)))


@pytest.mark.parametrize(
    ("fields", "as_path", "reason"),
    [
        ({}, "1 2", ""),
        ({}, "1 64512", "our own AS number 64512 is in AS_PATH"),
        ({}, "1 {65100,3}", "our own AS number 65100 is in AS_PATH"),
        ({"allow_own_as": 1}, "1 64512", ""),
        ({"allow_own_as": 1}, "64512 1 64512", "our own AS number 64512 is in AS_PATH"),
        ({"allow_own_as": 2}, "64512 1 64512", ""),
        ({"allow_own_as": 1}, "64512 65100", ""),
        ({"entered_asn": LOCAL}, "65100 1", ""),
        ({"entered_asn": LOCAL}, "65100 1 65100", "our own AS number 65100 is in AS_PATH"),
        ({"entered_asn": LOCAL}, "65100 1 64512", "our own AS number 64512 is in AS_PATH"),
        ({"entered_asn": LOCAL, "allow_own_as": 1}, "65100 1 65100", ""),
        ({"member_asn": OWN}, "1 64512", ""),
        ({"member_asn": OWN}, "(64512) 1", "our own AS number 64512 is in AS_PATH"),
        ({"member_asn": OWN}, "[3,64512] 1", "our own AS number 64512 is in AS_PATH"),
        ({"member_asn": OWN, "allow_own_as": 1}, "(64512) 64512", ""),
    ],
)
def test_our_own_numbers_are_counted(fields: dict[str, Any], as_path: str, reason: str) -> None:
    """Each by itself, as often as it may be there; that of a member AS in confederation segments only."""
    judged, block = rules(**fields), inputs(as_path)
    assert judged.loop(block) == reason
    assert not reason or any(octets in block.as_path for octets in judged.own_octets)


def test_octets_across_numbers_are_no_number_of_ours() -> None:
    """0000FC00 inside two other numbers is not 64512, though the octets are there."""
    block = inputs(f"{0x01000000 + 0xFC} {0x00000001}")
    shifted = rules(own_asns=frozenset({0x000000FC << 8}))
    assert shifted.own_octets[0] in block.as_path
    assert shifted.loop(block) == ""


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ({"originator_id": IPv4Address(1)}, "ORIGINATOR_ID is our own BGP Identifier"),
        ({"originator_id": IPv4Address(2)}, ""),
        ({"cluster_list": (IPv4Address(3), IPv4Address(2))}, "our own cluster is in CLUSTER_LIST"),
        ({"cluster_list": (IPv4Address(1),)}, ""),
    ],
)
def test_reflected_routes_that_come_round(attributes: dict[str, Any], reason: str) -> None:
    """RFC 4456, section 8."""
    assert rules().loop(inputs("1", **attributes)) == reason


@pytest.mark.parametrize(
    ("as_path", "after"),
    [("1 2", "65100 1 2"), ("", "65100"), ("{1}", "65100 {1}"), ("1 " * 255, "65100 " + "1 " * 255)],
)
def test_a_local_as_is_put_before_what_comes_in(as_path: str, after: str) -> None:
    """And counts when routes are compared."""
    taken: list[AttributeInputs] = []

    def make(found: AttributeInputs) -> Path:
        taken.append(found)
        return make_path(Source("s", SourceKind.EBGP), found.raw)

    before = inputs(as_path, med=7)._replace(rest=b"label", path_id=9)
    rules(entered_asn=LOCAL).entering(make)(before)
    [found] = taken
    assert "".join(str(decode_attributes(found.raw).as_path).split()) == "".join(after.split())
    assert (found.as_path_length, found.neighbor_as) == (AsPath.parse(after).length, LOCAL)
    assert (found.med, found.rest, found.path_id) == (7, b"label", 9)
    assert rules().entering(make) is make


def test_equal_rules_are_equal() -> None:
    """Octets that are made ahead do not count."""
    assert rules() == rules()
    assert rules() != rules(entered_asn=LOCAL)
    assert rules(from_confederation=True).own_octets == (b"",)


@pytest.mark.parametrize(
    ("entered", "as_path", "right"),
    [
        (None, "7 2", True),
        (None, "2 7", False),
        (None, "", False),
        (None, "{7}", False),
        (LOCAL, "65100 7 2", True),
        (LOCAL, "65100 2 7", False),
        (LOCAL, "65100", False),
        (LOCAL, "65100 {7}", False),
        (LOCAL, "65100 " + "7 " * 255, True),
        (LOCAL, "7 65100", False),
    ],
)
def test_the_first_as_is_looked_for_behind_one_that_we_put_there(
    entered: int | None, as_path: str, *, right: bool
) -> None:
    """Which is the only one that may stand before it. RFC 4271, section 6.3."""
    judged = rules(own_asns=frozenset({OWN}), peer_asn=7, enforce_first_as=True, entered_asn=entered)
    found = "" if right else "AS_PATH does not begin with the peer's AS number 7"
    assert judged.refusal(inputs(as_path)) == found
    assert rules(own_asns=frozenset({OWN}), peer_asn=7).refusal(inputs("2")) == ""


def test_only_what_is_suspicious_is_looked_at() -> None:
    """Where roles count that is every path, for each may be a leak."""
    assert rules().own_octets != (b"",)
    assert rules(role=BgpRole.PEER).own_octets == (b"",)
    assert (rules(peer_asn=7).first_asn, rules(peer_asn=7, enforce_first_as=True).first_asn) == (0, 7)


def test_a_mark_is_entered_together_with_a_local_as() -> None:
    """Both stand in what the peer is held to have sent. RFC 9234, section 5; RFC 7705, section 3.1."""
    made: list[AttributeInputs] = []

    def make(given: AttributeInputs) -> Path:
        made.append(given)
        return make_path(Source("peer", SourceKind.EBGP), given.raw)

    marking = rules(role=BgpRole.CUSTOMER, peer_asn=7, entered_asn=LOCAL)
    marking.entering(make)(inputs("7 2"))
    marking.entering(make)(inputs("7 2", only_to_customer=9))
    found = [decode_attributes(given.raw) for given in made]
    assert [(str(each.as_path), each.only_to_customer) for each in found] == [("65100 7 2", 7), ("65100 7 2", 9)]
    assert rules(role=BgpRole.PROVIDER, peer_asn=7).entering(make) is make


@pytest.mark.parametrize(
    ("fields", "communities", "lowered", "kept"),
    [
        ({}, (), False, ()),
        ({"honor_graceful_shutdown": True}, (Community(1), GRACEFUL_SHUTDOWN), True, (Community(1), GRACEFUL_SHUTDOWN)),
        ({"honor_graceful_shutdown": True}, (Community(0x0001FFFF), Community(0x00000001)), False, None),
        ({"shutting_down": True}, (Community(1),), True, (Community(1), GRACEFUL_SHUTDOWN)),
        ({"shutting_down": True}, (GRACEFUL_SHUTDOWN,), True, (GRACEFUL_SHUTDOWN,)),
    ],
)
def test_what_is_about_to_go_is_lowered(
    fields: dict[str, Any], communities: tuple[Community, ...], kept: tuple[Community, ...] | None, *, lowered: bool
) -> None:
    """To LOCAL_PREF 0; where we are the ones who go, the community says so from now on. RFC 8326, section 4."""
    given = inputs("1", communities=communities, local_pref=200)
    found = rules(**fields).lowered(given)
    assert found.local_pref == (0 if lowered else 200)
    assert decode_attributes(found.raw).communities == (communities if kept is None else kept)
