"""The forms of single values in JSON."""

import math
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.wire.plain.form import (
    BOOL,
    FLOAT,
    HEX,
    HEX_OBJECT,
    INT,
    NONE,
    STR,
    TIME,
    Form,
    address_form,
    enum_form,
    named_form,
    text_form,
)
from bgpkit.wire.plain.json_data import Json, PlaceError
from bgpkit_rib import AsSegmentKind, Community, Origin, Prefix

PREFIX = text_form(Prefix)
KIND = enum_form(AsSegmentKind)
EITHER = address_form(IPv4Address, IPv6Address)
WEST = timezone(timedelta(hours=-2))


class Shade(Enum):
    """An Enum that is no number."""

    LIGHT_GREY = "light"


@pytest.mark.parametrize(
    ("form", "value", "data"),
    [
        (NONE, None, None),
        (BOOL, True, True),
        (INT, -7, -7),
        (INT, 1 << 64, 1 << 64),
        (STR, "ä\n", "ä\n"),
        (FLOAT, 0.1, 0.1),
        (FLOAT, math.inf, "inf"),
        (FLOAT, -math.inf, "-inf"),
        (TIME, datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00+00:00"),
        (TIME, datetime(2026, 1, 31, microsecond=250, tzinfo=WEST), "2026-01-31T00:00:00.000250-02:00"),
        (HEX, b"\x00\xff", "00ff"),
        (HEX, b"", ""),
        (HEX_OBJECT, b"\x00\xff", {"hex": "00ff"}),
        (KIND, AsSegmentKind.CONFED_SEQUENCE, "confed-sequence"),
        (enum_form(Shade), Shade.LIGHT_GREY, "light-grey"),
        (PREFIX, Prefix(b"\x10\x0a\x01"), "10.1.0.0/16"),
        (text_form(Community), Community(0xFFFFFF01), "no-export"),
        (address_form(IPv4Address), IPv4Address(0x0A000001), "10.0.0.1"),
        (EITHER, IPv4Address(0x0A000001), "10.0.0.1"),
        (EITHER, IPv6Address(1), "::1"),
        (named_form(KIND), AsSegmentKind.SET, {"type": "as-segment-kind", "text": "set"}),
        (named_form(PREFIX), Prefix(b"\0", 128), {"type": "prefix", "text": "::/0"}),
    ],
)
def test_a_value_is_written_and_read_back(form: Form, value: object, data: Json) -> None:
    """Each form writes just this, and reads it back as a value of the same class."""
    assert form.write(value, 1) == data
    assert type(form.write(value, 1)) is type(data)
    found = form.read(data, 1)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("form", "data", "complaint"),
    [
        (NONE, 0, "0 stands where null is wanted"),
        (BOOL, 1, "1 stands where true or false is wanted"),
        (INT, True, "true stands where an integer is wanted"),
        (INT, 1.0, "1.0 stands where an integer is wanted"),
        (INT, "1", '"1" stands where an integer is wanted'),
        (STR, None, "null stands where a string is wanted"),
        (FLOAT, True, "true stands where a number is wanted"),
        (FLOAT, "infinity", '"infinity" stands where a number is wanted'),
        (FLOAT, math.inf, "inf stands where a number is wanted"),
        (FLOAT, (1 << 53) + 1, "9007199254740993 stands where a number is wanted"),
        (TIME, 7, "7 stands where the text of a time with its zone is wanted"),
        (TIME, "noon", '"noon" stands where the text of a time with its zone is wanted'),
        (TIME, "2026-01-31T12:00:00", '"2026-01-31T12:00:00" stands where the text of a time with its zone is wanted'),
        (HEX, "0a0", '"0a0" stands where a string with pairs of hexadecimal digits is wanted'),
        (HEX, "0a 0b", '"0a 0b" stands where a string with pairs of hexadecimal digits is wanted'),
        (HEX, 10, "10 stands where a string with pairs of hexadecimal digits is wanted"),
        (HEX_OBJECT, "0a", '"0a" stands where an object with the key "hex" is wanted'),
        (HEX_OBJECT, {}, 'this object lacks the key "hex"'),
        (HEX_OBJECT, {"hex": 7}, "hex: 7 stands where a string with pairs of hexadecimal digits is wanted"),
        (KIND, "SET", '"SET" stands where one of set, sequence, confed-sequence, confed-set is wanted'),
        (KIND, [], "an array stands where one of set, sequence, confed-sequence, confed-set is wanted"),
        (PREFIX, 10, "10 stands where the text of a value of class Prefix is wanted"),
        (PREFIX, "10.0.0.0", "prefix '10.0.0.0' has no length; a single address is written with /32 or /128"),
        (address_form(IPv4Address), "::1", '"::1" stands where the text of an IPv4Address is wanted'),
        (address_form(IPv4Address), 1, "1 stands where the text of an IPv4Address is wanted"),
        (EITHER, "fe80::1%eth0", '"fe80::1%eth0" stands where the text of an IPv4Address or IPv6Address is wanted'),
        (EITHER, "10.0.0", '"10.0.0" stands where the text of an IPv4Address or IPv6Address is wanted'),
        (named_form(KIND), "set", '"set" stands where an object of the type "as-segment-kind" is wanted'),
        (
            named_form(KIND),
            {"type": "origin", "text": "igp"},
            'an object stands where an object of the type "as-segment-kind" is wanted',
        ),
        (named_form(KIND), {"type": "as-segment-kind"}, 'this as-segment-kind lacks the key "text"'),
        (
            named_form(KIND),
            {"type": "as-segment-kind", "text": "set", "value": 1},
            'this as-segment-kind has no key "value"',
        ),
    ],
)
def test_what_does_not_fit_is_refused(form: Form, data: object, complaint: str) -> None:
    """The sentence says what stands there and what is wanted."""
    with pytest.raises(PlaceError) as caught:
        form.read(data, 1)
    assert str(caught.value) == complaint


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (NONE, 0),
        (BOOL, 1),
        (INT, True),
        (INT, "1"),
        (STR, b""),
        (TIME, datetime(2026, 1, 31)),
        (TIME, "2026-01-31T12:00:00+00:00"),
        (FLOAT, 1),
        (HEX, "00"),
        (HEX_OBJECT, None),
        (KIND, Origin.IGP),
        (PREFIX, "10.0.0.0/8"),
        (EITHER, "::1"),
        (EITHER, IPv6Address("fe80::1%eth0")),
        (address_form(IPv6Address), IPv4Address(1)),
    ],
)
def test_a_value_of_another_class_is_not_written(form: Form, value: object) -> None:
    """A field that holds what its hint does not allow is told, before JSON is made that nobody can read."""
    with pytest.raises(PlaceError, match=r"is wanted$"):
        form.write(value, 1)


