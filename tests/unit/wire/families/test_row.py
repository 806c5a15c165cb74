"""A row of a family: made up here, with something beside the key and a type that is not known."""

import pytest

from bgpkit.wire import FamilyRow, NlriBlock, OpaqueNlri
from bgpkit_fsm import Family

FAMILY = Family(1, 250)


def frame(nlri: bytes, offset: int, withdrawn: bool) -> tuple[int, bytes, bytes]:
    """Cut a type, two octets of key, and two of rest; type 9 is not known, type 0 must not be."""
    del withdrawn
    if nlri[offset] == 0:
        raise ValueError("type 0")
    stop = offset + 5
    return stop, b"" if nlri[offset] == 9 else nlri[offset : offset + 3], nlri[offset + 3 : stop]


def encode(value: object) -> tuple[bytes, bytes]:
    """Return key and rest of five octets."""
    assert isinstance(value, bytes)
    return value[:3], value[3:]


ROW = FamilyRow(
    family=FAMILY,
    frame=frame,
    join=lambda key, rest: key + (rest or b"\xff\xff"),
    decode=lambda key, rest: key + rest,
    encode=encode,
    values=(bytes,),
    next_hop_lengths=frozenset({4}),
)
FIELD = bytes.fromhex("01aaaa0001 01bbbb0001 09cccc0001 01dddd0002 01aaaa0002".replace(" ", ""))


def test_keys_that_share_their_rest_are_one_block() -> None:
    """Of two NLRI with one key the later counts; a type that is not known is told apart (RFC 7606, section 5.4)."""
    blocks, unknown = ROW.blocks(FIELD, add_path=False, withdrawn=False)
    assert blocks == [
        NlriBlock([b"\x01\xaa\xaa", b"\x01\xdd\xdd"], b"\0\2", 0, None),
        NlriBlock([b"\x01\xbb\xbb"], b"\0\1", 0, None),
    ]
    assert unknown == [bytes.fromhex("09cccc0001")]


def test_a_withdrawal_is_of_keys_alone() -> None:
    """What stands beside the key says nothing about what goes."""
    blocks, _ = ROW.blocks(FIELD, add_path=False, withdrawn=True)
    assert [(block.keys, block.rest) for block in blocks] == [
        ([b"\x01\xaa\xaa", b"\x01\xbb\xbb", b"\x01\xdd\xdd"], b"")
    ]


def test_values_come_in_the_order_of_the_field() -> None:
    """All of them, repeated ones and those of unknown types too, and they give the same octets again."""
    values = ROW.nlri(FIELD, add_path=False, withdrawn=False)
    assert values[2] == OpaqueNlri(bytes.fromhex("09cccc0001"))
    assert str(values[2]) == "0x09cccc0001"
    assert b"".join(ROW.octets(values, add_path=False)) == FIELD


def test_an_nlri_is_written_with_its_rest_or_as_withdrawn() -> None:
    """Without a rest the row's own form for withdrawals is written; a path identifier goes before all."""
    assert ROW.wire(b"\x01\xaa\xaa", b"\0\1") == bytes.fromhex("01aaaa0001")
    assert ROW.wire(b"\x01\xaa\xaa") == bytes.fromhex("01aaaaffff")
    assert ROW.wire(b"\x01\xaa\xaa", b"\0\1", 5) == bytes.fromhex("0000000501aaaa0001")


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("01aaaa00", "cut short at octet 0"),
        ("01aaaa0001 01", "cut short at octet 5"),
        ("00aaaa0001", "type 0 at octet 0"),
    ],
)
def test_the_place_of_a_fault_is_told(field: str, text: str) -> None:
    """An NLRI that runs past the end, and one that the row refuses."""
    with pytest.raises(ValueError, match=text):
        ROW.blocks(bytes.fromhex(field.replace(" ", "")), add_path=False, withdrawn=False)


def test_a_row_that_does_not_advance_is_caught() -> None:
    """A faulty row of a user does not make the decoder run for ever."""
    stuck = FamilyRow(
        family=FAMILY,
        frame=lambda _nlri, offset, _withdrawn: (offset, b"k", b""),
        decode=lambda key, _: key,
        encode=encode,
        values=(bytes,),
        next_hop_lengths=frozenset({4}),
    )
    with pytest.raises(ValueError, match="cut short"):
        stuck.blocks(b"xx", add_path=False, withdrawn=False)
