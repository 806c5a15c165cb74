"""Octets from hex digits, however they are written."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgpkit.command.errors import InputError
from bgpkit.command.hex_text import is_hex, octets_of_hex


def read(*chunks: str) -> bytes:
    """Return all octets of a text."""
    return b"".join(octets_of_hex(chunks))


@pytest.mark.parametrize(
    "text",
    [
        "00ff1a",
        "00FF1A",
        "00 ff\n1a\n",
        "00:ff:1a",
        "0x00 0xFF 0x1a",
        "0x00ff1a",
        "0x00,0xff,0x1a",
        " 0 0 f f 1 a ",
        "0X00fF1A",
    ],
)
def test_separators_and_prefixes_are_left_out(text: str) -> None:
    """White space, colons, commas and 0x may stand between digits."""
    assert read(text) == b"\x00\xff\x1a"
    assert is_hex(text)


@given(st.binary(max_size=40), st.data())
def test_chunks_may_end_anywhere(octets: bytes, data: st.DataObject) -> None:
    """Where a text is cut into chunks does not matter, not even within 0x."""
    text = "".join(data.draw(st.sampled_from(("", "0x", " ", "\n", ":"))) + f"{octet:02x}" for octet in octets)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    chunks = [text[start:stop] for start, stop in zip(chain((0,), cuts), chain(cuts, (len(text),)), strict=True)]
    assert read(*chunks) == octets


@pytest.mark.parametrize(
    ("text", "before", "told"),
    [
        ("00fg", b"\x00", "octet 1: 'g' is no hex digit (character 4)"),
        ("00\nff z", b"\x00\xff", "octet 2: 'z' is no hex digit (line 2, character 4)"),
        ("x00", b"", "octet 0: 'x' is no hex digit (character 1)"),
        ("00 é", b"\x00", "octet 1: 'é' is no hex digit (character 4)"),
        ("00f", b"\x00", "octet 1: its second hex digit is missing, the number of digits is odd"),
        ("00 f0 0", b"\x00\xf0", "octet 2: its second hex digit is missing, the number of digits is odd"),
    ],
)
def test_what_is_no_hex_is_told_with_its_place(text: str, before: bytes, told: str) -> None:
    """The octet and the character are named, and the octets before have been given."""
    for chunks in ([text], list(text)):
        found: list[bytes] = []
        with pytest.raises(InputError) as caught:
            found.extend(octets_of_hex(chunks))
        assert (b"".join(found), str(caught.value)) == (before, told)


@pytest.mark.parametrize("text", ["", " :", "0g", "file.pcap", "x1"])
def test_other_texts_are_no_hex(text: str) -> None:
    """A text without a digit, or with another character, is not taken for hex."""
    assert not is_hex(text)
