"""What is written as JSON is read back, whatever the value; and whatever the JSON, nothing but ValueError is raised."""

import json
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address
from types import NoneType
from typing import Final

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from bgpkit.wire.attributes import ATTRIBUTE_ROWS, Attribute, MpReach, MpUnreach
from bgpkit.wire.attributes.link_state_codes import LinkStateCode
from bgpkit.wire.attributes.link_state_tlvs import SIDS, LinkStateBandwidth, LinkStateSid
from bgpkit.wire.attributes.pmsi_tunnel import PmsiTunnel
from bgpkit.wire.families import ROWS, OpaqueNlri, PathNlri
from bgpkit.wire.families.ethernet_segment import EthernetSegmentIdentifier
from bgpkit.wire.families.flowspec_components import BitmaskTerm, FlowBits, FlowComponent, NumericTerm
from bgpkit.wire.families.mup_routes import MupType2Session
from bgpkit.wire.families.route_target import RouteTargetMembership
from bgpkit.wire.plain import Json, from_dict, from_plain, to_dict, to_plain
from bgpkit.wire.plain.hints import fields_of, is_enum, items_of, members_of
from bgpkit.wire.plain.registry import known_classes
from bgpkit.wire.update_message import UpdateMessage
from bgpkit_fsm import IPV4_UNICAST, Family
from bgpkit_rib import (
    Community,
    ExtendedCommunity,
    IPv6ExtendedCommunity,
    LargeCommunity,
    MacAddress,
    Prefix,
    RouteDistinguisher,
)

NUMBERS: Final = st.one_of(
    st.integers(0, 7),
    st.integers(0, 255),
    st.integers(0, 255),
    st.integers(0, 65535),
    st.integers(0, 1 << 20),
    st.integers(0, (1 << 64) - 1),
)
ATTEMPTS: Final = 20
U32: Final = st.integers(0, (1 << 32) - 1)


def octets(length: int) -> st.SearchStrategy[bytes]:
    """Draw so many octets."""
    return st.binary(min_size=length, max_size=length)


