"""What routes are chosen by, read out of the values of a block."""

from bgpkit.wire import AttributeInputs
from bgpkit.wire.attribute_inputs import inputs_of
from bgpkit.wire.attributes.code import encode_attribute

AIGP = bytes((1, 0, 4, 7))
RAW = b"".join(
    encode_attribute(flags, code, value)
    for flags, code, value in (
        (0x40, 1, b"\2"),
        (0x40, 2, b"path"),
        (0xC0, 8, b"communit"),
        (0x80, 26, bytes((1, 0, 4, 7))),
    )
)
EMPTY = inputs_of(b"", b"hop!", {1: b"\0", 2: b""}, (0, 0))
FULL = inputs_of(
    RAW,
    b"hop!",
    {1: b"\2", 2: b"path", 4: b"\0\0\0\7", 5: b"\0\0\1\0", 8: b"communit", 9: b"\xc0\0\2\1", 10: b"\0\0\0\1\0\0\0\2"},
    (3, 64512),
    b"labels",
    9,
)


def test_what_is_there_is_read() -> None:
    """Numbers of four octets, lists as they stand."""
    assert (FULL.origin, FULL.as_path, FULL.med, FULL.local_pref) == (2, b"path", 7, 256)
    assert (FULL.communities, FULL.originator_id, FULL.cluster_list) == (
        b"communit",
        0xC0000201,
        bytes(3) + b"\1\0\0\0\2",
    )
    assert (FULL.rest, FULL.path_id, FULL.as_path_length, FULL.neighbor_as) == (b"labels", 9, 3, 64512)
    assert FULL.aigp == 7


def test_what_is_not_there_is_none_or_empty() -> None:
    """A MED of 0 is one; none is none."""
    assert (EMPTY.origin, EMPTY.as_path, EMPTY.med, EMPTY.local_pref, EMPTY.originator_id) == (0, b"", None, None, None)
    assert (EMPTY.communities, EMPTY.cluster_list, EMPTY.rest, EMPTY.path_id) == (b"", b"", b"", 0)
    assert EMPTY.aigp is None
    assert inputs_of(b"", b"", {1: b"\0", 2: b"", 4: bytes(4)}, (0, 0)).med == 0


def test_an_attribute_that_was_left_out_counts_as_absent() -> None:
    """The reader marks it with None. RFC 7606, section 2."""
    inputs = inputs_of(b"", b"", {1: None, 2: None, 5: None, 8: None}, (0, 0))
    assert (inputs.origin, inputs.as_path, inputs.local_pref, inputs.communities) == (2, b"", None, b"")


def test_what_the_nlri_say_is_nothing_unless_told() -> None:
    """Most families say nothing beside their keys."""
    assert AttributeInputs(b"", b"", 0, 0, 0)[5:] == (None, None, None, b"", b"", 0)