def test_a_number_with_a_name_is_written_as_a_number() -> None:
    """Where a hint says int, a member of an IntEnum is the plain number, as JSON from json.dumps must be."""
    for value in (Origin.INCOMPLETE, Community(2)):
        written = INT.write(value, 1)
        assert written == 2
        assert type(written) is int


def test_an_integer_is_read_as_a_number_with_a_fraction() -> None:
    """Programs in other languages write 1.0 as 1."""
    found = FLOAT.read(1, 1)
    assert found == 1.0
    assert type(found) is float


def test_what_is_no_number_comes_back() -> None:
    """NaN, which is equal to nothing, is a word in JSON."""
    assert FLOAT.write(math.nan, 1) == "nan"
    found = FLOAT.read("nan", 1)
    assert isinstance(found, float)
    assert math.isnan(found)


def test_hexadecimal_digits_are_read_in_either_case() -> None:
    """They are written in lower case."""
    assert HEX.read("0A0b", 1) == b"\x0a\x0b"


def test_objects_need_a_level() -> None:
    """An object at the deepest level is refused, to write and to read."""
    with pytest.raises(PlaceError, match="64 deep"):
        HEX_OBJECT.write(b"", 0)
    with pytest.raises(PlaceError, match="64 deep"):
        HEX_OBJECT.read({"hex": ""}, 0)


def test_a_text_class_that_overflows_is_refused() -> None:
    """An ArithmeticError of ``parse`` is a fault of the text, too."""

    class Number(int):
        @classmethod
        def parse(cls, text: str) -> "Number":
            raise OverflowError(f"{text} is too large")

    with pytest.raises(PlaceError, match=r"^1 is too large$"):
        text_form(Number).read("1", 1)


def test_a_form_is_named_by_its_classes() -> None:
    """The name is what ``type`` says."""
    assert (PREFIX.name, EITHER.name) == ("prefix", "ipv4-address or ipv6-address")