def prefixes() -> st.SearchStrategy[Prefix]:
    """Draw prefixes of both widths."""

    def build(width: int, length: int, number: int) -> Prefix:
        length = length % (width + 1)
        spare = width - length
        packed = (number >> (128 - width) >> spare << spare).to_bytes(width // 8, "big")
        return Prefix(bytes((length,)) + packed[: (length + 7) // 8], width)

    return st.builds(build, st.sampled_from([32, 128]), st.integers(0, 128), st.integers(0, (1 << 128) - 1))


LEAVES: Final[dict[object, st.SearchStrategy[object]]] = {
    NoneType: st.none(),
    bool: st.booleans(),
    int: NUMBERS,
    str: st.text(max_size=5),
    float: st.floats(allow_nan=False, width=32),
    bytes: st.one_of(st.binary(max_size=4), *map(octets, (6, 8, 10, 16, 20, 24))),
    IPv4Address: U32.map(IPv4Address),
    IPv6Address: st.integers(0, (1 << 128) - 1).map(IPv6Address),
    Prefix: prefixes(),
    Community: U32.map(Community),
    LargeCommunity: st.builds(LargeCommunity, U32, U32, U32),
    ExtendedCommunity: octets(8).map(ExtendedCommunity),
    IPv6ExtendedCommunity: octets(20).map(IPv6ExtendedCommunity),
    RouteDistinguisher: octets(8).map(RouteDistinguisher),
    MacAddress: octets(6).map(MacAddress),
    EthernetSegmentIdentifier: octets(10).map(EthernetSegmentIdentifier),
    Family: st.sampled_from(list(ROWS)) | st.builds(Family, st.integers(0, 65535), st.integers(0, 255)),
}


NARROW: Final[dict[tuple[type, str], st.SearchStrategy[object]]] = {
    (FlowBits, "component"): st.sampled_from([FlowComponent.TCP_FLAGS, FlowComponent.FRAGMENT]),
    (BitmaskTerm, "width"): st.sampled_from([1, 2, 4, 8]),
    (NumericTerm, "width"): st.sampled_from([1, 2, 4, 8]),
    (LinkStateSid, "code"): st.sampled_from(sorted(SIDS)),
    (LinkStateSid, "size"): st.sampled_from([3, 4]),
    (LinkStateBandwidth, "code"): st.just(LinkStateCode.MAXIMUM_LINK_BANDWIDTH),
    (MupType2Session, "teid_bits"): st.integers(25, 32),
    (MupType2Session, "teid"): octets(4),
    (PmsiTunnel, "tunnel_type"): st.integers(0, 11),
    (RouteTargetMembership, "length"): st.just(96),
}
"""Fields of classes whose constructors refuse nearly all that their hints allow."""

WORDS: Final = st.sampled_from(["", "type", "text", "hex", "00", "nlri", "10.0.0.0/8", *sorted(known_classes())])
ANYTHING: Final[st.SearchStrategy[Json]] = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.floats() | WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=4),
    max_leaves=8,
)


def values(hint: object) -> st.SearchStrategy[object]:
    """Draw values that a type hint allows, of all of its classes."""
    return st.one_of([_single(member) for member in members_of(hint)])


def _single(hint: object) -> st.SearchStrategy[object]:
    items = items_of(hint)
    if hint in LEAVES:
        return LEAVES[hint]
    if hint is object:
        return st.deferred(lambda: attributes() | prefixes() | st.binary(max_size=3) | st.none())
    if items is not None and items[1]:
        return st.lists(st.deferred(lambda: values(items[0][0])), max_size=2).map(tuple)
    if items is not None:
        return st.tuples(*map(values, items[0]))
    assert isinstance(hint, type)
    return _of_class(hint)


def _of_class(cls: type) -> st.SearchStrategy[object]:
    if is_enum(cls):
        return st.sampled_from(list(cls))
    if cls is Attribute:
        return attributes()
    if cls in {MpReach, MpUnreach}:
        return st.sampled_from(list(ROWS)).flatmap(lambda family: built(cls, family))
    return built(cls, IPV4_UNICAST if cls is UpdateMessage else None)


def attributes() -> st.SearchStrategy[object]:
    """Draw attributes, interpreted and not."""
    plain = st.builds(Attribute, st.integers(0, 255), st.integers(0, 255), st.binary(max_size=5))
    return st.sampled_from(list(ATTRIBUTE_ROWS)).flatmap(_interpreted) | plain


def _interpreted(code: int) -> st.SearchStrategy[Attribute]:
    return st.builds(Attribute, st.integers(0, 255), st.just(code), values(ATTRIBUTE_ROWS[code].value))


def nlri(family: Family) -> st.SearchStrategy[tuple[object, ...]]:
    """Draw NLRI of a family, with path identifiers and without, unknown ones among them."""
    one = st.one_of(*map(values, ROWS[family].values), st.builds(OpaqueNlri, st.binary(max_size=4)))
    return st.lists(one | st.builds(PathNlri, U32, one), max_size=2).map(tuple)


@st.composite
def built(draw: st.DrawFn, cls: type, family: Family | None) -> object:
    """Draw values of a class that is made of fields; what its constructor refuses is drawn again."""
    make: Callable[..., object] = cls
    hints = fields_of(cls) or {}
    for _ in range(ATTEMPTS):
        drawn = {name: draw(_field(cls, name, hint, family)) for name, hint in hints.items()}
        try:
            return make(**drawn)
        except ValueError:
            continue
    return reject()


def _field(cls: type, name: str, hint: object, family: Family | None) -> st.SearchStrategy[object]:
    if (cls, name) in NARROW:
        return NARROW[cls, name]
    if family is not None and name in {"nlri", "withdrawn"}:
        return nlri(family)
    return st.just(family) if family is not None and name == "family" else values(hint)


def everything() -> st.SearchStrategy[object]:
    """Draw any value that JSON can name."""
    return st.sampled_from(sorted(known_classes())).flatmap(lambda name: values(known_classes()[name][0]))


@pytest.mark.parametrize("name", sorted(known_classes()))
@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(data=st.data())
def test_every_value_comes_back(name: str, data: st.DataObject) -> None:
    """An equal value of the same class comes back from the text of its JSON, whether its class is told there or not."""
    (cls,) = known_classes()[name]
    value = data.draw(values(cls))
    written = json.loads(json.dumps(to_dict(value), allow_nan=False))
    found = from_dict(written)
    assert found == value
    assert type(found) is type(value)
    assert to_dict(found) == written
    assert from_plain(cls, json.loads(json.dumps(to_plain(value)))) == value


@settings(deadline=None, max_examples=200)
@given(ANYTHING)
def test_any_json_is_a_value_or_a_valueerror(data: Json) -> None:
    """Nothing else is raised for JSON that nobody has written from a value."""
    value = read(data)
    assert value is None or from_dict(to_dict(value)) == value


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(everything(), st.data())
def test_json_that_is_changed_is_a_value_or_a_valueerror(value: object, data: st.DataObject) -> None:
    """A place in it is replaced, a key taken out or put in: what is read, if anything, is written as it was read."""
    found = read(data.draw(changed(to_dict(value))))
    assert found is None or from_dict(to_dict(found)) == found


def read(data: Json) -> object | None:
    """Return the value that JSON writes, or None for a ValueError."""
    try:
        return from_dict(data)
    except ValueError:
        return None


@st.composite
def changed(draw: st.DrawFn, data: Json) -> Json:
    """Draw JSON that differs from ``data`` in one place."""
    if isinstance(data, list) and data and draw(st.booleans()):
        place = draw(st.integers(0, len(data) - 1))
        return [*data[:place], draw(changed(data[place])), *data[place + 1 :]]
    if isinstance(data, dict) and data and draw(st.integers(0, 3)):
        key = draw(st.sampled_from(sorted(data)))
        match draw(st.integers(0, 5)):
            case 0:
                return {other: each for other, each in data.items() if other != key}
            case 1:
                return {**data, draw(st.text(max_size=3)): None}
            case _:
                return {**data, key: draw(changed(data[key]))}
    return draw(ANYTHING)
