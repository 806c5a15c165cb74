"""Headers that cannot be, messages cut short, and what fuzzers of others have found."""

import contextlib

import pytest

from bgpkit.errors import HeaderError, MessageError
from bgpkit.wire import (
    MARKER,
    ROWS,
    Codec,
    UpdateMessage,
    decode_attribute_list,
    decode_capabilities,
    decode_message,
    next_message,
)
from tests.conformance.vectors.exceptions import NOTIFICATION, expected
from tests.conformance.vectors.sessions import codec_of, outcome
from tests.unit.wire.vector_rows import Row, all_rows, name_of

CODECS = [codec_of(as4, internal) for as4 in (True, False) for internal in (True, False)]
HEADERS = {
    "bio-rd-0045": "1/2",
    "bio-rd-0047": "1/2",
    "bio-rd-0048": "1/3",
    "bio-rd-0049": "1/1",
    "bgpkit-parser-0022": "1/3",
}
"""What RFC 4271, section 6.1, makes of headers that their sources only call invalid: by length, type and marker."""
FUZZED = all_rows("robustness")


@pytest.mark.rfc("4271", "6.1")
@pytest.mark.parametrize("row", all_rows("header", "message", "capability_msg"), ids=name_of)
def test_a_header_that_cannot_be_is_answered(row: Row) -> None:
    """With the subcode for the marker, the length or the type."""
    wanted = expected(row.name, NOTIFICATION, row.notification or HEADERS.get(row.name))
    for codec in CODECS:
        found = outcome(codec, row.octets)
        assert isinstance(found.error, HeaderError)
        assert f"{found.error.notification.code}/{found.error.notification.subcode}" == wanted


def test_a_message_that_is_not_whole_is_awaited() -> None:
    """What pcap-0028 is in a stream: 28 octets of a message of 172."""
    (row,) = (row for row in all_rows("message") if row.name == "pcap-0028")
    assert next_message(row.octets, 0, len(row.octets), 4096) == 0
    assert list(CODECS[0].decode_stream(row.octets)) == []


@pytest.mark.parametrize("row", FUZZED, ids=name_of)
def test_what_fuzzers_have_found_is_decoded_or_refused(row: Row) -> None:
    """As a message and as a stream, in four kinds of session; what is decoded comes back, what is not is an error."""
    for codec in CODECS:
        if row.expect.get("valid") is False:
            with pytest.raises(MessageError):
                codec.decode(row.octets)
        with contextlib.suppress(MessageError):
            assert all(str(each) for each in codec.decode_stream(row.octets))
        _decode(codec, row.octets)
        _decode(codec, _with_a_right_header(row.octets))


@pytest.mark.parametrize("row", FUZZED, ids=name_of)
def test_what_fuzzers_have_found_is_no_part_of_a_message_that_breaks_it(row: Row) -> None:
    """As NLRI of any family, as attributes, capabilities and body of any type: a value, or a ValueError."""
    for octets in (row.octets, row.octets[19:]):
        for family in ROWS.values():
            for add_path, withdrawn in ((False, False), (False, True), (True, False)):
                with contextlib.suppress(ValueError):
                    assert isinstance(family.nlri(octets, add_path=add_path, withdrawn=withdrawn), tuple)
        for codec in CODECS:
            with contextlib.suppress(ValueError):
                assert isinstance(decode_attribute_list(octets, codec.context), tuple)
        with contextlib.suppress(ValueError):
            assert isinstance(decode_capabilities(octets), tuple)
        for kind in (1, 3, 4, 5):
            with contextlib.suppress(MessageError):
                assert decode_message(kind, octets, 0, len(octets)) is not None


def _decode(codec: Codec, octets: bytes) -> None:
    """Decode one message; what is accepted is written as it came, unless a list of attributes is cut short."""
    found = outcome(codec, octets)
    if found.message is None:
        assert found.error is not None
        return
    cut = isinstance(found.message, UpdateMessage) and any(
        fault.section == "RFC 7606, section 4" for fault in found.message.faults
    )
    assert cut or codec.encode(found.message) == [octets]


def _with_a_right_header(octets: bytes) -> bytes:
    """Return octets with marker and length put right, as an UPDATE where the type is none."""
    body = octets[19:]
    kind = octets[18] if len(octets) > 18 and 1 <= octets[18] <= 5 else 2
    return MARKER + (19 + len(body)).to_bytes(2, "big") + bytes((kind,)) + body
