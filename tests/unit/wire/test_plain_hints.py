"""What type hints say of fields, and the names of classes in JSON."""

from dataclasses import dataclass, field
from enum import Enum, IntEnum
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple, NewType

import pytest

from bgpkit.wire.attributes import Attribute
from bgpkit.wire.attributes.attr_set import AttrSet
from bgpkit.wire.plain.hints import (
    classes_in,
    fields_of,
    is_enum,
    is_named_tuple,
    is_text,
    items_of,
    key_of,
    members_of,
    parse_of,
    type_name,
)
from bgpkit_fsm import Family, Open
from bgpkit_rib import AsPath, Community, Prefix, RouteDistinguisher

Number = NewType("Number", int)


class Place(NamedTuple):
    """A NamedTuple."""

    row: int
    column: "int | None"


@dataclass(frozen=True)
class Chain:
    """A class that holds its own kind, and a field that the constructor does not take."""

    first: Number
    rest: "Chain | None" = None
    length: int = field(default=0, init=False)


class MacIPRoute:
    """A class whose name has an abbreviation in it."""


class BgpLsTlv:
    """A class with two abbreviations in its name."""


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        (Open, "open"),
        (AsPath, "as-path"),
        (IPv4Address, "ipv4-address"),
        (IPv6Address, "ipv6-address"),
        (MacIPRoute, "mac-ip-route"),
        (BgpLsTlv, "bgp-ls-tlv"),
    ],
)
def test_a_class_is_named_in_lower_case_with_hyphens(cls: type, name: str) -> None:
    """Each word of the class's name is one; IPv4 and IPv6 are words of their own."""
    assert type_name(cls) == name


def test_a_field_is_its_own_key() -> None:
    """Only ``type`` is not, since it tells the class."""
    assert (key_of("asn"), key_of("type")) == ("asn", "type_")


def test_fields_are_those_that_the_constructor_takes() -> None:
    """Names come in order with their hints, which may be written as text; other classes have no fields."""
    assert fields_of(Place) == {"row": int, "column": int | None}
    assert list(fields_of(Chain) or ()) == ["first", "rest"]
    assert (fields_of(int), fields_of(tuple), fields_of(MacIPRoute)) == (None, None, None)


def test_a_hint_that_only_checkers_can_follow_is_found() -> None:
    """AttrSet holds attributes, whose module imports that of AttrSet."""
    assert fields_of(AttrSet) == {"origin_as": int, "attributes": tuple[Attribute, ...]}


def test_a_named_tuple_is_told_from_a_tuple() -> None:
    """Only the class with named fields is one."""
    assert (is_named_tuple(Place), is_named_tuple(tuple), is_named_tuple(Chain)) == (True, False, False)


def test_enums_are_told() -> None:
    """An IntEnum is an Enum, an int is not."""
    assert (is_enum(IntEnum), is_enum(Enum), is_enum(int)) == (True, True, False)


def test_texts_are_what_has_a_parse() -> None:
    """Prefixes, communities and the like are their texts; an AS path is not, since its text loses segments' ends."""
    assert [is_text(cls) for cls in (Prefix, Community, RouteDistinguisher, Family)] == [True] * 4
    assert (is_text(AsPath), is_text(int), is_text(Open)) == (False, False, False)


def test_the_parse_of_a_class_makes_its_values() -> None:
    """It is the class's own; a class without is a ValueError."""
    assert parse_of(Prefix)("10.0.0.0/8") == Prefix(b"\x08\x0a")
    with pytest.raises(ValueError, match="has no parse"):
        parse_of(int)


def test_a_union_is_taken_apart() -> None:
    """Both spellings of a union are, nested ones too; a NewType is what it stands for; any other hint is itself."""
    assert members_of(int | None) == (int, type(None))
    assert members_of(Number | str) == (int, str)
    assert members_of(Number) == (int,)
    assert members_of(tuple[int, ...]) == (tuple[int, ...],)


def test_items_of_tuples_are_found() -> None:
    """A tuple of any length has one hint, a fixed one as many as it has items, any other hint none."""
    assert items_of(tuple[int, ...]) == ((int,), True)
    assert items_of(tuple[int, str]) == ((int, str), False)
    assert items_of(int) is None


def test_the_classes_in_a_hint_are_found() -> None:
    """Those of items and of members of a union are among them, in order."""
    hint = tuple[tuple[Family, int], ...] | Prefix | None
    assert list(classes_in(hint)) == [Family, int, Prefix, type(None)]
