"""The forms that type hints have in JSON, and those that depend on rows."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import NewType

import pytest

from bgpkit.wire.attributes import Attribute, MpReach, MpUnreach
from bgpkit.wire.families import OpaqueNlri, PathNlri
from bgpkit.wire.faults import AttributeFault, FaultAction
from bgpkit.wire.plain.json_data import Json, Kind, PlaceError
from bgpkit.wire.plain.values import ANY, form_of, object_form
from bgpkit.wire.update_message import UpdateMessage
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST, Family, UpdateSubcode
from bgpkit_rib import AsPath, Community, LargeCommunity, Origin, Prefix

Number = NewType("Number", int)
TEN = Prefix.parse("10.0.0.0/8")
OPAQUE = OpaqueNlri(b"\x0b\x01\0")
OPAQUE_DATA: Json = {"type": "opaque-nlri", "octets": "0b0100"}


@dataclass(frozen=True)
class Tree:
    """A class that holds its own kind."""

    label: Number
    branches: "tuple[Tree, ...]" = ()


FORMS: list[tuple[object, object, Json]] = [
    (Number, 7, 7),
    (int | None, None, None),
    (tuple[Community, ...], (Community(0xFFFFFF01), Community(0x00010002)), ["no-export", "1:2"]),
    (tuple[tuple[Family, int], ...], ((IPV4_UNICAST, 1),), [["ipv4-unicast", 1]]),
    (IPv4Address | IPv6Address | None, IPv6Address(1), "::1"),
    (IPv4Address | Origin, Origin.IGP, {"type": "origin", "text": "igp"}),
    (
        Tree,
        Tree(Number(1), (Tree(Number(2)),)),
        {"type": "tree", "label": 1, "branches": [{"type": "tree", "label": 2, "branches": []}]},
    ),
    (object, (1, "a", b"\0", None, TEN), [1, "a", {"hex": "00"}, None, {"type": "prefix", "text": "10.0.0.0/8"}]),
    (object | None, None, None),
    (PathNlri, PathNlri(7, OPAQUE), {"type": "path-nlri", "path_id": 7, "nlri": OPAQUE_DATA}),
]


@pytest.mark.parametrize(("hint", "value", "data"), FORMS)
def test_a_hint_tells_the_form(hint: object, value: object, data: Json) -> None:
    """Each value is written in just this form, and read back."""
    assert form_of(hint).write(value, 5) == data
    assert form_of(hint).read(data, 5) == value


def test_a_hint_without_a_form_is_refused() -> None:
    """Sets, functions and classes that are not made of fields have none."""
    for hint in (frozenset[int], Callable, PlaceError, "int"):
        with pytest.raises(ValueError, match="has no form in JSON"):
            form_of(hint)


def test_an_interpreted_attribute_has_the_value_of_its_row() -> None:
    """Code, flags and a name for people stand beside it."""
    data = {"type": "attribute", "name": "COMMUNITIES", "code": 8, "flags": 192, "value": ["no-export"]}
    value = Attribute(0xC0, 8, (Community(0xFFFFFF01),))
    assert form_of(Attribute).write(value, 5) == data
    assert form_of(Attribute).read(data, 5) == value


@pytest.mark.parametrize(("code", "name"), [(8, "COMMUNITIES"), (99, "unknown")])
def test_an_attribute_that_is_not_interpreted_has_octets(code: int, name: str) -> None:
    """They are told from texts by their key, whether the code is known or not."""
    data = {"type": "attribute", "name": name, "code": code, "flags": 192, "value": {"hex": "0102"}}
    assert form_of(Attribute).write(Attribute(0xC0, code, b"\1\2"), 5) == data
    assert form_of(Attribute).read(data, 5) == Attribute(0xC0, code, b"\1\2")


def test_the_name_of_an_attribute_is_for_people() -> None:
    """It may be anything or absent: the code counts."""
    data = {"type": "attribute", "code": 1, "flags": 64, "value": "egp"}
    assert form_of(Attribute).read(data, 5) == Attribute(0x40, 1, Origin.EGP)
    assert form_of(Attribute).read({**data, "name": "AS_PATH"}, 5) == Attribute(0x40, 1, Origin.EGP)


@pytest.mark.parametrize(
    ("code", "value", "complaint"),
    [
        (99, "0102", 'value: "0102" stands where an object with the key "hex" is wanted'),
        (1 << 200, ["1:2"], 'value: an array stands where an object with the key "hex" is wanted'),
        (8, "1:2", 'value: "1:2" stands where an array is wanted'),
        (8, [["1:2"]], "value[0]: an array stands where the text of a value of class Community is wanted"),
        (8, {"hex": 1}, "value.hex: 1 stands where a string with pairs of hexadecimal digits is wanted"),
        (2, {"type": "as-segment"}, 'value.type: "as-segment" stands where "as-path" is wanted'),
    ],
)
def test_a_value_that_is_not_the_rows_is_refused(code: int, value: object, complaint: str) -> None:
    """The row of the code decides what may stand there."""
    with pytest.raises(PlaceError) as caught:
        form_of(Attribute).read({"type": "attribute", "code": code, "flags": 192, "value": value}, 5)
    assert str(caught.value) == complaint


def test_a_value_of_another_row_is_not_written() -> None:
    """An ORIGIN does not stand in COMMUNITIES, and only octets in an attribute that has no row."""
    with pytest.raises(PlaceError, match=r"^value: "):
        form_of(Attribute).write(Attribute(0xC0, 8, Origin.IGP), 5)
    with pytest.raises(PlaceError, match=r"^value: "):
        form_of(Attribute).write(Attribute(0xC0, 99, 5), 5)


def test_routes_have_the_form_of_their_family() -> None:
    """Where the family has one class with a text, an NLRI is that text; all others have types."""
    value = MpReach(IPV4_UNICAST, (IPv4Address(1),), (TEN, OPAQUE, PathNlri(7, TEN), PathNlri(8, OPAQUE)))
    data: Json = {
        "type": "mp-reach",
        "family": "ipv4-unicast",
        "next_hop": ["0.0.0.1"],
        "nlri": [
            "10.0.0.0/8",
            OPAQUE_DATA,
            {"type": "path-nlri", "path_id": 7, "nlri": "10.0.0.0/8"},
            {"type": "path-nlri", "path_id": 8, "nlri": OPAQUE_DATA},
        ],
    }
    assert form_of(MpReach).write(value, 5) == data
    assert form_of(MpReach).read(data, 5) == value


def test_the_routes_of_an_updates_body_are_ipv4_unicast() -> None:
    """Withdrawn or announced, they have the form of that family; faults come along."""
    fault = AttributeFault(
        FaultAction.WITHDRAW, 8, "a length of 3", "RFC 7606, section 7.8", UpdateSubcode.ATTRIBUTE_LENGTH_ERROR, b"\xc0"
    )
    value = UpdateMessage(withdrawn=(TEN,), nlri=(PathNlri(1, TEN),), faults=(fault,))
    data = form_of(UpdateMessage).write(value, 5)
    assert data == {
        "type": "update-message",
        "withdrawn": ["10.0.0.0/8"],
        "attributes": [],
        "nlri": [{"type": "path-nlri", "path_id": 1, "nlri": "10.0.0.0/8"}],
        "faults": [
            {
                "type": "attribute-fault",
                "action": "withdraw",
                "code": 8,
                "text": "a length of 3",
                "section": "RFC 7606, section 7.8",
                "subcode": 5,
                "octets": "c0",
                "malformed": True,
                "family": None,
            }
        ],
    }
    found = form_of(UpdateMessage).read(json.loads(json.dumps(data)), 5)
    assert isinstance(found, UpdateMessage)
    assert (found, found.faults) == (value, value.faults)


def test_a_family_without_a_row_has_no_routes() -> None:
    """Nobody knows what its NLRI are."""
    data: Json = {"type": "mp-unreach", "family": "afi-99-safi-9", "nlri": []}
    with pytest.raises(PlaceError, match=r"^nlri: family afi-99-safi-9 has no row"):
        form_of(MpUnreach).read(data, 5)
    with pytest.raises(PlaceError, match=r"^nlri: family afi-99-safi-9 has no row"):
        form_of(MpUnreach).write(MpUnreach(Family(99, 9)), 5)


def test_path_identifiers_do_not_nest() -> None:
    """An NLRI has one at most."""
    inner = {"type": "path-nlri", "path_id": 1, "nlri": "10.0.0.0/8"}
    data = {"type": "mp-unreach", "family": "ipv4-unicast", "nlri": [{**inner, "nlri": inner}]}
    with pytest.raises(PlaceError, match=r'^nlri\[0\]\.nlri\.type: "path-nlri" stands where'):
        form_of(MpUnreach).read(data, 9)


def test_a_class_is_an_object_that_tells_its_type() -> None:
    """Values that are strings where their class is known have theirs beside them here."""
    assert object_form(Community).write(Community(1), 5) == {"type": "community", "text": "0:1"}
    assert object_form(Community).kind is Kind.OBJECT
    assert object_form(AsPath).write(AsPath(), 5) == {"type": "as-path", "segments": []}


@pytest.mark.parametrize("value", [{1, 2}, Tree(Number(1)), 1j, bytearray(b"a")])
def test_a_value_that_the_codec_does_not_know_is_not_written(value: object) -> None:
    """Where any value may stand, it is one of the codec's."""
    with pytest.raises(PlaceError, match=f"^a value of class {type(value).__name__} has no form in JSON$"):
        ANY.write(value, 5)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ({"type": 5}, "type: 5 stands where the name of a type is wanted"),
        ({"type": "tree"}, 'type: "tree" is not a type that is known'),
        ({}, 'this object lacks the key "hex"'),
        ([{"hex": 1}], "[0].hex: 1 stands where a string with pairs of hexadecimal digits is wanted"),
        (b"", "a value of class bytes stands where a value of JSON is wanted"),
        (float("nan"), "nan stands where a number is wanted"),
    ],
)
def test_anything_else_is_refused(data: object, complaint: str) -> None:
    """Where any value may stand, JSON tells its class, and nothing but JSON is read."""
    with pytest.raises(PlaceError) as caught:
        ANY.read(data, 5)
    assert str(caught.value) == complaint


def test_large_communities_and_as_paths_are_told_by_their_class() -> None:
    """Both kinds of class come back from where any value may stand."""
    for value in (LargeCommunity(1, 2, 3), AsPath.of(1, 2), Origin.EGP, IPv4Address(1), MpUnreach(IPV6_UNICAST)):
        assert ANY.read(ANY.write(value, 5), 5) == value
