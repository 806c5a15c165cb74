"""Protocol buffers: against octets written down by hand from the specification of the encoding."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgpkit_node.datastore.etcd.protobuf import decoder, encode


class _Colour(IntEnum):
    RED = 0
    BLUE = 2


@dataclass(frozen=True, slots=True)
class _Inner:
    number: Annotated[int, 1] = 0


@dataclass(frozen=True, slots=True)
class _Outer:
    number: Annotated[int, 1] = 0
    text: Annotated[str, 2] = ""
    octets: Annotated[bytes, 3] = b""
    flag: Annotated[bool, 4] = False
    colour: Annotated[_Colour, 5] = _Colour.RED
    inner: Annotated[_Inner | None, 6] = None
    many: Annotated[tuple[_Inner, ...], 64] = ()


_decode = decoder(_Outer)
_NUMBERS = st.integers(-(1 << 63), (1 << 63) - 1)


@pytest.mark.parametrize(
    ("message", "octets"),
    [
        (_Outer(), ""),
        (_Outer(number=150), "08 96 01"),
        (_Outer(number=-1), "08 ff ff ff ff ff ff ff ff ff 01"),
        (_Outer(text="testing"), "12 07 74 65 73 74 69 6e 67"),
        (_Outer(octets=b"\0"), "1a 01 00"),
        (_Outer(flag=True, colour=_Colour.BLUE), "20 01 28 02"),
        (_Outer(inner=_Inner()), "32 00"),
        (_Outer(inner=_Inner(150)), "32 03 08 96 01"),
        (_Outer(many=(_Inner(1), _Inner())), "82 04 02 08 01 82 04 00"),
    ],
)
def test_messages_are_written_and_read_as_specified(message: _Outer, octets: str) -> None:
    """The numbers 150 and the word are the specification's own examples."""
    assert encode(message) == bytes.fromhex(octets)
    assert _decode(bytes.fromhex(octets)) == message


def test_unknown_fields_of_every_kind_are_passed_over() -> None:
    """A newer etcd may say more: a number, eight octets, a text, four octets."""
    more = "78 96 01 79 0102030405060708 7a 02 6869 7d 01020304"
    assert _decode(bytes.fromhex(f"{more} 08 96 01 {more}")) == _Outer(number=150)


@pytest.mark.parametrize("octets", ["08", "08 96", "12 07 74", "0a 01 00", "10 01", "0b", "32 01", "79 01"])
def test_octets_that_are_no_message_are_refused(octets: str) -> None:
    """Cut off, of another type, of a type that does not exist any more."""
    with pytest.raises(ValueError, match=r"cut off|expected|not known"):
        _decode(bytes.fromhex(octets))


@given(
    st.builds(
        _Outer,
        number=_NUMBERS,
        text=st.text(),
        octets=st.binary(),
        flag=st.booleans(),
        colour=st.sampled_from(_Colour),
        inner=st.one_of(st.none(), st.builds(_Inner, _NUMBERS)),
        many=st.lists(st.builds(_Inner, _NUMBERS)).map(tuple),
    )
)
def test_what_is_written_is_read_back(message: _Outer) -> None:
    """Whatever the values."""
    assert _decode(encode(message)) == message


@given(st.binary(max_size=40))
def test_any_octets_are_a_message_or_refused(octets: bytes) -> None:
    """No other error comes out."""
    try:
        _decode(octets)
    except ValueError:
        return
