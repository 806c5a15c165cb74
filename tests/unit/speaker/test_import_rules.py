"""Loops by AS number, identifier and cluster; a local AS on the way in. The RFCs' sentences: tests/conformance."""

from ipaddress import IPv4Address
from typing import Any

import pytest

from bgpkit.speaker.import_rules import ImportRules
from bgpkit.wire import AttributeInputs, canonical_inputs, decode_attributes, encode_attributes
from bgpkit_rib import AsPath, Path, PathAttributes, Source, SourceKind, make_path

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

    before = inputs(as_path, med=7)
    before.rest, before.path_id = b"label", 9
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
