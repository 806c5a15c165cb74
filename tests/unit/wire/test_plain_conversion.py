"""Values to and from JSON."""

import json
from ipaddress import IPv4Address

import pytest

from bgpkit.wire.attributes import Attribute
from bgpkit.wire.attributes.attr_set import AttrSet
from bgpkit.wire.codec import Codec
from bgpkit.wire.families import PathNlri
from bgpkit.wire.plain import from_dict, from_plain, to_dict, to_plain
from bgpkit.wire.update_context import UpdateContext
from bgpkit.wire.update_message import UpdateMessage
from bgpkit_fsm import IPV4_UNICAST, FourOctetAsCapability, Notification, Open
from bgpkit_rib import AsPath, Community, Origin, Prefix

OPEN = Open(
    my_as=64512, hold_time=90, bgp_identifier=IPv4Address("192.0.2.1"), capabilities=(FourOctetAsCapability(64512),)
)


def test_a_message_goes_through_the_json_module() -> None:
    """It needs no encoder of its own, and comes back equal."""
    text = json.dumps(to_dict(OPEN), allow_nan=False)
    assert '"bgp_identifier": "192.0.2.1"' in text
    assert from_dict(json.loads(text)) == OPEN


def test_an_update_in_octets_is_written_field_by_field() -> None:
    """Put together by hand from the figures of RFC 4271, section 4.3, and RFC 1997."""
    attributes = bytes.fromhex(
        "40010100 40020602010000fc00 400304c0000201 c00808ffffff01fc000064 c063020102".replace(" ", "")
    )
    body = bytes.fromhex("000418c63364") + len(attributes).to_bytes(2, "big") + attributes + bytes.fromhex("080a")
    octets = b"\xff" * 16 + (19 + len(body)).to_bytes(2, "big") + b"\2" + body
    context = UpdateContext(families=frozenset({IPV4_UNICAST}), four_octet_as=True, internal=False)
    message = Codec(context).decode(octets)
    segment = {"type": "as-segment", "kind": "sequence", "asns": [64512]}
    head = {"type": "attribute", "flags": 64}
    wanted = {
        "type": "update-message",
        "withdrawn": ["198.51.100.0/24"],
        "attributes": [
            {**head, "name": "ORIGIN", "code": 1, "value": "igp"},
            {**head, "name": "AS_PATH", "code": 2, "value": {"type": "as-path", "segments": [segment]}},
            {**head, "name": "NEXT_HOP", "code": 3, "value": "192.0.2.1"},
            {**head, "name": "COMMUNITIES", "code": 8, "flags": 192, "value": ["no-export", "64512:100"]},
            {**head, "name": "unknown", "code": 99, "flags": 192, "value": {"hex": "0102"}},
        ],
        "nlri": ["10.0.0.0/8"],
        "faults": [],
    }
    assert to_dict(message) == wanted
    found = from_dict(json.loads(json.dumps(wanted)))
    assert isinstance(found, UpdateMessage)
    assert Codec(context).encode(found) == [octets]


@pytest.mark.parametrize(
    "value",
    [
        Notification(6, 2, b"\5hello"),
        Attribute(0x40, 2, AsPath.of(1, 2)),
        Prefix.parse("2001:db8::/32"),
        Community.parse("blackhole"),
        Origin.EGP,
        PathNlri(1, Prefix.parse("0.0.0.0/0")),
    ],
)
def test_every_value_tells_its_type(value: object) -> None:
    """Messages, attributes, NLRI and communities are objects with a type."""
    assert "type" in to_dict(value)
    assert from_dict(to_dict(value)) == value


@pytest.mark.parametrize("value", [1, "a", None, b"", (), (OPEN,), object()])
def test_to_dict_takes_values_of_the_codec_only(value: object) -> None:
    """Numbers, texts, octets and tuples are no objects in JSON."""
    with pytest.raises(ValueError, match=f"^a value of class {type(value).__name__} has no form in JSON$"):
        to_dict(value)


def test_where_the_class_is_known_it_is_not_told() -> None:
    """A community is its text, a tuple an array, octets are digits."""
    assert to_plain((Community.parse("no-export"), Prefix.parse("::/0"), (b"\1", 7, None))) == [
        "no-export",
        "::/0",
        ["01", 7, None],
    ]
    assert from_plain(tuple[Community, ...], ["no-export"]) == (Community.parse("no-export"),)
    assert from_plain(Prefix, to_plain(Prefix.parse("::/0"))) == Prefix.parse("::/0")
    assert from_plain(Attribute, to_plain(Attribute(64, 1, Origin.IGP))) == Attribute(64, 1, Origin.IGP)


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (None, "null stands where an object is wanted"),
        ([], "an array stands where an object is wanted"),
        ({}, 'this object lacks the key "type"'),
        ({"hex": "00"}, 'this object lacks the key "type"'),
        ({"type": "no-such"}, 'type: "no-such" is not a type that is known'),
    ],
)
def test_from_dict_takes_objects_with_a_type_only(data: object, complaint: str) -> None:
    """Anything else is refused with a sentence."""
    with pytest.raises(ValueError, match=r".") as caught:
        from_dict(data)
    assert str(caught.value) == complaint


def test_a_fault_deep_within_is_told_with_its_place() -> None:
    """The path leads to it from the outermost object."""
    message = UpdateMessage(attributes=(Attribute(64, 1, Origin.IGP), Attribute(192, 8, (Community(1), Community(2)))))
    data = json.loads(json.dumps(to_dict(message)).replace('"0:2"', '"64512"'))
    with pytest.raises(ValueError, match=r"^attributes\[1\]\.value\[1\]: community '64512' is not"):
        from_dict(data)


def test_a_value_that_is_too_deep_is_not_written() -> None:
    """Sets of attributes in sets of attributes, more than any peer could send, are a ValueError, too."""
    value = Attribute(64, 1, Origin.IGP)
    for _ in range(1000):
        value = Attribute(192, 128, AttrSet(64512, (value,)))
    with pytest.raises(ValueError, match="64 deep"):
        to_dict(value)


def test_endless_depth_is_refused() -> None:
    """Arrays a hundred thousand deep are a ValueError like any other, and no stack runs over."""
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="64 deep"):
        from_dict({"type": "path-nlri", "path_id": 1, "nlri": deep})
